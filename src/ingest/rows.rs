//! Rows as received, gathered into record batches: every column is text, and
//! six more say where the row comes from and whether it could be read.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayBuilder, ArrayRef, Int64Array, Int64Builder, RecordBatch, StringArray, StringBuilder,
    TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use chrono::{DateTime, Utc};

use super::bronze::BronzeFile;
use super::refused;
use crate::error::{Error, Result};

/// A batch goes to the writer when it holds this many rows ...
const BATCH_ROWS: usize = 1 << 16;

/// ... or this many bytes, whichever comes first.
const BATCH_BYTES: usize = 64 << 20;

/// More columns than this are no table, but a log whose keys are data.
const MOST_COLUMNS: usize = 10_000;

/// The columns that ingest adds to those received.
pub(super) const ORIGIN: [&str; 6] =
    ["_source_file", "_source_line", "_ingested_at", "_batch_id", "_parse_error", "_raw_line"];

/// The type of every time in bronze.
pub(super) fn timestamp() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

/// The schema of a bronze file whose input has these columns.
fn schema(columns: &[String]) -> SchemaRef {
    let mut fields: Vec<_> = columns.iter().map(|name| Field::new(name, DataType::Utf8, true)).collect();
    fields.extend(ORIGIN.iter().map(|name| match *name {
        "_source_line" => Field::new(*name, DataType::Int64, false),
        "_ingested_at" => Field::new(*name, timestamp(), false),
        "_parse_error" | "_raw_line" => Field::new(*name, DataType::Utf8, true),
        _ => Field::new(*name, DataType::Utf8, false),
    }));
    Arc::new(Schema::new(fields))
}

/// Refuses column names that bronze cannot hold.
pub(super) fn check_columns(path: &Path, columns: &[String]) -> Result<()> {
    if columns.len() > MOST_COLUMNS {
        return Err(refused(path, format!("has {} columns; {MOST_COLUMNS} is the most", columns.len())));
    }
    let mut seen = HashSet::new();
    for name in columns {
        if !seen.insert(name) {
            return Err(refused(path, format!("has two columns named {name:?}; rename one")));
        }
        if ORIGIN.contains(&name.as_str()) {
            return Err(refused(path, format!("has a column {name}, which ingest adds itself; rename it")));
        }
    }
    Ok(())
}

/// Where the rows of a file come from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) source_file: String,
    pub(super) batch_id: String,
    pub(super) ingested_at: DateTime<Utc>,
}

impl Origin {
    /// Source file, time and batch of that many rows.
    fn columns(&self, rows: usize) -> [ArrayRef; 3] {
        let text = |value: &String| StringArray::from_iter_values(std::iter::repeat_n(value, rows));
        let ingested_at = TimestampMicrosecondArray::from_value(self.ingested_at.timestamp_micros(), rows);
        [
            Arc::new(text(&self.source_file)),
            Arc::new(ingested_at.with_timezone("UTC")),
            Arc::new(text(&self.batch_id)),
        ]
    }
}

/// Rows on their way from a reader to a bronze file.
pub(super) struct Rows {
    file: BronzeFile,
    schema: SchemaRef,
    origin: Origin,
    /// The columns that are the same on every row: made once, as long as the
    /// longest batch so far, and sliced.
    same: [ArrayRef; 3],
    columns: Vec<StringBuilder>,
    lines: Int64Builder,
    errors: StringBuilder,
    raw_lines: StringBuilder,
    bytes: usize,
    /// Rows received, malformed ones included.
    pub(super) rows: u64,
    /// Rows that could not be split as the header says.
    pub(super) malformed_rows: u64,
    progress: Box<dyn FnMut() -> Result<()>>,
}

impl Rows {
    /// Rows of these columns for the Parquet file at `place`; `progress` is
    /// called after each batch and may stop the run.
    pub(super) fn create(
        place: &Path,
        columns: &[String],
        origin: &Origin,
        progress: Box<dyn FnMut() -> Result<()>>,
    ) -> Result<Self> {
        let schema = schema(columns);
        Ok(Self {
            file: BronzeFile::create(place, schema.clone())?,
            schema,
            origin: origin.clone(),
            same: origin.columns(0),
            columns: columns.iter().map(|_| StringBuilder::new()).collect(),
            lines: Int64Builder::new(),
            errors: StringBuilder::new(),
            raw_lines: StringBuilder::new(),
            bytes: 0,
            rows: 0,
            malformed_rows: 0,
            progress,
        })
    }

    /// Adds a row; `fields` are as many as there are columns, an empty one is no value.
    pub(super) fn push<'a>(&mut self, line: u64, fields: impl Iterator<Item = &'a str>) -> Result<()> {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            self.bytes += field.len() + size_of::<i32>();
            if field.is_empty() {
                column.append_null();
            } else {
                column.append_value(field);
            }
        }
        self.errors.append_null();
        self.raw_lines.append_null();
        self.end_row(line)
    }

    /// Adds a row that could not be read: its fields as far as they go, the
    /// reason, and the row itself.
    pub(super) fn push_malformed<'a>(
        &mut self,
        line: u64,
        mut fields: impl Iterator<Item = &'a [u8]>,
        error: &str,
        raw: &[u8],
    ) -> Result<()> {
        for column in &mut self.columns {
            match fields.next() {
                Some(field) if !field.is_empty() => column.append_value(text(field)),
                _ => column.append_null(),
            }
        }
        self.bytes += raw.len() * 2;
        self.errors.append_value(error);
        self.raw_lines.append_value(text(raw));
        self.malformed_rows += 1;
        self.end_row(line)
    }

    /// Adds whole columns of rows that were read well; the first is row `first`.
    pub(super) fn push_columns(&mut self, first: u64, columns: Vec<ArrayRef>, rows: usize) -> Result<()> {
        let lines = Int64Array::from_iter_values((0..rows).map(|row| (first + row as u64) as i64));
        self.rows += rows as u64;
        let nulls = new_null_array(&DataType::Utf8, rows);
        self.write(columns, Arc::new(lines), nulls.clone(), nulls)
    }

    fn end_row(&mut self, line: u64) -> Result<()> {
        self.lines.append_value(line as i64);
        self.rows += 1;
        if self.lines.len() == BATCH_ROWS || self.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> Result<()> {
        if self.lines.is_empty() {
            return Ok(());
        }
        let columns = self.columns.iter_mut().map(|column| Arc::new(column.finish()) as ArrayRef).collect();
        let lines = Arc::new(self.lines.finish());
        let errors = Arc::new(self.errors.finish());
        let raw_lines = Arc::new(self.raw_lines.finish());
        self.bytes = 0;
        self.write(columns, lines, errors, raw_lines)
    }

    fn write(
        &mut self,
        mut columns: Vec<ArrayRef>,
        lines: ArrayRef,
        errors: ArrayRef,
        raw_lines: ArrayRef,
    ) -> Result<()> {
        let rows = lines.len();
        if self.same[0].len() < rows {
            self.same = self.origin.columns(rows);
        }
        let [source_file, ingested_at, batch_id] = &self.same;
        columns.push(source_file.slice(0, rows));
        columns.push(lines);
        columns.push(ingested_at.slice(0, rows));
        columns.push(batch_id.slice(0, rows));
        columns.push(errors);
        columns.push(raw_lines);
        let batch = RecordBatch::try_new(self.schema.clone(), columns).map_err(|source| Error::Engine {
            context: "cannot make a batch of raw rows".into(),
            source: Box::new(source),
        })?;
        self.file.write(&batch)?;
        (self.progress)()
    }

    /// Writes what is left; the file is whole but has not its name yet.
    pub(super) fn finish(mut self) -> Result<BronzeFile> {
        self.flush()?;
        self.file.close()?;
        Ok(self.file)
    }
}

/// Bytes as text, those that are no UTF-8 as `\xNN`.
pub(super) fn text(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            text.push_str(&format!("\\x{byte:02X}"));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn bytes_that_are_no_text_stay_readable() {
        assert_eq!(text(b"caf\xE9 \xC3\xA9"), "caf\\xE9 é");
        assert_eq!(text(b"\0"), "\0");
    }

    #[test]
    fn columns_that_bronze_cannot_hold_are_refused() {
        let columns = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let path = Path::new("a.csv");
        check_columns(path, &columns(&["a", "b"])).unwrap();
        let twice = check_columns(path, &columns(&["a", "b", "a"])).unwrap_err().to_string();
        assert!(twice.contains("two columns named \"a\""), "{twice}");
        let own = check_columns(path, &columns(&["_batch_id"])).unwrap_err().to_string();
        assert!(own.contains("_batch_id"), "{own}");
    }
}
