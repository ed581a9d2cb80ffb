//! Rows of many buckets to the Parquet files of one table: each bucket's rows
//! are encoded where they were made, and put one behind another in the order
//! of the buckets, so that the bytes do not depend on who finished first.

use std::collections::BTreeMap;
use std::fs::File;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, UInt32Array};
use arrow::compute::take_record_batch;
use arrow::datatypes::{DataType, Date32Type, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::file::writer::SerializedFileWriter;

use super::parquet::{ParquetTarget, UNPARTITIONED, file_name, month_of, properties, write_error};
use crate::error::{Error, Result};
use crate::lake::PartFile;

/// The files of one table, written group by group.
pub struct GroupedFiles {
    target: ParquetTarget,
    schema: SchemaRef,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    open: BTreeMap<i32, OpenFile>,
    /// Groups that others must go before.
    waiting: BTreeMap<usize, Vec<Encoded>>,
    next: usize,
    rows: u64,
}

struct OpenFile {
    writer: SerializedFileWriter<File>,
    factory: Arc<ArrowRowGroupWriterFactory>,
    part: PartFile,
}

/// The rows of one bucket in one file, encoded.
struct Encoded {
    partition: i32,
    rows: u64,
    columns: Vec<ArrowColumnChunk>,
}

impl GroupedFiles {
    /// Files of a table under `target` with that schema.
    pub fn new(target: ParquetTarget, schema: SchemaRef) -> Self {
        Self { target, schema, state: Mutex::default() }
    }

    /// Adds the rows of bucket `number`. Every number from 0 on must come
    /// once, in any order; without rows it leaves nothing.
    ///
    /// # Errors
    /// [`Error::Io`] when they cannot be encoded or written, [`Error::Usage`]
    /// when the partition columns are no dates.
    pub fn add(&self, number: usize, batches: &[RecordBatch]) -> Result<()> {
        let mut groups = Vec::new();
        for (partition, batches) in self.divided(batches)? {
            let factory = self.factory(partition)?;
            let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
            let columns = encode(&factory, &self.schema, &batches).map_err(|source| Error::Io {
                action: "write",
                path: self.target.folder.join(file_name(partition)),
                source: std::io::Error::other(source),
            })?;
            groups.push(Encoded { partition, rows, columns });
        }
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.waiting.insert(number, groups);
        while let Some(groups) = {
            let next = state.next;
            state.waiting.remove(&next)
        } {
            state.next += 1;
            for group in groups {
                state.append(group)?;
            }
        }
        Ok(())
    }

    /// Ends the files and returns rows and bytes; a table without rows gets
    /// one empty file, so that its columns are known.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be finished.
    pub fn finish(self) -> Result<(u64, u64)> {
        if self.state.lock().unwrap_or_else(PoisonError::into_inner).open.is_empty() {
            self.factory(UNPARTITIONED)?;
        }
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut bytes = 0;
        for file in state.open.into_values() {
            file.writer.close().map_err(|source| write_error(&file.part, source))?;
            bytes += file.part.publish()?;
        }
        Ok((state.rows, bytes))
    }

    /// The rows of each file.
    fn divided(&self, batches: &[RecordBatch]) -> Result<BTreeMap<i32, Vec<RecordBatch>>> {
        let mut divided: BTreeMap<i32, Vec<RecordBatch>> = BTreeMap::new();
        for batch in batches.iter().filter(|batch| batch.num_rows() > 0) {
            let mut rows: BTreeMap<i32, Vec<u32>> = BTreeMap::new();
            let (mut current, mut of_current) = (i32::MIN, Vec::new());
            for (row, partition) in self.partitions(batch)?.into_iter().enumerate() {
                if partition != current {
                    rows.entry(current).or_default().append(&mut of_current);
                    current = partition;
                }
                of_current.push(row as u32);
            }
            rows.entry(current).or_default().append(&mut of_current);
            for (partition, rows) in rows.into_iter().filter(|(_, rows)| !rows.is_empty()) {
                let piece = match rows.len() == batch.num_rows() {
                    true => batch.clone(),
                    false => take_record_batch(batch, &UInt32Array::from(rows)).map_err(|source| {
                        Error::Engine {
                            context: "cannot divide rows among files".into(),
                            source: source.into(),
                        }
                    })?,
                };
                divided.entry(partition).or_default().push(piece);
            }
        }
        Ok(divided)
    }

    /// The month of each row, by the first of the partition columns that is not null.
    fn partitions(&self, batch: &RecordBatch) -> Result<Vec<i32>> {
        let mut partitions = vec![UNPARTITIONED; batch.num_rows()];
        let mut days = vec![None; batch.num_rows()];
        for name in &self.target.partition_by {
            let dates = batch
                .column_by_name(name)
                .filter(|dates| dates.data_type() == &DataType::Date32)
                .ok_or_else(|| {
                    Error::Usage(format!("cannot partition by {name}: not a date column of the model"))
                })?
                .as_primitive::<Date32Type>()
                .clone();
            for (day, date) in days.iter_mut().zip(dates.iter()) {
                *day = day.or(date);
            }
        }
        let (mut known, mut month) = (i32::MIN, UNPARTITIONED);
        for (partition, day) in partitions.iter_mut().zip(days) {
            if let Some(day) = day {
                if day != known {
                    (known, month) = (day, month_of(day));
                }
                *partition = month;
            }
        }
        Ok(partitions)
    }

    /// What encodes groups of a file, which is opened when first asked for.
    fn factory(&self, partition: i32) -> Result<Arc<ArrowRowGroupWriterFactory>> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = state.open.get(&partition) {
            return Ok(file.factory.clone());
        }
        let part = PartFile::create(self.target.folder.join(file_name(partition)))?;
        let file = part.file().try_clone().map_err(Error::io("open", part.place()))?;
        let (writer, factory) =
            ArrowWriter::try_new(file, self.schema.clone(), Some(properties(&self.schema)))
                .and_then(ArrowWriter::into_serialized_writer)
                .map_err(|source| write_error(&part, source))?;
        let factory = Arc::new(factory);
        state.open.insert(partition, OpenFile { writer, factory: factory.clone(), part });
        Ok(factory)
    }
}

impl State {
    fn append(&mut self, group: Encoded) -> Result<()> {
        let Some(file) = self.open.get_mut(&group.partition) else { return Ok(()) };
        let written = file.writer.next_row_group().and_then(|mut writer| {
            for column in group.columns {
                column.append_to_row_group(&mut writer)?;
            }
            writer.close()
        });
        written.map_err(|source| write_error(&file.part, source))?;
        self.rows += group.rows;
        Ok(())
    }
}

fn encode(
    factory: &ArrowRowGroupWriterFactory,
    schema: &SchemaRef,
    batches: &[RecordBatch],
) -> parquet::errors::Result<Vec<ArrowColumnChunk>> {
    let mut writers = factory.create_column_writers(0)?;
    for batch in batches {
        // Flat tables: a column is a leaf.
        let columns: &[ArrayRef] = batch.columns();
        for ((writer, field), column) in writers.iter_mut().zip(schema.fields()).zip(columns) {
            for leaf in compute_leaves(field, column)? {
                writer.write(&leaf)?;
            }
        }
    }
    writers.into_iter().map(|writer| writer.close()).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use arrow::array::{Date32Array, Int64Array};
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;

    /// 2025-12-31, 2026-01-01, 2026-01-31, 2026-02-01 as days since 1970.
    const DAYS: [i32; 4] = [20_453, 20_454, 20_484, 20_485];

    fn batch(days: &[Option<i32>], first: i64) -> RecordBatch {
        let numbers: Int64Array = (first..first + days.len() as i64).collect();
        let columns: [(&str, ArrayRef); 2] =
            [("day", Arc::new(Date32Array::from(days.to_vec()))), ("n", Arc::new(numbers))];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
    }

    /// Each file with the numbers in it, groups added in the order given.
    fn written(groups: &[(usize, RecordBatch)], partition_by: &[&str]) -> Vec<(String, Vec<i64>)> {
        let folder = tempfile::tempdir().unwrap();
        let partition_by = partition_by.iter().map(|name| (*name).to_owned()).collect();
        let target = ParquetTarget { folder: folder.path().to_owned(), partition_by };
        let files = GroupedFiles::new(target, groups[0].1.schema());
        for (number, batch) in groups {
            files.add(*number, std::slice::from_ref(batch)).unwrap();
        }
        let rows: usize = groups.iter().map(|(_, batch)| batch.num_rows()).sum();
        assert_eq!(files.finish().unwrap().0, rows as u64);
        crate::lake::files_below(folder.path(), "parquet")
            .unwrap()
            .into_iter()
            .map(|path| {
                let reader = ParquetRecordBatchReaderBuilder::try_new(File::open(&path).unwrap()).unwrap();
                let numbers = reader.build().unwrap().flat_map(|batch| {
                    let batch = batch.unwrap();
                    batch.column(1).as_primitive::<arrow::datatypes::Int64Type>().values().to_vec()
                });
                (path.file_name().unwrap().to_string_lossy().into_owned(), numbers.collect())
            })
            .collect()
    }

    #[test]
    fn groups_lie_in_their_order_whoever_comes_first() {
        let days = [Some(DAYS[1]); 2];
        let groups = [(1, batch(&days, 10)), (2, batch(&[], 0)), (0, batch(&days, 0)), (3, batch(&days, 30))];
        assert_eq!(written(&groups, &["day"]), [("2026-01.parquet".to_owned(), vec![0, 1, 10, 11, 30, 31])]);
    }

    #[test]
    fn a_month_is_a_file_whatever_the_order_of_the_rows() {
        let days = DAYS.map(Some);
        let mixed = [days[3], days[0], days[2], days[1], None];
        let names = ["2025-12.parquet", "2026-01.parquet", "2026-02.parquet", "part-0.parquet"];
        let rows = [vec![1], vec![2, 3], vec![0], vec![4]];
        let expected: Vec<_> = names.map(str::to_owned).into_iter().zip(rows).collect();
        assert_eq!(written(&[(0, batch(&mixed, 0))], &["day"]), expected);
        assert_eq!(written(&[(0, batch(&mixed, 0))], &[])[0].0, "part-0.parquet");
    }

    #[test]
    fn a_table_without_rows_has_columns() {
        assert_eq!(written(&[(0, batch(&[], 0))], &["day"]), [("part-0.parquet".to_owned(), vec![])]);
    }
}
