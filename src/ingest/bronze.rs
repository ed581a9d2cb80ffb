//! The batches of the bronze layer: for each input file one Parquet file of
//! rows, and one row of `bronze.batches` that makes it count. The row is renamed
//! into place last, so a batch is there exactly when its row is.

use std::fs::{self, File};
use std::path::PathBuf;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, Int64Type, Schema};
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::rows::timestamp;
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, PartFile, TableRef};
use crate::source::Kind;

/// One ingested file: a row of `bronze.batches`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// First 16 hex digits of the file's SHA-256.
    pub batch_id: String,
    /// The source's name.
    pub source: String,
    /// What its rows are, and so which bronze table holds them.
    pub kind: Kind,
    /// The file, as it was given.
    pub source_file: String,
    /// SHA-256 of the file as it lies, in hex.
    pub sha256: String,
    /// Its size.
    pub bytes: u64,
    /// Rows received, malformed ones included.
    pub rows: u64,
    /// Rows that could not be split as the header says.
    pub malformed_rows: u64,
    /// The columns received.
    pub columns: Vec<String>,
    /// Columns received that the source's mapping does not know.
    pub new_columns: Vec<String>,
    /// What is put before this batch's ids; empty for nothing.
    pub id_prefix: String,
    /// From when on the raw folder is complete, where its manifest says so.
    pub covers_from: Option<DateTime<Utc>>,
    /// Until when (exclusive) it is.
    pub covers_until: Option<DateTime<Utc>>,
    /// The user's own mapping, where it is not one that comes with clickmill.
    pub mapping: Option<String>,
    /// When it was ingested.
    pub ingested_at: DateTime<Utc>,
}

impl Batch {
    /// Where the batch's rows lie.
    pub(super) fn rows_file(lake: &Lake, kind: Kind, batch_id: &str) -> PathBuf {
        lake.table(&TableRef::new(Layer::Bronze, kind.as_str())).join(format!("{batch_id}.parquet"))
    }

    /// Makes the batch count.
    pub(super) fn publish(&self, lake: &Lake) -> Result<()> {
        let place = lake.table(&batches_table()).join(format!("{}.parquet", self.batch_id));
        let text = |value: &str| Arc::new(StringArray::from(vec![value])) as ArrayRef;
        let number = |value: u64| Arc::new(Int64Array::from(vec![value as i64])) as ArrayRef;
        let time = |value: Option<DateTime<Utc>>| {
            let micros = value.map(|time| time.timestamp_micros());
            Arc::new(TimestampMicrosecondArray::from(vec![micros]).with_timezone("UTC")) as ArrayRef
        };
        let mapping = Arc::new(StringArray::from(vec![self.mapping.as_deref()])) as ArrayRef;
        let columns = vec![
            ("batch_id", text(&self.batch_id)),
            ("source", text(&self.source)),
            ("kind", text(self.kind.as_str())),
            ("source_file", text(&self.source_file)),
            ("sha256", text(&self.sha256)),
            ("bytes", number(self.bytes)),
            ("rows", number(self.rows)),
            ("malformed_rows", number(self.malformed_rows)),
            ("columns", text(&self.columns.join(","))),
            ("new_columns", text(&self.new_columns.join(","))),
            ("id_prefix", text(&self.id_prefix)),
            ("covers_from", time(self.covers_from)),
            ("covers_until", time(self.covers_until)),
            ("mapping", mapping),
            ("ingested_at", time(Some(self.ingested_at))),
        ];
        let fields: Vec<_> = columns
            .iter()
            .map(|(name, column)| match column.data_type() {
                DataType::Timestamp(..) => Field::new(*name, timestamp(), true),
                other => Field::new(*name, other.clone(), true),
            })
            .collect();
        let schema = Arc::new(Schema::new(fields));
        let columns = columns.into_iter().map(|(_, column)| column).collect();
        let batch = RecordBatch::try_new(schema.clone(), columns).map_err(|source| Error::Engine {
            context: "cannot make a row of bronze.batches".into(),
            source: Box::new(source),
        })?;
        let part = PartFile::create(&place)?;
        let properties = crate::engine::properties(&schema);
        let written = ArrowWriter::try_new(part.file(), schema, Some(properties))
            .and_then(|mut writer| writer.write(&batch).and_then(|()| writer.close()));
        written.map_err(|source| Error::Io {
            action: "write",
            path: place.clone(),
            source: std::io::Error::other(source),
        })?;
        part.publish()?;
        Ok(())
    }
}

fn batches_table() -> TableRef {
    TableRef::new(Layer::Bronze, "batches")
}

/// Every batch of the lake, by batch id.
///
/// # Errors
/// [`Error::Io`] or [`Error::Engine`] when a file of `bronze.batches` cannot be read.
pub fn batches(lake: &Lake) -> Result<Vec<Batch>> {
    let mut batches = Vec::new();
    for path in lake.files(&batches_table())? {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Engine {
            context: format!("cannot read {}", path.display()),
            source,
        };
        let file = File::open(&path).map_err(Error::io("open", &path))?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(file)
            .and_then(ParquetRecordBatchReaderBuilder::build)
            .map_err(|source| failed(Box::new(source)))?;
        for rows in reader {
            let rows = rows.map_err(|source| failed(Box::new(source)))?;
            for row in 0..rows.num_rows() {
                let batch = batch_of(&rows, row);
                batches.push(batch.ok_or_else(|| failed("it is not a file of bronze.batches".into()))?);
            }
        }
    }
    Ok(batches)
}

/// Takes batches out of the lake: their rows no longer count, then are removed.
///
/// # Errors
/// As [`batches`], and [`Error::Io`] when a file cannot be removed.
pub fn forget(lake: &Lake, unwanted: impl Fn(&Batch) -> bool) -> Result<()> {
    for batch in batches(lake)?.into_iter().filter(unwanted) {
        // The row of bronze.batches first: without it, rows are an orphan that nobody reads.
        let listed = lake.table(&batches_table()).join(format!("{}.parquet", batch.batch_id));
        for path in [listed, Batch::rows_file(lake, batch.kind, &batch.batch_id)] {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

/// One row of `bronze.batches`; `None` when a column is missing or of another type.
fn batch_of(rows: &RecordBatch, row: usize) -> Option<Batch> {
    let text = |name: &str| -> Option<String> {
        Some(rows.column_by_name(name)?.as_string_opt::<i32>()?.value(row).to_owned())
    };
    let number = |name: &str| -> Option<u64> {
        u64::try_from(rows.column_by_name(name)?.as_primitive_opt::<Int64Type>()?.value(row)).ok()
    };
    let time = |name: &str| -> Option<DateTime<Utc>> {
        let times = rows.column_by_name(name)?.as_any().downcast_ref::<TimestampMicrosecondArray>()?;
        if times.is_null(row) { None } else { DateTime::from_timestamp_micros(times.value(row)) }
    };
    let list = |name: &str| -> Option<Vec<String>> {
        let text = text(name)?;
        Some(if text.is_empty() { Vec::new() } else { text.split(',').map(str::to_owned).collect() })
    };
    let kind = text("kind")?;
    Some(Batch {
        batch_id: text("batch_id")?,
        source: text("source")?,
        kind: Kind::ALL.into_iter().find(|known| known.as_str() == kind)?,
        source_file: text("source_file")?,
        sha256: text("sha256")?,
        bytes: number("bytes")?,
        rows: number("rows")?,
        malformed_rows: number("malformed_rows")?,
        columns: list("columns")?,
        new_columns: list("new_columns")?,
        id_prefix: text("id_prefix")?,
        covers_from: time("covers_from"),
        covers_until: time("covers_until"),
        mapping: text("mapping").filter(|_| rows.column_by_name("mapping").is_some_and(|m| !m.is_null(row))),
        ingested_at: time("ingested_at")?,
    })
}
