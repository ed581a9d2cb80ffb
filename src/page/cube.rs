//! A query's rows as the JSON that the page reads, column by column.
//!
//! A column is a list of whole numbers, or codes into a list of texts (days
//! among them); where that is shorter it is written as runs: value, times.

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::compute::{cast, concat_batches};
use arrow::datatypes::{DataType, Int64Type};
use serde_json::{Map, Value, json};

use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::sql;

/// The text of `sql/page/QUERY.sql`.
pub(super) fn text(query: &str) -> Result<&'static str> {
    sql::file(&format!("sql/page/{query}.sql"))
        .map(|file| file.text)
        .ok_or_else(|| wrong(query, "it is not part of this binary"))
}

/// Runs `sql/page/QUERY.sql` and returns its columns, and how many rows they have.
pub(super) fn read(engine: &dyn Engine, query: &str, params: &Params) -> Result<(Value, u64)> {
    let reader = engine.query_with(text(query)?, params).map_err(|error| failed(query, &error))?;
    let schema = reader.schema();
    let batches = reader.collect::<std::result::Result<Vec<_>, _>>();
    let batch = batches
        .and_then(|batches| concat_batches(&schema, &batches))
        .map_err(|error| failed(query, &error))?;
    let mut columns = Map::new();
    for (field, column) in schema.fields().iter().zip(batch.columns()) {
        let name = field.name();
        let encoded = match field.data_type() {
            DataType::Int64 => whole(column),
            DataType::Utf8 => Some(coded(column)),
            DataType::Date32 => {
                Some(coded(&cast(column, &DataType::Utf8).map_err(|error| failed(query, &error))?))
            }
            other => {
                return Err(wrong(query, &format!("column {name} is {other}, which the page cannot read")));
            }
        };
        let encoded = encoded.ok_or_else(|| wrong(query, &format!("column {name} holds a null")))?;
        columns.insert(name.clone(), encoded);
    }
    Ok((Value::Object(columns), batch.num_rows() as u64))
}

/// Whole numbers; nothing where one is missing.
fn whole(column: &ArrayRef) -> Option<Value> {
    let column = column.as_primitive::<Int64Type>();
    (column.null_count() == 0).then(|| shorter(column.values()))
}

/// Texts as codes, in the order in which they first appear.
fn coded(column: &ArrayRef) -> Value {
    let mut places = std::collections::HashMap::new();
    let mut of = Vec::new();
    let codes: Vec<i64> = column
        .as_string::<i32>()
        .iter()
        .map(|text| {
            let text = text.unwrap_or("(unknown)");
            *places.entry(text).or_insert_with(|| {
                of.push(text);
                of.len() as i64 - 1
            })
        })
        .collect();
    json!({ "of": of, "at": shorter(&codes) })
}

/// The numbers, or their runs where that takes fewer letters.
fn shorter(numbers: &[i64]) -> Value {
    let mut runs: Vec<i64> = Vec::new();
    for number in numbers {
        match runs.as_mut_slice() {
            [.., value, times] if value == number => *times += 1,
            _ => runs.extend([*number, 1]),
        }
    }
    let letters = |numbers: &[i64]| numbers.iter().map(|number| number.to_string().len() + 1).sum::<usize>();
    if letters(&runs) < letters(numbers) { json!({ "runs": runs }) } else { json!(numbers) }
}

fn wrong(query: &str, message: &str) -> Error {
    Error::Report { chart: "page".to_owned(), message: format!("sql/page/{query}.sql: {message}") }
}

/// A query that the engine refused or failed, with all it said.
fn failed(query: &str, error: &dyn std::error::Error) -> Error {
    let mut message = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    wrong(query, &message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};

    use super::*;

    #[test]
    fn columns_are_written_the_shorter_way() {
        assert_eq!(shorter(&[1, 2, 3]), json!([1, 2, 3]));
        assert_eq!(shorter(&[7, 7, 7, 7, 0]), json!({ "runs": [7, 4, 0, 1] }));
        assert_eq!(shorter(&[]), json!([]));
    }

    #[test]
    fn texts_become_codes_and_a_missing_number_is_refused() {
        let texts: ArrayRef = Arc::new(StringArray::from(vec![Some("b"), Some("a"), Some("b"), None]));
        assert_eq!(coded(&texts), json!({ "of": ["b", "a", "(unknown)"], "at": [0, 1, 0, 2] }));
        let numbers: ArrayRef = Arc::new(Int64Array::from(vec![Some(1), None]));
        assert_eq!(whole(&numbers), None);
    }
}
