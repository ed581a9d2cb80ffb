//! A source on trial: a file, or the beginning of a large one, goes through
//! ingest and transform in a scratch folder, to show what its mapping makes of it.

use std::fmt;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, Utc};

use crate::engine::{Engine, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer};
use crate::progress::Progress;
use crate::source::Kind;
use crate::summary::grouped;
use crate::{ingest, transform};

/// A log of one good event, so that a file of accounts, of products, or of bad
/// events only makes a lake, too.
const ONE_EVENT: &str = "event_id,visitor_id,event_time,event_type\ne,v,2020-01-01T00:00:00Z,page_view\n";

/// Keeps the ids of that event apart from any others.
const ONE_EVENT_PREFIX: &str = "clickmill-trial-";

/// What became of the rows of a file.
#[derive(Debug, Clone)]
pub struct Trial {
    /// The file.
    pub file: PathBuf,
    /// The source it was read as.
    pub source: String,
    /// Rows read.
    pub rows: u64,
    /// All of the file was read, not only its beginning.
    pub is_whole: bool,
    /// Columns that the mapping does not know; they stay in bronze.
    pub new_columns: Vec<String>,
    /// Canonical columns that hold something, with the values of the first rows.
    pub mapped: Vec<(String, Vec<String>)>,
    /// Rows that repeat others.
    pub duplicates: u64,
    /// Rows that cannot be used, by reason, the commonest first.
    pub rejected: Vec<Rejected>,
}

/// Rows that cannot be used for one reason.
#[derive(Debug, Clone)]
pub struct Rejected {
    /// What is wrong with them.
    pub reasons: String,
    /// How many they are.
    pub rows: u64,
    /// The line of the first.
    pub line: String,
    /// Its columns as received.
    pub example: String,
}

/// Reads `file` as `source` (or as what its columns say) and reports what the
/// first `shown` rows become and which rows would be quarantined.
///
/// # Errors
/// As [`ingest::ingest`] and [`transform::transform`].
pub fn check(
    file: &Path,
    source: Option<String>,
    shown: usize,
    options: &transform::Options,
    now: DateTime<Utc>,
) -> Result<Trial> {
    let scratch = tempfile::tempdir().map_err(Error::io("create", std::env::temp_dir()))?;
    let lake = Lake::new(scratch.path().join("data"));
    let beginning = ingest::sample(file, scratch.path())?;
    let input = beginning.clone().unwrap_or_else(|| file.to_owned());
    let wanted = ingest::Options { inputs: vec![input], source, ..Default::default() };
    ingest::ingest(&lake, &wanted, now, &Progress::hidden()).map_err(|error| match error {
        Error::Ingest { message, .. } => Error::Ingest { path: file.to_owned(), message },
        other => other,
    })?;
    let Some(batch) = ingest::batches(&lake)?.into_iter().next() else {
        return Err(Error::Ingest { path: file.to_owned(), message: "has no row".to_owned() });
    };
    let one_event = scratch.path().join("one_event.csv");
    std::fs::write(&one_event, ONE_EVENT).map_err(Error::io("write", &one_event))?;
    let one_event = ingest::Options {
        inputs: vec![one_event],
        source: Some("clickmill".to_owned()),
        id_prefix: Some(ONE_EVENT_PREFIX.to_owned()),
        ..Default::default()
    };
    ingest::ingest(&lake, &one_event, now, &Progress::hidden())?;
    let options = transform::Options { full_refresh: true, ..options.clone() };
    transform::transform(&lake, &options, &Progress::hidden())?;

    let engine = LocalEngine::open(&lake, &options.engine)?;
    let kind = batch.kind.as_str();
    Ok(Trial {
        file: file.to_owned(),
        source: batch.source.clone(),
        rows: batch.rows,
        is_whole: beginning.is_none(),
        new_columns: batch.new_columns.clone(),
        mapped: mapped(&engine, batch.kind, shown)?,
        duplicates: rows(&engine, &format!("select count(*) from silver.duplicates where kind = '{kind}'"))?
            .first()
            .and_then(|row| row.first()?.1.parse().ok())
            .unwrap_or(0),
        rejected: rejected(&engine, kind, &batch.columns)?,
    })
}

/// The canonical columns that hold something in the first rows.
fn mapped(engine: &LocalEngine, kind: Kind, shown: usize) -> Result<Vec<(String, Vec<String>)>> {
    let table = kind.as_str();
    let columns = engine.columns(Layer::Silver.as_str(), table);
    let has = |name: &str| columns.iter().any(|(column, _)| column == name);
    let condition = match kind {
        Kind::Events => format!("where visitor_id not like '{ONE_EVENT_PREFIX}%'"),
        Kind::Users | Kind::Products => String::new(),
    };
    let order = if has("_source_line") { "order by _source_line" } else { "" };
    let first = rows(engine, &format!("select * from silver.{table} {condition} {order} limit {shown}"))?;
    let mut mapped: Vec<(String, Vec<String>)> = Vec::new();
    for row in first {
        for (position, (name, value)) in row.into_iter().enumerate() {
            if mapped.len() <= position {
                mapped.push((name, Vec::new()));
            }
            mapped[position].1.push(value);
        }
    }
    mapped.retain(|(name, values)| !name.starts_with('_') && values.iter().any(|value| !value.is_empty()));
    Ok(mapped)
}

/// The rows in quarantine by reason, each with its first row as an example.
fn rejected(engine: &LocalEngine, kind: &str, columns: &[String]) -> Result<Vec<Rejected>> {
    let reasons = rows(
        engine,
        &format!(
            "select reasons, count(*) as rows, min(_source_line) as line from silver.quarantine \
             where kind = '{kind}' group by reasons order by rows desc, reasons"
        ),
    )?;
    let mut rejected = Vec::new();
    for row in reasons {
        let value = |position: usize| row.get(position).map(|(_, value)| value.clone()).unwrap_or_default();
        let line = value(2);
        let first = rows(
            engine,
            &format!(
                "select * from silver.quarantine where kind = '{kind}' and _source_line = {line} limit 1"
            ),
        )?;
        let first = first.into_iter().next().unwrap_or_default();
        let raw = first.iter().find(|(name, value)| name == "_raw_line" && !value.is_empty());
        let example = match raw {
            Some((_, raw)) => raw.clone(),
            None => {
                let received =
                    first.iter().filter(|(name, value)| columns.contains(name) && !value.is_empty());
                received.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
            }
        };
        rejected.push(Rejected { reasons: value(0), rows: value(1).parse().unwrap_or(0), line, example });
    }
    Ok(rejected)
}

/// The rows of a statement, each as its columns' names and texts, nothing as an empty one.
fn rows(engine: &LocalEngine, sql: &str) -> Result<Vec<Vec<(String, String)>>> {
    let engine: &dyn Engine = engine;
    let mut rows = Vec::new();
    for batch in engine.collect(sql, &Params::new())? {
        rows.extend(texts(&batch).map_err(|source| Error::Engine {
            context: "cannot show rows".to_owned(),
            source: source.into(),
        })?);
    }
    Ok(rows)
}

fn texts(batch: &RecordBatch) -> std::result::Result<Vec<Vec<(String, String)>>, arrow::error::ArrowError> {
    let options = FormatOptions::default();
    let schema = batch.schema();
    let cells: Vec<_> = batch
        .columns()
        .iter()
        .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
        .collect::<std::result::Result<_, _>>()?;
    Ok((0..batch.num_rows())
        .map(|row| {
            let names = schema.fields().iter().map(|field| field.name().clone());
            names.zip(cells.iter().map(|cell| cell.value(row).to_string())).collect()
        })
        .collect())
}

impl Trial {
    /// Whether every row can be used.
    pub fn fits(&self) -> bool {
        self.rejected.is_empty()
    }

    /// How many rows would be quarantined.
    pub fn quarantined(&self) -> u64 {
        self.rejected.iter().map(|rejected| rejected.rows).sum()
    }
}

/// A text that keeps a line of a terminal.
fn shortened(text: &str, length: usize) -> String {
    let text = text.replace(['\n', '\r'], " ");
    match text.char_indices().nth(length) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

impl fmt::Display for Trial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = if self.is_whole { "" } else { " (the beginning of the file)" };
        writeln!(f, "{} as {}: {} rows{of}", self.file.display(), self.source, grouped(self.rows))?;
        if !self.new_columns.is_empty() {
            writeln!(f, "not mapped, kept in bronze: {}", self.new_columns.join(", "))?;
        }
        writeln!(f)?;
        for (name, values) in &self.mapped {
            let values: Vec<_> = values.iter().map(|value| format!("{:<28}", shortened(value, 25))).collect();
            writeln!(f, "{}", format!("{name:<24} {}", values.join(" ")).trim_end())?;
        }
        writeln!(f, "\nduplicates   {}", grouped(self.duplicates))?;
        writeln!(f, "quarantined  {}", grouped(self.quarantined()))?;
        for rejected in &self.rejected {
            writeln!(f, "{:>11}  {}", grouped(rejected.rows), rejected.reasons)?;
            writeln!(f, "{:13}line {}: {}", "", rejected.line, shortened(&rejected.example, 160))?;
        }
        Ok(())
    }
}
