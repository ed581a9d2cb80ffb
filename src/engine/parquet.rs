//! Query results to Parquet files: one file, or one per value of a date column.

use std::fs::File;
use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Date32Type, SchemaRef};
use arrow::temporal_conversions::date32_to_datetime;
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
    /// A date column: a file for each of its values (`2026-01-31.parquet`);
    /// rows must come ordered by it. Otherwise all rows go to `part-0.parquet`.
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
            let date = dates.value(from);
            let to = (from + 1..batch.num_rows())
                .find(|row| dates.value(*row) != date)
                .unwrap_or(batch.num_rows());
            self.write_slice(date, &batch.slice(from, to - from))?;
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
        let name = match date32_to_datetime(partition).filter(|_| partition != UNPARTITIONED) {
            Some(date) => format!("{}.parquet", date.format("%Y-%m-%d")),
            None => "part-0.parquet".to_owned(),
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
