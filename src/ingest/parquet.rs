//! Parquet: every column as text, times as RFC 3339 in UTC, decimals plain.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Int64Array, RecordBatch, StringArray, StringBuilder, new_null_array,
};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options, concat_batches};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};

use super::bronze_file::{BronzeFile, Writing};
use super::guard::guarded;
use super::in_order::in_order;
use super::refused;
use super::rows::text;
use crate::error::{Error, Result};

/// So many rows, or bytes, whichever comes first, become a row group.
const GROUP_ROWS: usize = 1 << 17;
const GROUP_BYTES: usize = 32 << 20;

/// Rows may be long; so many of them are read at once.
const BATCH_ROWS: usize = 1 << 13;

/// The columns of a Parquet file.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    Ok(open(path)?.schema().fields().iter().map(|field| field.name().clone()).collect())
}

/// Reads the rows of a Parquet file; a row's line is its number.
pub(super) fn read(path: &Path, writing: &mut Writing) -> Result<BronzeFile> {
    let columns = columns(path)?;
    let builder = open(path)?.with_batch_size(BATCH_ROWS);
    let mut batches = Batches { path, reader: sound(path, || builder.build())?, first: 1, waiting: None };
    let first = batches.next()?;
    let sample = match first.as_ref().and_then(|(_, batches)| batches.first()) {
        Some(batch) => sound(path, || texts(batch))?,
        None => Vec::new(),
    };
    batches.waiting = first;
    let (mut file, encoder) = writing.create(&columns, &sample)?;
    in_order(
        writing.threads,
        || batches.next(),
        |(first, batches)| {
            let mut columns = sound(path, || texts(&concat_batches(&batches[0].schema(), &batches)?))?;
            let rows = batches.iter().map(RecordBatch::num_rows).sum();
            let lines = (first..).take(rows).map(|line| line as i64);
            columns.push(Arc::new(Int64Array::from_iter_values(lines)));
            let nulls = new_null_array(&DataType::Utf8, rows);
            columns.extend([nulls.clone(), nulls]);
            encoder.encode(&columns, 0)
        },
        |rows| {
            file.append(rows)?;
            (writing.progress)()
        },
    )?;
    Ok(file)
}

/// The result of reading, where neither an error nor a panic says that the file is damaged.
fn sound<T, E: std::fmt::Display>(
    path: &Path,
    work: impl FnOnce() -> std::result::Result<T, E>,
) -> Result<T> {
    let damaged = |error: String| refused(path, format!("is a damaged or cut off Parquet file ({error})"));
    guarded(work).map_err(damaged)?.map_err(|error| damaged(error.to_string()))
}

/// Every column of some rows as text.
fn texts(rows: &RecordBatch) -> std::result::Result<Vec<ArrayRef>, ArrowError> {
    rows.columns().iter().map(as_text).collect()
}

/// The rows of a file, as many at once as a row group takes.
struct Batches<'a> {
    path: &'a Path,
    reader: ParquetRecordBatchReader,
    /// The number of the next row.
    first: u64,
    /// Read already.
    waiting: Option<(u64, Vec<RecordBatch>)>,
}

impl Batches<'_> {
    /// Rows, and the number of the first of them.
    fn next(&mut self) -> Result<Option<(u64, Vec<RecordBatch>)>> {
        if let Some(waiting) = self.waiting.take() {
            return Ok(Some(waiting));
        }
        let (mut rows, mut bytes, mut batches) = (0, 0, Vec::new());
        while rows < GROUP_ROWS && bytes < GROUP_BYTES {
            let Some(batch) = sound(self.path, || self.reader.next().transpose())? else { break };
            rows += batch.num_rows();
            bytes += batch.get_array_memory_size();
            batches.push(batch);
        }
        let first = self.first;
        self.first += rows as u64;
        Ok((rows > 0).then_some((first, batches)))
    }
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    sound(path, || ParquetRecordBatchReaderBuilder::try_new(file))
}

/// A column as text; an empty text is no value, as in every other format.
fn as_text(column: &ArrayRef) -> std::result::Result<ArrayRef, ArrowError> {
    let column = match column.data_type() {
        DataType::Utf8 => column.clone(),
        DataType::Binary | DataType::LargeBinary | DataType::BinaryView | DataType::FixedSizeBinary(_) => {
            binary_as_text(column)?
        }
        // A time without a zone is taken for UTC, as in a CSV file.
        DataType::Timestamp(unit, _) => {
            let utc = strict_cast(column, &DataType::Timestamp(*unit, Some("+00:00".into())))?;
            strict_cast(&utc, &DataType::Utf8)?
        }
        other if !other.is_nested() && can_cast_types(other, &DataType::Utf8) => {
            strict_cast(column, &DataType::Utf8)?
        }
        _ => displayed(column)?,
    };
    let texts = column.as_string::<i32>();
    if texts.iter().any(|text| text == Some("")) {
        let nulled: StringArray = texts.iter().map(|text| text.filter(|text| !text.is_empty())).collect();
        return Ok(Arc::new(nulled));
    }
    Ok(column)
}

fn strict_cast(column: &ArrayRef, to: &DataType) -> std::result::Result<ArrayRef, ArrowError> {
    // Failing is better than the nulls that a safe cast would leave.
    cast_with_options(column, to, &CastOptions { safe: false, ..CastOptions::default() })
}

/// Older writers leave texts as plain bytes.
fn binary_as_text(column: &ArrayRef) -> std::result::Result<ArrayRef, ArrowError> {
    let column = strict_cast(column, &DataType::LargeBinary)?;
    let texts = column.as_binary::<i64>().iter().map(|bytes| bytes.map(text)).collect::<StringArray>();
    Ok(Arc::new(texts))
}

/// Lists, structs and whatever else has no text of its own.
fn displayed(column: &ArrayRef) -> std::result::Result<ArrayRef, ArrowError> {
    let options = FormatOptions::default();
    let formatter = ArrayFormatter::try_new(column.as_ref(), &options)?;
    let mut texts = StringBuilder::new();
    for row in 0..column.len() {
        if column.is_null(row) {
            texts.append_null();
        } else {
            texts.append_value(formatter.value(row).try_to_string()?);
        }
    }
    Ok(Arc::new(texts.finish()))
}
