//! Query results to Parquet files: one file, or one for each month of a date column.

use std::fs::File;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, SchemaRef};
use arrow::temporal_conversions::date32_to_datetime;
use chrono::Datelike;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use crate::error::{Error, Result};
use crate::lake::PartFile;

/// Where and how the rows of a table go to disk.
#[derive(Debug, Clone)]
pub struct ParquetTarget {
    /// The table's folder.
    pub folder: PathBuf,
    /// A date column: a file for each of its months (`2026-01.parquet`), since
    /// every file costs each query its opening; rows must come ordered by it.
    /// Otherwise all rows go to `part-0.parquet`.
    pub partition_by: Option<String>,
}

/// Writes batches to a target; files appear when whole.
pub(super) struct TableWriter {
    target: ParquetTarget,
    schema: SchemaRef,
    open: Option<(i32, ArrowWriter<File>, PartFile)>,
    rows: u64,
    bytes: u64,
}

/// The writer has one partition only; any number serves as its name.
const UNPARTITIONED: i32 = i32::MIN;

impl TableWriter {
    pub(super) fn new(target: ParquetTarget, schema: SchemaRef) -> Self {
        Self { target, schema, open: None, rows: 0, bytes: 0 }
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let Some(column) = &self.target.partition_by else {
            return self.write_slice(UNPARTITIONED, batch);
        };
        let dates =
            batch.column_by_name(column).filter(|dates| dates.data_type() == &DataType::Date32).ok_or_else(
                || Error::Usage(format!("cannot partition by {column}: not a date column of the model")),
            )?;
        let dates = dates.as_primitive::<Date32Type>().clone();
        let mut from = 0;
        while from < batch.num_rows() {
            let month = month_of(dates.value(from));
            let to = (from + 1..batch.num_rows())
                .find(|row| dates.value(*row) != dates.value(row - 1) && month_of(dates.value(*row)) != month)
                .unwrap_or(batch.num_rows());
            self.write_slice(month, &batch.slice(from, to - from))?;
            from = to;
        }
        Ok(())
    }

    /// Ends the last file; a table without rows gets one empty file, so that its columns are known.
    pub(super) fn finish(mut self) -> Result<(u64, u64)> {
        if self.open.is_none() && self.rows == 0 {
            self.open(UNPARTITIONED)?;
        }
        self.close()?;
        Ok((self.rows, self.bytes))
    }

    fn write_slice(&mut self, partition: i32, batch: &RecordBatch) -> Result<()> {
        if self.open.as_ref().is_none_or(|(open, ..)| *open != partition) {
            self.close()?;
            self.open(partition)?;
        }
        if let Some((_, writer, part)) = &mut self.open {
            writer.write(batch).map_err(|source| write_error(part, source))?;
            self.rows += batch.num_rows() as u64;
        }
        Ok(())
    }

    fn open(&mut self, partition: i32) -> Result<()> {
        let name = match partition {
            UNPARTITIONED => "part-0.parquet".to_owned(),
            month => format!("{:04}-{:02}.parquet", month.div_euclid(12), month.rem_euclid(12) + 1),
        };
        let part = PartFile::create(self.target.folder.join(name))?;
        if part.place().exists() {
            return Err(Error::Usage(format!(
                "{} would be written twice: the rows do not come ordered by the partition column",
                part.place().display()
            )));
        }
        let file = part.file().try_clone().map_err(Error::io("open", part.place()))?;
        let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(properties()))
            .map_err(|source| write_error(&part, source))?;
        self.open = Some((partition, writer, part));
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        if let Some((_, writer, part)) = self.open.take() {
            writer.close().map_err(|source| write_error(&part, source))?;
            self.bytes += part.publish()?;
        }
        Ok(())
    }
}

/// The month a date lies in, counted from the year 0.
fn month_of(date: i32) -> i32 {
    date32_to_datetime(date).map_or(0, |date| date.year() * 12 + date.month0() as i32)
}

/// How every Parquet file of the lake is written. A lake has many small files,
/// read whole: an index of pages would only be one more thing to open.
pub(crate) fn properties() -> WriterProperties {
    WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .build()
}

/// A Parquet failure, with the file it happened to.
fn write_error(part: &PartFile, source: parquet::errors::ParquetError) -> Error {
    Error::Io { action: "write", path: PathBuf::from(part.place()), source: std::io::Error::other(source) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use arrow::array::Date32Array;

    use super::*;

    /// 2025-12-31, 2026-01-01, 2026-01-31, 2026-02-01 as days since 1970.
    const DAYS: [i32; 4] = [20_453, 20_454, 20_484, 20_485];

    fn written(dates: Vec<i32>) -> Result<Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let column: Arc<dyn Array> = Arc::new(Date32Array::from(dates));
        let batch = RecordBatch::try_from_iter([("day", column)]).unwrap();
        let target = ParquetTarget { folder: folder.path().to_owned(), partition_by: Some("day".to_owned()) };
        let mut writer = TableWriter::new(target, batch.schema());
        writer.write(&batch)?;
        assert_eq!(writer.finish()?.0, batch.num_rows() as u64);
        let files = crate::lake::files_below(folder.path(), "parquet")?;
        Ok(files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect())
    }

    #[test]
    fn a_month_is_a_file() {
        assert_eq!(
            written(DAYS.to_vec()).unwrap(),
            ["2025-12.parquet", "2026-01.parquet", "2026-02.parquet"]
        );
        assert_eq!(written(Vec::new()).unwrap(), ["part-0.parquet"]);
    }

    #[test]
    fn rows_out_of_order_are_refused() {
        let error = written(vec![DAYS[0], DAYS[1], DAYS[0]]).unwrap_err().to_string();
        assert!(error.contains("2025-12.parquet would be written twice"), "{error}");
    }
}
