//! The rows of a chart's query, column by column, with the types a chart computes in.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Date32Type, Float64Type, Int64Type};
use arrow::temporal_conversions::date32_to_datetime;
use chrono::NaiveDate;

use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::lake::Layer;
use crate::sql;

/// All rows of one query under `sql/reports/`.
#[derive(Debug, Clone)]
pub(super) struct Rows {
    query: &'static str,
    batch: RecordBatch,
    /// The same of the period before, where the report compares.
    pub(super) before: Option<Box<Rows>>,
}

impl Rows {
    /// Runs `sql/reports/QUERY.sql`.
    pub(super) fn read(engine: &dyn Engine, query: &'static str) -> Result<Self> {
        let file = sql::file(&format!("sql/reports/{query}.sql"))
            .ok_or_else(|| wrong(query, "its query is not part of this binary".to_owned()))?;
        if let Some(table) =
            tables(file.text).into_iter().find(|(layer, name)| engine.columns(layer, name).is_empty())
        {
            let (layer, name) = table;
            return Err(wrong(
                query,
                format!("there is no {layer}.{name}, which it is drawn from; `clickmill transform` makes it"),
            ));
        }
        let reader = engine.query_with(file.text, &Params::new()).map_err(|error| failed(query, &error))?;
        let schema = reader.schema();
        let batches = reader.collect::<std::result::Result<Vec<_>, _>>();
        let batch = batches
            .and_then(|batches| concat_batches(&schema, &batches))
            .map_err(|error| failed(query, &error))?;
        Ok(Self { query, batch, before: None })
    }

    /// A column of whole numbers, to compute with.
    pub(super) fn floats(&self, name: &str) -> Result<Vec<f64>> {
        Ok(self.counts(name)?.into_iter().map(|value| value as f64).collect())
    }

    /// How many rows there are.
    pub(super) fn len(&self) -> usize {
        self.batch.num_rows()
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A column of whole numbers; null is 0 (a query says otherwise with coalesce).
    pub(super) fn counts(&self, name: &str) -> Result<Vec<i64>> {
        let column = self.column(name, &DataType::Int64)?;
        Ok(column.as_primitive::<Int64Type>().iter().map(|value| value.unwrap_or(0)).collect())
    }

    /// A column of numbers; null is 0.
    pub(super) fn numbers(&self, name: &str) -> Result<Vec<f64>> {
        let column = self.column(name, &DataType::Float64)?;
        Ok(column.as_primitive::<Float64Type>().iter().map(|value| value.unwrap_or(0.0)).collect())
    }

    /// A column of texts; null is `(unknown)`.
    pub(super) fn texts(&self, name: &str) -> Result<Vec<String>> {
        let column = self.column(name, &DataType::Utf8)?;
        Ok(column.as_string::<i32>().iter().map(|value| value.unwrap_or("(unknown)").to_owned()).collect())
    }

    /// A column of yes and no; null is yes, as in `is_complete`.
    pub(super) fn flags(&self, name: &str) -> Result<Vec<bool>> {
        let column = self.column(name, &DataType::Boolean)?;
        Ok(column.as_boolean().iter().map(|value| value.unwrap_or(true)).collect())
    }

    /// A column of days; null is an error.
    pub(super) fn dates(&self, name: &str) -> Result<Vec<NaiveDate>> {
        let column = self.column(name, &DataType::Date32)?;
        column
            .as_primitive::<Date32Type>()
            .iter()
            .map(|value| value.and_then(date32_to_datetime).map(|time| time.date()))
            .collect::<Option<Vec<_>>>()
            .ok_or_else(|| {
                wrong(self.query, format!("column {name} holds a day that is missing or out of range"))
            })
    }

    fn column(&self, name: &str, expected: &DataType) -> Result<&dyn Array> {
        let column = self.batch.column_by_name(name).ok_or_else(|| {
            wrong(self.query, format!("sql/reports/{}.sql gives no column {name}", self.query))
        })?;
        if column.data_type() != expected {
            let found = column.data_type();
            return Err(wrong(self.query, format!("column {name} is {found}, the chart needs {expected}")));
        }
        Ok(column.as_ref())
    }
}

/// The lake's tables that a query names, as layer and name.
fn tables(sql: &str) -> BTreeSet<(&str, &str)> {
    let code = sql.lines().map(|line| line.split("--").next().unwrap_or_default());
    let words =
        code.flat_map(|line| line.split(|letter: char| !(letter.is_alphanumeric() || "._".contains(letter))));
    let parts = words.filter_map(|word| word.split_once('.'));
    parts.filter(|(layer, _)| Layer::parse(layer).is_some()).collect()
}

fn wrong(query: &str, message: String) -> Error {
    Error::Report { chart: query.to_owned(), message }
}

/// A query that the engine refused or failed, with all it said.
fn failed(query: &str, error: &dyn std::error::Error) -> Error {
    let mut message = format!("sql/reports/{query}.sql failed: {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        message = format!("{message}: {error}");
        cause = error.source();
    }
    wrong(query, message)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::engine::LocalEngine;

    /// The query `period` over a table with this select list.
    fn period(select: &str) -> Result<Rows> {
        let engine = LocalEngine::empty(&crate::engine::Options::default()).unwrap();
        engine
            .define_view("gold", "fact_daily_metrics", &format!("select {select}"), &Params::new())
            .unwrap();
        Rows::read(&engine, "period")
    }

    #[test]
    fn columns_come_typed_or_with_a_clear_refusal() {
        let rows = period("date '2026-01-31' as date, cast(null as boolean) as is_complete").unwrap();
        assert_eq!(rows.dates("date").unwrap()[0].to_string(), "2026-01-31");
        assert_eq!(rows.flags("is_complete").unwrap(), [true]);
        let missing = rows.counts("sessions").unwrap_err().to_string();
        assert!(missing.contains("sql/reports/period.sql gives no column sessions"), "{missing}");
        let mistyped = rows.texts("date").unwrap_err().to_string();
        assert!(mistyped.contains("column date is Date32, the chart needs Utf8"), "{mistyped}");
    }

    #[test]
    fn a_day_may_not_be_missing() {
        let rows = period("cast(null as date) as date, true as is_complete").unwrap();
        assert!(rows.dates("date").unwrap_err().to_string().contains("missing or out of range"));
    }

    #[test]
    fn a_table_that_is_missing_is_named() {
        let engine = LocalEngine::empty(&crate::engine::Options::default()).unwrap();
        let error = Rows::read(&engine, "user_segments").unwrap_err().to_string();
        assert!(error.contains("user_segments") && error.contains("there is no gold.dim_users"), "{error}");
        assert!(error.contains("`clickmill transform` makes it"), "{error}");
        let named = tables("-- gold.no\nselect a.b from gold.x as a, silver.y_1 join raw.z on gold.x = 1.5");
        assert_eq!(named.into_iter().collect::<Vec<_>>(), [("gold", "x"), ("silver", "y_1")]);
    }

    #[test]
    fn a_query_that_fails_says_which_and_why() {
        let error = period("1 as day").unwrap_err().to_string();
        assert!(error.contains("sql/reports/period.sql failed") && error.contains("date"), "{error}");
    }
}
