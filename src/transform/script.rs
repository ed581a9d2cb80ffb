//! All models as one SQL script for another engine, over the same bronze
//! files: a second opinion on every table, or a way out to another database.

use std::path::Path;

use datafusion::common::ScalarValue;

use super::dialect::{Dialect, quoted};
use super::graph::Graph;
use super::model::{Model, Storage};
use super::{mapping, published, require};
use crate::engine::{self, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, TableRef};
use crate::schedule::threads;

/// The script that makes silver and gold of `lake` in DuckDB, as
/// `create table` and `create view` statements in running order; by the options
/// that the lake's tables were made with, else by `options`.
///
/// # Errors
/// [`Error::Usage`] for a dialect whose engine reads no Parquet files by their
/// path, [`Error::Transform`] when there is no bronze or a model does not compile.
pub fn script(lake: &Lake, options: &super::Options, dialect: Dialect) -> Result<String> {
    if dialect != Dialect::DuckDb {
        return Err(Error::Usage(
            "--script is for --dialect duckdb, which reads the lake's files where they lie; \
             --show compiles a model for the other dialects"
                .to_owned(),
        ));
    }
    require(lake, Layer::Bronze, "batches", "ingest")?;
    let options = published(lake).unwrap_or_else(|| options.clone());
    let engine = LocalEngine::empty(&engine::Options::default())?;
    let batches = mapping::attach_bronze(&engine, lake)?;
    let compiler = mapping::compiler(dialect, &engine, &batches, &options.analysis)?;
    let params = options.params();

    let mut script = String::from("set timezone = 'UTC';\n");
    for schema in ["bronze", mapping::RECEIVED, "source", "silver", "gold"] {
        script += &format!("create schema if not exists {schema};\n");
    }
    for table in lake.tables(Layer::Bronze)? {
        let files = lake.files(&table)?;
        script += &view(&table.to_string(), &read_parquet(&files));
    }
    for (kind, sql) in mapping::missing_kinds(&engine, dialect) {
        script += &view(&TableRef::new(Layer::Bronze, kind.as_str()).to_string(), &sql);
    }
    for source in mapping::sources(&batches)? {
        mapping::attach_received(&engine, lake, &batches, &source)?;
        let name = quoted(&source.name);
        let files = mapping::received_files(lake, &batches, &source);
        script += &view(&format!("{}.{name}", mapping::RECEIVED), &read_parquet(&files));
        let sql = mapping::source_select(&engine, dialect, &source, &batches, &compiler)?;
        script += &view(&format!("source.{name}"), &sql);
    }
    // The order of models is that of their text for our own engine.
    let ours = mapping::compiler(Dialect::DataFusion, &engine, &batches, &options.analysis)?;
    for model in Graph::new(Model::all()?, &ours, threads(0))?.models() {
        let name = model.table.to_string();
        let sql = bound(&compiler.compile(&name, &model.text)?, &params);
        script += &match model.storage {
            Storage::View => view(&name, &sql),
            Storage::Table | Storage::Working => format!("create or replace table {name} as\n{sql};\n"),
        };
    }
    Ok(script)
}

fn view(name: &str, sql: &str) -> String {
    format!("create or replace view {name} as\n{sql};\n")
}

/// A select of all rows of Parquet files that may differ in their columns.
fn read_parquet(files: &[impl AsRef<Path>]) -> String {
    let files: Vec<_> = files
        .iter()
        .map(|file| {
            let file = std::path::absolute(file.as_ref()).unwrap_or_else(|_| file.as_ref().to_owned());
            text(&file.to_string_lossy())
        })
        .collect();
    format!("select * from read_parquet([{}], union_by_name = true)", files.join(", "))
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}

/// A statement with its named parameters written out, for engines whose views take none.
fn bound(sql: &str, params: &Params) -> String {
    let mut written = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(position) = rest.find('$') {
        let (before, after) = rest.split_at(position);
        let name_end = after[1..]
            .find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_')
            .map_or(after.len(), |end| end + 1);
        written += before;
        match params.get(&after[1..name_end]) {
            Some(value) => written += &literal(value),
            // The end of a regular expression, say.
            None => written += &after[..name_end],
        }
        rest = &after[name_end..];
    }
    written + rest
}

/// A parameter's value with its type, null included.
fn literal(value: &ScalarValue) -> String {
    match value {
        ScalarValue::Utf8(Some(value)) => text(value),
        ScalarValue::Int64(value) => {
            format!("cast({} as bigint)", value.map_or("null".to_owned(), |value| value.to_string()))
        }
        ScalarValue::Date32(None) => "cast(null as date)".to_owned(),
        ScalarValue::Date32(_) => format!("date '{value}'"),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_written_out_with_their_types_and_nothing_else_is_touched() {
        let params = Params::from([
            ("gap".to_owned(), ScalarValue::Int64(Some(5))),
            ("gap_mode".to_owned(), ScalarValue::from("it's")),
            ("until".to_owned(), ScalarValue::Int64(None)),
            ("as_of".to_owned(), ScalarValue::Date32(Some(1))),
        ]);
        assert_eq!(
            bound("a > $gap and b = $gap_mode or c = $until or d = $as_of or e ~ '^x$' or $gap", &params),
            "a > cast(5 as bigint) and b = 'it''s' or c = cast(null as bigint) or d = date '1970-01-02' \
             or e ~ '^x$' or cast(5 as bigint)"
        );
    }
}
