//! Parquet: every column as text, times as RFC 3339 in UTC, decimals plain.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, StringBuilder};
use arrow::compute::{CastOptions, can_cast_types, cast_with_options};
use arrow::datatypes::DataType;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::refused;
use super::rows::{Rows, text};
use crate::error::{Error, Result};

/// Fewer than of other formats, because the bytes of these rows are not counted.
const BATCH_ROWS: usize = 1 << 13;

/// The columns of a Parquet file.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    Ok(open(path)?.schema().fields().iter().map(|field| field.name().clone()).collect())
}

/// Reads the rows of a Parquet file; a row's line is its number.
pub(super) fn read(path: &Path, rows: &mut Rows) -> Result<()> {
    let reader = open(path)?.with_batch_size(BATCH_ROWS).build();
    let mut first = 1;
    for batch in reader.map_err(|error| damaged(path, &error))? {
        let batch = batch.map_err(|error| damaged(path, &error))?;
        let columns = batch.columns().iter().map(as_text).collect::<std::result::Result<Vec<_>, _>>();
        let columns = columns.map_err(|error| damaged(path, &error))?;
        rows.push_columns(first, columns, batch.num_rows())?;
        first += batch.num_rows() as u64;
    }
    Ok(())
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, &error))
}

fn damaged(path: &Path, error: &dyn std::error::Error) -> Error {
    refused(path, format!("is a damaged or cut off Parquet file ({error})"))
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
