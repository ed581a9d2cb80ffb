//! From bronze as received to canonical columns: the mapping file of each
//! source that the lake holds becomes a view `source.NAME`.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::PathBuf;

use arrow::array::{Array, AsArray};
use arrow::compute::concat_batches;
use arrow::datatypes::{Int64Type, TimestampMicrosecondType};

use super::analysis::Analysis;
use super::dialect::{Compiler, Dialect, quoted};
use crate::engine::{Engine, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, TableRef};
use crate::source::{Kind, Source};

/// What of `bronze.batches` silver and gold depend on: everything but the
/// clock and the paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Batch {
    pub(super) id: String,
    pub(super) source: String,
    pub(super) kind: String,
    pub(super) id_prefix: String,
    pub(super) mapping: Option<String>,
    /// Until when its manifest promises events, microseconds.
    pub(super) covers_until_us: Option<i64>,
    pub(super) rows: u64,
}

/// The columns every bronze row carries besides its own.
const ORIGIN: [&str; 6] =
    ["_source_file", "_source_line", "_ingested_at", "_batch_id", "_parse_error", "_raw_line"];

/// What a row inherits from its batch.
const OF_BATCH: [&str; 4] = ["_id_prefix", "_source", "_covers_until", "_batch_key"];

/// Canonical columns of each kind, all text, in the order mappings give them.
fn canonical(kind: Kind) -> &'static [&'static str] {
    match kind {
        Kind::Events => &[
            "event_id",
            "visitor_id",
            "user_id",
            "source_session_id",
            "event_time",
            "received_at",
            "event_type",
            "page_type",
            "page_url",
            "search_query",
            "product_id",
            "category",
            "brand",
            "price",
            "quantity",
            "order_id",
            "payment_method",
            "outcome",
            "device_type",
            "browser",
            "os",
            "user_agent",
            "country",
            "city",
            "ip_address",
            "referrer",
            "utm_source",
            "utm_medium",
            "utm_campaign",
            "experiment",
            "variant",
            "mapping_error",
        ],
        Kind::Users => &[
            "user_id",
            "name",
            "gender",
            "birth_year",
            "city",
            "country",
            "signup_date",
            "updated_at",
            "mapping_error",
        ],
        Kind::Products => &[
            "product_id",
            "product_name",
            "category",
            "brand",
            "price",
            "rating",
            "rating_count",
            "stock",
            "updated_at",
            "mapping_error",
        ],
    }
}

/// Makes bronze readable and says what it holds.
pub(super) fn attach_bronze(engine: &LocalEngine, lake: &Lake) -> Result<Vec<Batch>> {
    for table in lake.tables(Layer::Bronze)? {
        engine.attach(&table, &lake.table(&table))?;
    }
    let sql = "select batch_id, source, kind, id_prefix, mapping, covers_until, rows \
               from bronze.batches order by batch_id";
    let reader = engine.query_with(sql, &Params::new())?;
    let schema = reader.schema();
    let rows = reader
        .collect::<std::result::Result<Vec<_>, _>>()
        .and_then(|batches| concat_batches(&schema, &batches))
        .map_err(|error| Error::Engine {
            context: "cannot read bronze.batches".into(),
            source: error.into(),
        })?;
    let text = |column: usize, row: usize| {
        let column = rows.column(column).as_string::<i32>();
        column.is_valid(row).then(|| column.value(row).to_owned())
    };
    Ok((0..rows.num_rows())
        .map(|row| Batch {
            id: text(0, row).unwrap_or_default(),
            source: text(1, row).unwrap_or_default(),
            kind: text(2, row).unwrap_or_default(),
            id_prefix: text(3, row).unwrap_or_default(),
            mapping: text(4, row),
            covers_until_us: {
                let times = rows.column(5).as_primitive::<TimestampMicrosecondType>();
                times.is_valid(row).then(|| times.value(row))
            },
            rows: rows.column(6).as_primitive::<Int64Type>().value(row).unsigned_abs(),
        })
        .collect())
}

/// A compiler whose models see the sources that the lake holds.
pub(super) fn compiler(
    dialect: Dialect,
    engine: &LocalEngine,
    batches: &[Batch],
    analysis: &Analysis,
) -> Result<Compiler> {
    let mut columns = BTreeSet::new();
    for kind in Kind::ALL {
        columns.extend(own_columns(engine, kind));
    }
    let events: BTreeSet<String> = own_columns(engine, Kind::Events).into_iter().collect();
    let users: BTreeSet<String> = own_columns(engine, Kind::Users).into_iter().collect();
    let products: BTreeSet<String> = own_columns(engine, Kind::Products).into_iter().collect();
    let mut received = BTreeSet::new();
    for batch in batches {
        received.insert((batch.kind.clone(), batch.source.clone()));
    }
    let mut compiler = Compiler::new(dialect);
    analysis.define(&mut compiler);
    compiler.add_function("received", move |kind| received_rows(dialect, kind, &received));
    let has_prefix = batches.iter().any(|batch| !batch.id_prefix.is_empty());
    compiler.add_function("prefixed", move |id| match has_prefix {
        true => format!("prefix || {id}"),
        false => id.to_owned(),
    });
    compiler.add_function("raw_columns", move |kind| {
        let own = match kind {
            "events" => &events,
            "users" => &users,
            _ => &products,
        };
        columns.iter().fold(String::new(), |mut list, column| {
            let name = quoted(column);
            let _ = match own.contains(column) {
                true => write!(list, ",\n    bronze.{name} as {name}"),
                false => write!(list, ",\n    cast(null as string) as {name}"),
            };
            list
        })
    });
    Ok(compiler)
}

/// A compiler for showing models where there is no lake.
pub(super) fn compiler_without_data(dialect: Dialect) -> Result<Compiler> {
    let engine = LocalEngine::empty(&crate::engine::Options { threads: 1, memory_limit: None })?;
    compiler(dialect, &engine, &[], &Analysis::default())
}

/// Defines `source.NAME` for every source that the lake holds, and empty
/// bronze tables for kinds it does not.
pub(super) fn define_sources(
    engine: &LocalEngine,
    lake: &Lake,
    batches: &[Batch],
    compiler: &Compiler,
) -> Result<()> {
    for (kind, sql) in missing_kinds(engine, Dialect::DataFusion) {
        engine.define_view(Layer::Bronze.as_str(), kind.as_str(), &sql, &Params::new())?;
    }
    for source in sources(batches)? {
        attach_received(engine, lake, batches, &source)?;
        let sql = source_select(engine, Dialect::DataFusion, &source, batches, compiler)?;
        engine.define_view("source", &source.name, &sql, &Params::new()).map_err(|error| {
            Error::Transform {
                model: format!("source {}", source.name),
                message: match error {
                    Error::Engine { source, .. } => source.to_string(),
                    other => other.to_string(),
                },
            }
        })?;
    }
    Ok(())
}

/// Empty selects for the kinds of rows that the lake has none of.
pub(super) fn missing_kinds(engine: &LocalEngine, dialect: Dialect) -> Vec<(Kind, String)> {
    let is_missing = |kind: &Kind| engine.columns(Layer::Bronze.as_str(), kind.as_str()).is_empty();
    Kind::ALL.into_iter().filter(is_missing).map(|kind| (kind, nothing(dialect, &ORIGIN))).collect()
}

/// Bronze tables without rows, for planning models where there is no lake.
pub(super) fn define_nothing(engine: &LocalEngine) -> Result<()> {
    for (kind, sql) in missing_kinds(engine, Dialect::DataFusion) {
        engine.define_view(Layer::Bronze.as_str(), kind.as_str(), &sql, &Params::new())?;
    }
    let time = Dialect::DataFusion.no_timestamp();
    let batches = format!(
        "select cast(null as string) as batch_id, cast(null as string) as kind, \
         cast(null as string) as source_file, cast(null as bigint) as rows, {time} as covers_from, {time} as covers_until where false"
    );
    engine.define_view(Layer::Bronze.as_str(), "batches", &batches, &Params::new())
}

/// The sources that the lake holds rows of, each once.
pub(super) fn sources(batches: &[Batch]) -> Result<Vec<Source>> {
    let mut done = BTreeSet::new();
    let is_new = |batch: &&Batch| done.insert(batch.source.clone());
    batches
        .iter()
        .filter(is_new)
        .map(|batch| match &batch.mapping {
            Some(text) => Source::parse(text, &batch.source),
            None => Source::find(&batch.source),
        })
        .collect()
}

/// The select behind `source.NAME`; its rows have to be readable as `received.NAME`.
pub(super) fn source_select(
    engine: &LocalEngine,
    dialect: Dialect,
    source: &Source,
    batches: &[Batch],
    compiler: &Compiler,
) -> Result<String> {
    let variables = minijinja::context! {
        bronze => minijinja::Value::from_safe_string(bronze_rows(engine, source, batches, compiler)?),
        origin => minijinja::Value::from_safe_string(origin(engine, dialect, source)),
    };
    compiler.compile_with(&format!("source {}", source.name), &source.mapping, variables)
}

/// The schema of what was received from each source.
pub(super) const RECEIVED: &str = "received";

/// Makes the files of one source readable as `received.NAME`. Its rows are
/// told from those of other sources by their files, and not by joining: a join
/// would hide from the planner how many there are.
pub(super) fn attach_received(
    engine: &LocalEngine,
    lake: &Lake,
    batches: &[Batch],
    source: &Source,
) -> Result<()> {
    engine.attach_files(RECEIVED, &source.name, &received_files(lake, batches, source), true)
}

/// The bronze files of one source.
pub(super) fn received_files(lake: &Lake, batches: &[Batch], source: &Source) -> Vec<PathBuf> {
    let folder = lake.table(&TableRef::new(Layer::Bronze, source.kind.as_str()));
    let batches = batches.iter().filter(|batch| batch.source == source.name);
    batches.map(|batch| folder.join(format!("{}.parquet", batch.id))).collect()
}

/// The rows of one source with what their batch says of them, and nulls for
/// optional columns that no file had.
fn bronze_rows(
    engine: &LocalEngine,
    source: &Source,
    batches: &[Batch],
    compiler: &Compiler,
) -> Result<String> {
    let compile = |text: String| compiler.compile(&format!("source {}", source.name), &text);
    let present = received_columns(engine, source);
    let mut missing = String::new();
    for column in source.requires.iter().chain(&source.optional).filter(|column| !present.contains(*column)) {
        let _ = write!(missing, ", cast(null as string) as {}", quoted(column));
    }
    let batch_key = compile("{{ hex60(\"rows._batch_id\") }}".to_owned())?;
    let rows = format!("{RECEIVED}.{} as rows", quoted(&source.name));
    let mut own = batches.iter().filter(|batch| batch.source == source.name);
    let first = own.next();
    let of_batch = |batch: &Batch| (batch.id_prefix.clone(), batch.covers_until_us);
    if first.is_some_and(|first| own.all(|batch| of_batch(batch) == of_batch(first))) {
        // As a rule all batches say the same, and there is nothing to look up.
        let (prefix, covers_until_us) = first.map(of_batch).unwrap_or_default();
        let prefix = match prefix.as_str() {
            "" => "cast(null as string)".to_owned(),
            prefix => text_literal(prefix),
        };
        let us = covers_until_us.map_or("cast(null as bigint)".to_owned(), |us| us.to_string());
        let covers_until = compile(format!("{{{{ timestamp_of_us(\"{us}\") }}}}"))?;
        return Ok(format!(
            "(select rows.*, {prefix} as _id_prefix, {} as _source, {covers_until} as _covers_until, \
             {batch_key} as _batch_key{missing} from {rows}) as raw",
            text_literal(&source.name)
        ));
    }
    Ok(format!(
        "(select rows.*, batches.id_prefix as _id_prefix, batches.source as _source, \
         batches.covers_until as _covers_until, {batch_key} as _batch_key{missing} \
         from {rows} left join bronze.batches as batches on rows._batch_id = batches.batch_id) as raw"
    ))
}

/// A text as SQL wants it.
fn text_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The columns that every mapping passes on, and the hash of the row as it was received.
fn origin(engine: &LocalEngine, dialect: Dialect, source: &Source) -> String {
    // Columns by name, absent ones left out: a file that gains a column keeps its other rows' hashes.
    let mut columns = received_columns(engine, source);
    columns.sort();
    let mut row_md5 = dialect.row_md5("_raw_line", &columns);
    // The hash stands in for a missing id, and costs more than anything else of a row: where
    // the mapping hands the received id on as it is, rows that have one are not hashed.
    if source.kind == Kind::Events && source.mapping.lines().any(|line| line.trim() == "event_id,") {
        row_md5 = format!("case when nullif(trim(event_id), '') is null then {row_md5} end");
    }
    format!("{}, {}, {row_md5} as row_md5", ORIGIN.join(", "), OF_BATCH.join(", "))
}

/// All rows of a kind in canonical columns, whatever sources they came from.
fn received_rows(dialect: Dialect, kind: &str, received: &BTreeSet<(String, String)>) -> String {
    let selects: Vec<_> = received
        .iter()
        .filter(|(of, _)| of == kind)
        .map(|(_, source)| format!("select * from source.{}", quoted(source)))
        .collect();
    if !selects.is_empty() {
        return selects.join("\nunion all\n");
    }
    let kind = Kind::ALL.into_iter().find(|known| known.as_str() == kind).unwrap_or(Kind::Events);
    let mut columns = canonical(kind).to_vec();
    columns.extend(ORIGIN);
    columns.extend(OF_BATCH);
    columns.push("row_md5");
    nothing(dialect, &columns)
}

/// A select of the named columns and no rows.
fn nothing(dialect: Dialect, columns: &[&str]) -> String {
    let columns: Vec<_> = columns
        .iter()
        .map(|column| match *column {
            "_source_line" => "cast(null as bigint) as _source_line".to_owned(),
            "_ingested_at" => format!("{} as _ingested_at", dialect.no_timestamp()),
            "_batch_key" => "cast(null as bigint) as _batch_key".to_owned(),
            name => format!("cast(null as string) as {name}"),
        })
        .collect();
    format!("select {} where false", columns.join(", "))
}

/// The columns of a source as received, without the origin columns.
fn received_columns(engine: &LocalEngine, source: &Source) -> Vec<String> {
    columns_but_origin(engine, RECEIVED, &source.name)
}

/// The columns of a bronze table as received, without the origin columns.
fn own_columns(engine: &LocalEngine, kind: Kind) -> Vec<String> {
    columns_but_origin(engine, Layer::Bronze.as_str(), kind.as_str())
}

fn columns_but_origin(engine: &LocalEngine, schema: &str, name: &str) -> Vec<String> {
    engine
        .columns(schema, name)
        .into_iter()
        .map(|(name, _)| name)
        .filter(|name| !ORIGIN.contains(&name.as_str()))
        .collect()
}
