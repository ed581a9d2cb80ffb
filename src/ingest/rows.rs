//! Rows as received, gathered into columns: every column is text, and six more
//! say where a row comes from and whether it could be read.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, StringArray};
use arrow::buffer::{Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::refused;
use crate::error::{Error, Result};

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
pub(super) fn schema(columns: &[String]) -> SchemaRef {
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

/// A column of texts in the making; an empty text is no value.
#[derive(Debug, Default)]
pub(super) struct TextColumn {
    texts: Vec<u8>,
    /// Where each text ends.
    ends: Vec<i32>,
}

impl TextColumn {
    pub(super) fn push(&mut self, text: &[u8]) {
        self.texts.extend_from_slice(text);
        self.ends.push(self.texts.len() as i32);
    }

    fn len(&self) -> usize {
        self.ends.len()
    }

    /// Adds empty texts up to this length.
    fn fill(&mut self, len: usize) {
        self.ends.resize(len, self.texts.len() as i32);
    }

    /// The texts as an array; an error where they are no text, or too much of it.
    fn finish(mut self) -> Result<ArrayRef> {
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Engine {
            context: "cannot make a column of raw rows".into(),
            source,
        };
        if i32::try_from(self.texts.len()).is_err() {
            return Err(failed("it holds more than 2 GiB in one piece of the file".into()));
        }
        let is_empty = |row: usize| self.ends[row] == if row == 0 { 0 } else { self.ends[row - 1] };
        let valid: arrow::buffer::BooleanBuffer = (0..self.len()).map(|row| !is_empty(row)).collect();
        let nulls = Some(NullBuffer::new(valid)).filter(|nulls| nulls.null_count() > 0);
        self.ends.insert(0, 0);
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.ends));
        let array = StringArray::try_new(offsets, Buffer::from_vec(self.texts), nulls);
        Ok(Arc::new(array.map_err(|error| failed(Box::new(error)))?))
    }
}

/// Some rows of a file.
#[derive(Debug, Default)]
pub(super) struct Rows {
    pub(super) columns: Vec<TextColumn>,
    lines: Vec<i64>,
    /// Of the rows that could not be read: the row, the reason, what it was.
    malformed: Vec<(usize, String, String)>,
}

impl Rows {
    /// No rows of that many columns.
    pub(super) fn new(columns: usize) -> Self {
        let columns = std::iter::repeat_with(TextColumn::default).take(columns).collect();
        Self { columns, ..Self::default() }
    }

    /// Adds a row; `fields` gives a value for each column, an empty one for none.
    pub(super) fn push<'a>(&mut self, line: u64, fields: impl Iterator<Item = &'a str>) {
        for (column, field) in self.columns.iter_mut().zip(fields) {
            column.push(field.as_bytes());
        }
        self.lines.push(line as i64);
    }

    /// Adds the lines of rows whose fields were put into the columns.
    pub(super) fn push_lines(&mut self, lines: &[u64]) {
        self.lines.extend(lines.iter().map(|line| *line as i64));
    }

    /// Adds a row that could not be read: its fields as far as they go, the
    /// reason, and the row itself.
    pub(super) fn push_malformed<'a>(
        &mut self,
        line: u64,
        mut fields: impl Iterator<Item = std::borrow::Cow<'a, [u8]>>,
        error: &str,
        raw: &[u8],
    ) {
        for column in &mut self.columns {
            column.push(fields.next().map(|field| text(&field)).unwrap_or_default().as_bytes());
        }
        self.malformed.push((self.lines.len(), error.to_owned(), text(raw)));
        self.lines.push(line as i64);
    }

    /// How many rows there are, and how many of them could not be read.
    pub(super) fn counts(&self) -> (u64, u64) {
        (self.lines.len() as u64, self.malformed.len() as u64)
    }

    /// The rows as arrays: the columns received, the line, the reason, the row itself.
    pub(super) fn finish(self) -> Result<Vec<ArrayRef>> {
        let mut columns: Vec<_> = self.columns.into_iter().map(TextColumn::finish).collect::<Result<_>>()?;
        let (mut errors, mut raw_lines) = (TextColumn::default(), TextColumn::default());
        for (row, error, raw) in self.malformed {
            errors.fill(row);
            errors.push(error.as_bytes());
            raw_lines.fill(row);
            raw_lines.push(raw.as_bytes());
        }
        errors.fill(self.lines.len());
        raw_lines.fill(self.lines.len());
        columns.push(Arc::new(Int64Array::from(self.lines)));
        columns.push(errors.finish()?);
        columns.push(raw_lines.finish()?);
        Ok(columns)
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

    use arrow::array::{Array, AsArray};

    use super::*;

    #[test]
    fn bytes_that_are_no_text_stay_readable() {
        assert_eq!(text(b"caf\xE9 \xC3\xA9"), "caf\\xE9 é");
        assert_eq!(text(b"\0"), "\0");
    }

    #[test]
    fn rows_become_columns_in_their_order() {
        let mut rows = Rows::new(2);
        rows.push(2, ["a", ""].into_iter());
        rows.push_malformed(3, [b"b".as_slice().into()].into_iter(), "short", b"b\xFF");
        rows.push(4, ["", "d"].into_iter());
        assert_eq!(rows.counts(), (3, 1));
        let columns = rows.finish().unwrap();
        let texts = |column: usize| {
            let column = columns[column].as_string::<i32>();
            column.iter().map(|text| text.unwrap_or("-").to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(texts(0), ["a", "b", "-"]);
        assert_eq!(texts(1), ["-", "-", "d"]);
        assert_eq!(texts(3), ["-", "short", "-"]);
        assert_eq!(texts(4), ["-", "b\\xFF", "-"]);
        assert_eq!(columns[2].len(), 3);
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
