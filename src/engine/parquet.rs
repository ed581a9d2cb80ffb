//! How the lake's Parquet files are named and written.

use std::fs::File;
use std::path::PathBuf;

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::temporal_conversions::date32_to_datetime;
use chrono::Datelike;
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::schema::types::ColumnPath;

use crate::error::{Error, Result};
use crate::lake::PartFile;

/// Where and how the rows of a table go to disk.
#[derive(Debug, Clone)]
pub struct ParquetTarget {
    /// The table's folder.
    pub folder: PathBuf,
    /// Date columns, of which the first that is not null counts: a file for
    /// each month (`2026-01.parquet`), since every file costs each query its
    /// opening. Without any, all rows go to `part-0.parquet`.
    pub partition_by: Vec<String>,
}

/// The partition of rows without a date, and of tables that have none.
pub(super) const UNPARTITIONED: i32 = i32::MIN;

/// Writes the rows of a table that is not partitioned to its one file, which
/// appears when whole.
pub(super) struct TableWriter {
    writer: ArrowWriter<File>,
    part: PartFile,
    rows: u64,
}

impl TableWriter {
    pub(super) fn try_new(target: &ParquetTarget, schema: SchemaRef) -> Result<Self> {
        let part = PartFile::create(target.folder.join(file_name(UNPARTITIONED)))?;
        let file = part.file().try_clone().map_err(Error::io("open", part.place()))?;
        let properties = properties(&schema);
        let writer = ArrowWriter::try_new(file, schema, Some(properties))
            .map_err(|source| write_error(&part, source))?;
        Ok(Self { writer, part, rows: 0 })
    }

    pub(super) fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        self.writer.write(batch).map_err(|source| write_error(&self.part, source))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Ends the file and returns rows and bytes.
    pub(super) fn finish(self) -> Result<(u64, u64)> {
        self.writer.close().map_err(|source| write_error(&self.part, source))?;
        Ok((self.rows, self.part.publish()?))
    }
}

/// The file of a partition.
pub(super) fn file_name(partition: i32) -> String {
    match partition {
        UNPARTITIONED => "part-0.parquet".to_owned(),
        month => format!("{:04}-{:02}.parquet", month.div_euclid(12), month.rem_euclid(12) + 1),
    }
}

/// The month a date lies in, counted from the year 0.
pub(super) fn month_of(date: i32) -> i32 {
    date32_to_datetime(date).map_or(0, |date| date.year() * 12 + date.month0() as i32)
}

/// A column whose values all differ, in digits of chance: a dictionary of them would be
/// made and thrown away, and compression spares a tenth for the time it takes.
const ALL_DIFFERENT: &str = "event_id";

/// How every Parquet file of the lake is written. A lake has many small files,
/// read whole: an index of pages would only be one more thing to open. The
/// least and greatest text of a column tells nothing to anybody who looks for
/// days, and costs two comparisons a row. Moments and pauses hardly repeat, so
/// they get no dictionary.
pub(crate) fn properties(schema: &Schema) -> WriterProperties {
    let properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true);
    let properties = schema.fields().iter().fold(properties, |mut properties, field| {
        let column = ColumnPath::new(vec![field.name().clone()]);
        if field.data_type() == &DataType::Utf8 {
            properties = properties.set_column_statistics_enabled(column.clone(), EnabledStatistics::None);
        }
        let is_moment = matches!(field.data_type(), DataType::Timestamp(..) | DataType::Float64)
            || field.name().ends_with("_us");
        if field.name() == ALL_DIFFERENT {
            properties = properties.set_column_compression(column.clone(), Compression::UNCOMPRESSED);
        }
        if is_moment || field.name() == ALL_DIFFERENT {
            properties = properties.set_column_dictionary_enabled(column, false);
        }
        properties
    });
    properties.build()
}

/// A Parquet failure, with the file it happened to.
pub(super) fn write_error(part: &PartFile, source: parquet::errors::ParquetError) -> Error {
    Error::Io { action: "write", path: PathBuf::from(part.place()), source: std::io::Error::other(source) }
}
