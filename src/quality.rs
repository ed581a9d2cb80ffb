//! How good the data is, in one report: what became of every row received, why
//! rows are in quarantine, and measures that are held to levels of the
//! configuration (`[check.warn]`, `[check.fail]`).
//!
//! The checks of [`crate::transform`] say whether the tables are right; this
//! says whether the input was. `sql/quality` has a query for each part.

use std::collections::BTreeMap;
use std::fmt;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type};
use chrono::{DateTime, Utc};
use datafusion::common::ScalarValue;
use serde::Serialize;

use crate::engine::{Engine, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, TableRef};
use crate::schedule::{side_by_side, threads};
use crate::summary::grouped;
use crate::transform::{self, Compiler, Dialect};
use crate::{engine, sql};

/// Measures that have levels, each with what it says.
pub const MEASURES: [(&str, &str); 9] = [
    ("quarantined", "rows received that cannot be used"),
    ("duplicates", "rows received that repeat others"),
    ("nulls", "events without a value they should have"),
    ("late", "events received later than check.late"),
    ("split_sessions", "sessions that would be several without late events"),
    ("references", "ids of events that are not in their list"),
    ("freshness_hours", "hours since the last event"),
    ("volume_drop", "loss of events of a day beside the seven before it"),
    ("new_columns", "columns that the source's mapping does not know"),
];

/// What the measures are held to.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// An event received more than this many microseconds after it happened is late.
    pub late_us: i64,
    /// Above this a measure is worth a warning, by name; what has none never is.
    pub warn: BTreeMap<String, f64>,
    /// Above this it is a failure.
    pub fail: BTreeMap<String, f64>,
    /// How the engine runs.
    pub engine: engine::Options,
}

/// What a measure's value means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Below both levels.
    Ok,
    /// Above the level of warnings.
    Warn,
    /// Above the level of failures.
    Fail,
}

/// What became of the rows of one kind.
#[derive(Debug, Clone, Serialize)]
pub struct Rows {
    /// events, users or products.
    pub kind: String,
    /// Rows of bronze.
    pub received: u64,
    /// Rows of silver.
    pub kept: u64,
    /// Rows that repeat others, or older versions.
    pub duplicates: u64,
    /// Rows that cannot be used.
    pub quarantined: u64,
}

impl Rows {
    fn of(row: &Row) -> Self {
        Self {
            kind: row.text("kind"),
            received: row.count("received"),
            kept: row.count("kept"),
            duplicates: row.count("duplicates"),
            quarantined: row.count("quarantined"),
        }
    }
}

/// Rows in quarantine for one reason.
#[derive(Debug, Clone, Serialize)]
pub struct Quarantined {
    /// events, users or products.
    pub kind: String,
    /// What is wrong with them.
    pub reasons: String,
    /// How many they are.
    pub rows: u64,
    /// A file that has some.
    pub first_file: String,
    /// The first line of any file that does.
    pub first_line: u64,
}

impl Quarantined {
    fn of(row: &Row) -> Self {
        Self {
            kind: row.text("kind"),
            reasons: row.text("reasons"),
            rows: row.count("rows"),
            first_file: row.text("first_file"),
            first_line: row.count("first_line"),
        }
    }
}

/// A measure and what it is held to.
#[derive(Debug, Clone, Serialize)]
pub struct Measure {
    /// One of [`MEASURES`].
    pub name: &'static str,
    /// What was measured: `events`, `price of purchases`.
    pub subject: String,
    /// A share of 1, a number of hours or of columns.
    pub value: f64,
    /// What was counted.
    pub detail: String,
    /// The level of warnings, where there is one.
    pub warn: Option<f64>,
    /// The level of failures, where there is one.
    pub fail: Option<f64>,
    /// What follows.
    pub verdict: Verdict,
}

/// The report.
#[derive(Debug, Clone, Serialize)]
pub struct Quality {
    /// What became of every row received.
    pub rows: Vec<Rows>,
    /// Why rows are in quarantine, the commonest reason first.
    pub quarantined: Vec<Quarantined>,
    /// The measures.
    pub measures: Vec<Measure>,
}

/// Measures what is published.
///
/// # Errors
/// [`Error::Transform`] when there is no gold yet, [`Error::Engine`] when a query fails.
pub fn measure(
    lake: &Lake,
    options: &Options,
    made: &transform::Options,
    now: DateTime<Utc>,
) -> Result<Quality> {
    let gold = TableRef::new(Layer::Gold, "fact_daily_metrics");
    if lake.files(&gold)?.is_empty() {
        return Err(Error::Transform {
            model: gold.to_string(),
            message: format!(
                "{} holds no such table yet; run `clickmill transform` first",
                lake.root().display()
            ),
        });
    }
    let queries = Queries {
        engine: LocalEngine::open(lake, &options.engine)?,
        compiler: Compiler::new(Dialect::DataFusion),
        params: Params::from([
            ("late_us".to_owned(), ScalarValue::from(options.late_us)),
            ("session_gap_us".to_owned(), ScalarValue::from(made.session_gap_us)),
        ]),
    };
    let names = ["rows", "events", "volume", "references", "new_columns", "quarantine"];
    let found = side_by_side(threads(options.engine.threads), &names, |name| queries.run(name))?;
    let Ok([rows, events, volume, references, new_columns, quarantined]) = <[_; 6]>::try_from(found) else {
        unreachable!("each query has its rows");
    };
    let mut measuring = Measuring { options, measures: Vec::new() };
    let rows: Vec<_> = rows.iter().map(Rows::of).collect();
    for of in &rows {
        let detail = |part: u64| format!("{} of {} received", grouped(part), grouped(of.received));
        measuring.share("quarantined", &of.kind, of.quarantined, of.received, detail(of.quarantined));
        // Of accounts and products, older versions are meant to give way.
        if of.kind == "events" {
            measuring.share("duplicates", &of.kind, of.duplicates, of.received, detail(of.duplicates));
        }
    }
    if let Some(events) = events.first() {
        measuring.events(events, &queries, now)?;
    }
    measuring.tables(&volume, &references, &new_columns);
    let quarantined = quarantined.iter().map(Quarantined::of).collect();
    Ok(Quality { rows, quarantined, measures: measuring.measures })
}

/// Measures in the making.
struct Measuring<'a> {
    options: &'a Options,
    measures: Vec<Measure>,
}

impl Measuring<'_> {
    /// Whatever the events alone tell.
    fn events(&mut self, events: &Row, queries: &Queries, now: DateTime<Utc>) -> Result<()> {
        let count = |name: &str| events.count(name);
        let of = |part: u64, whole: u64| format!("{} of {}", grouped(part), grouped(whole));
        for (subject, part, whole) in [
            ("product_id of product events", "without_product", "product_events"),
            ("price of purchases", "without_price", "purchases"),
            ("device_type of events", "without_device", "events"),
        ] {
            let (part, whole) = (count(part), count(whole));
            self.share("nulls", subject, part, whole, of(part, whole));
        }
        // A log without times of receipt says nothing of lateness.
        let received = count("received");
        if received > 0 {
            let late = count("late");
            self.share("late", "events", late, received, of(late, received));
            if let Some(sessions) = queries.run("split_sessions")?.pop() {
                let (split, all) = (sessions.count("split_sessions"), sessions.count("sessions"));
                let with_late = grouped(sessions.count("sessions_with_late"));
                let detail = format!("{}; {with_late} hold a late event", of(split, all));
                self.share("split_sessions", "sessions", split, all, detail);
            }
        }
        if let Some(last) = DateTime::from_timestamp_micros(events.count("last_us") as i64) {
            let hours = (now - last).num_seconds().max(0) as f64 / 3600.0;
            self.add("freshness_hours", "events", hours, format!("the last is of {}", last.to_rfc3339()));
        }
        Ok(())
    }

    /// What the days, the lists and the received columns tell.
    fn tables(&mut self, volume: &[Row], references: &[Row], new_columns: &[Row]) {
        if let Some(day) = volume.first() {
            let detail = format!(
                "{} events on {}, {} a day before it",
                grouped(day.count("events")),
                day.text("date"),
                grouped(day.number("usual").round() as u64)
            );
            self.add("volume_drop", "events of a day", day.number("volume_drop").max(0.0), detail);
        }
        for list in references {
            let (part, whole) = (list.count("inferred"), list.count("ids"));
            let detail = format!("{} of {} known from events only", grouped(part), grouped(whole));
            self.share("references", &list.text("subject"), part, whole, detail);
        }
        for found in new_columns {
            let names = found.text("new_columns");
            let detail =
                format!("{names} in {} files, as {}", found.count("files"), found.text("first_file"));
            self.add("new_columns", &found.text("source"), names.split(',').count() as f64, detail);
        }
    }

    fn share(&mut self, name: &'static str, subject: &str, part: u64, whole: u64, detail: String) {
        if whole > 0 {
            self.add(name, subject, part as f64 / whole as f64, detail);
        }
    }

    fn add(&mut self, name: &'static str, subject: &str, value: f64, detail: String) {
        let level = |levels: &BTreeMap<String, f64>| levels.get(name).copied();
        let (warn, fail) = (level(&self.options.warn), level(&self.options.fail));
        let is_above = |level: Option<f64>| level.is_some_and(|level| value > level);
        let verdict = match (is_above(fail), is_above(warn)) {
            (true, _) => Verdict::Fail,
            (false, true) => Verdict::Warn,
            (false, false) => Verdict::Ok,
        };
        let subject = subject.to_owned();
        self.measures.push(Measure { name, subject, value, detail, warn, fail, verdict });
    }
}

/// The queries of `sql/quality`, over one lake.
struct Queries {
    engine: LocalEngine,
    compiler: Compiler,
    params: Params,
}

impl Queries {
    /// The rows of the query of that name.
    fn run(&self, name: &str) -> Result<Vec<Row>> {
        let path = format!("sql/quality/{name}.sql");
        let failed = |source: Box<dyn std::error::Error + Send + Sync>| Error::Engine {
            context: format!("cannot run {path}"),
            source,
        };
        let file = sql::file(&path).ok_or_else(|| failed("there is no such file".into()))?;
        let statement = self.compiler.compile(&path, file.text)?;
        let mut rows = Vec::new();
        for batch in (&self.engine as &dyn Engine).collect(&statement, &self.params)? {
            rows.extend(Row::of(&batch).map_err(|source| failed(source.into()))?);
        }
        Ok(rows)
    }
}

/// A row of a small result, by column name.
struct Row(BTreeMap<String, (String, f64)>);

impl Row {
    fn of(batch: &RecordBatch) -> std::result::Result<Vec<Self>, arrow::error::ArrowError> {
        let mut rows: Vec<_> = (0..batch.num_rows()).map(|_| Row(BTreeMap::new())).collect();
        for (field, column) in batch.schema().fields().iter().zip(batch.columns()) {
            let texts = cast(column, &DataType::Utf8)?;
            let texts = texts.as_string::<i32>();
            let numbers =
                if column.data_type().is_numeric() { Some(cast(column, &DataType::Float64)?) } else { None };
            for (row, cells) in rows.iter_mut().enumerate() {
                if texts.is_valid(row) {
                    let number = numbers
                        .as_ref()
                        .map_or(0.0, |numbers| numbers.as_primitive::<Float64Type>().value(row));
                    cells.0.insert(field.name().clone(), (texts.value(row).to_owned(), number));
                }
            }
        }
        Ok(rows)
    }

    fn text(&self, name: &str) -> String {
        self.0.get(name).map(|(text, _)| text.clone()).unwrap_or_default()
    }

    fn number(&self, name: &str) -> f64 {
        self.0.get(name).map_or(0.0, |(_, number)| *number)
    }

    /// A number that counts something: whole and not negative.
    fn count(&self, name: &str) -> u64 {
        self.number(name) as u64
    }
}

impl Quality {
    /// A sentence for each measure above its level of warnings.
    pub fn warnings(&self) -> Vec<String> {
        let warned = self.measures.iter().filter(|measure| measure.verdict == Verdict::Warn);
        warned.map(|measure| measure.sentence(measure.warn)).collect()
    }

    /// Stops the run where a measure is above its level of failures.
    ///
    /// # Errors
    /// [`Error::Check`] naming each.
    pub fn verdict(&self) -> Result<()> {
        let failed = self.measures.iter().filter(|measure| measure.verdict == Verdict::Fail);
        let failed: Vec<_> = failed.map(|measure| measure.sentence(measure.fail)).collect();
        if failed.is_empty() {
            return Ok(());
        }
        Err(Error::Check(format!(
            "the data are worse than [check.fail] allows:\n  {}\nthe tables are published as they are; \
             mend the input, or raise the level if this is how it is",
            failed.join("\n  ")
        )))
    }
}

impl Measure {
    fn says(&self) -> &'static str {
        MEASURES.iter().find(|(name, _)| *name == self.name).map_or("", |(_, says)| says)
    }

    /// The value as people read it.
    fn shown(&self, value: f64) -> String {
        match self.name {
            "freshness_hours" => format!("{value:.1} h"),
            "new_columns" => format!("{value}"),
            _ => format!("{:.2}%", value * 100.0),
        }
    }

    fn sentence(&self, level: Option<f64>) -> String {
        let level = level.map(|level| format!(", above {}", self.shown(level))).unwrap_or_default();
        format!(
            "{}, {}: {}{level} ({}: {})",
            self.name,
            self.subject,
            self.shown(self.value),
            self.says(),
            self.detail
        )
    }
}

impl fmt::Display for Quality {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let line = ["rows", "received", "kept", "duplicates", "quarantined"];
        writeln!(f, "{:<10} {:>14} {:>14} {:>14} {:>14}", line[0], line[1], line[2], line[3], line[4])?;
        for rows in &self.rows {
            writeln!(
                f,
                "{:<10} {:>14} {:>14} {:>14} {:>14}",
                rows.kind,
                grouped(rows.received),
                grouped(rows.kept),
                grouped(rows.duplicates),
                grouped(rows.quarantined)
            )?;
        }
        if !self.quarantined.is_empty() {
            writeln!(f, "\nquarantined for")?;
            for found in &self.quarantined {
                let place = format!("{} from line {}", found.first_file, found.first_line);
                writeln!(f, "{:>12} {}: {} ({place})", grouped(found.rows), found.kind, found.reasons)?;
            }
        }
        writeln!(f)?;
        for measure in &self.measures {
            let verdict = match measure.verdict {
                Verdict::Ok => "ok",
                Verdict::Warn => "warn",
                Verdict::Fail => "FAIL",
            };
            let (name, subject) = (measure.name, &measure.subject);
            let value = measure.shown(measure.value);
            writeln!(f, "{name:<16} {subject:<30} {value:>10}  {verdict:<5} {}", measure.detail)?;
        }
        Ok(())
    }
}
