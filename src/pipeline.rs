//! The sentence: generate, ingest, transform, load, report.
//!
//! Only this file knows the order of the stages; they do not know one another.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::config::Config;
use crate::engine::LocalEngine;
use crate::error::{Error, Result};
use crate::generate::Plan;
use crate::lake::{Lake, Layer, PartFile};
use crate::load::server::{self, ServerFound};
use crate::progress::Progress;
use crate::quality::{self, Quality};
use crate::summary::{StageSummary, TableSummary, grouped};
use crate::transform::CheckOutcome;
use crate::truth::{self, Comparison};
use crate::{emit, ingest, load, page, report, transform};

/// A stage of the pipeline, in the data's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Stage {
    /// Make raw files.
    Generate,
    /// Raw files to bronze.
    Ingest,
    /// Bronze to silver to gold.
    Transform,
    /// Gold to PostgreSQL.
    Load,
    /// Gold to pictures.
    Report,
}

impl Stage {
    /// All stages, in the data's order.
    pub const ALL: [Stage; 5] =
        [Stage::Generate, Stage::Ingest, Stage::Transform, Stage::Load, Stage::Report];

    /// The verb of the stage.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Generate => "generate",
            Stage::Ingest => "ingest",
            Stage::Transform => "transform",
            Stage::Load => "load",
            Stage::Report => "report",
        }
    }

    /// The stage of that verb.
    pub fn parse(verb: &str) -> Option<Stage> {
        Stage::ALL.into_iter().find(|stage| stage.as_str() == verb)
    }
}

/// What a run did; written to `reports/run.json`.
#[derive(Debug, Clone, Serialize)]
pub struct RunReport {
    /// clickmill's version.
    pub version: &'static str,
    /// When the run began.
    pub started_at: DateTime<Utc>,
    /// The stages that ran, in order, with their tables.
    pub stages: Vec<StageSummary>,
    /// What of silver and gold was made and why, a sentence; none where all was as it should be.
    pub extent: Option<String>,
    /// The data-quality checks that ran.
    pub checks: Vec<CheckOutcome>,
    /// How good the data is, and what became of every row received.
    pub quality: Option<Quality>,
    /// Gold beside what the generator knows to be true, where it made the data.
    pub truth: Option<Comparison>,
    /// The database that was loaded, password masked.
    pub database: Option<String>,
    /// What the user should know besides.
    pub notices: Vec<String>,
    /// Why the run ended before its time, if it did.
    pub error: Option<String>,
}

/// Reads the options of all stages, as is done before the first file is touched.
///
/// # Errors
/// [`Error::Usage`] naming the key that cannot be meant, and what it must be.
pub fn read_options(config: &Config) -> Result<()> {
    config.report()?;
    config.ingest()?;
    config.generate()?;
    config.transform()?;
    config.load()?;
    config.quality().map(drop)
}

/// Runs the stages from `from` to `until`, both included.
///
/// Input of the user's own takes the place of the generate stage. `now` is
/// the time of ingestion.
///
/// # Errors
/// The first stage's that fails; what the stages before it made stays.
pub fn run(
    config: &Config,
    from: Stage,
    until: Stage,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<RunReport> {
    read_options(config)?;
    let report_dir = config.report()?.dir;
    let mut report = RunReport {
        version: env!("CARGO_PKG_VERSION"),
        started_at: now,
        stages: Vec::new(),
        checks: Vec::new(),
        quality: None,
        truth: None,
        database: None,
        notices: Vec::new(),
        extent: None,
        error: None,
    };
    let outcome = stages(config, from, until, now, progress, &mut report);
    report.error = outcome.as_ref().err().map(Error::with_causes);
    let written = write_json(&report_dir.join("run.json"), &report);
    // What stopped the run matters more than that it could not be written down.
    outcome.and(written).map(|()| report)
}

fn stages(
    config: &Config,
    from: Stage,
    until: Stage,
    now: DateTime<Utc>,
    progress: &Progress,
    report: &mut RunReport,
) -> Result<()> {
    let lake = config.lake();
    let own_input = !config.ingest()?.inputs.is_empty();
    for stage in Stage::ALL.into_iter().filter(|stage| (from..=until).contains(stage)) {
        if stage == Stage::Generate && own_input {
            continue;
        }
        let started = Instant::now();
        let tables = match stage {
            Stage::Generate => generate(config, &lake, progress)?,
            Stage::Ingest => ingest::ingest(&lake, &config.ingest()?, now, progress)?,
            Stage::Transform => {
                let outcome = transform::transform(&lake, &config.transform()?, progress)?;
                report.checks = outcome.checks;
                report.extent = outcome.extent;
                report.notices.extend(quarantined(&outcome.tables));
                let quality = quality::measure(&lake, &config.quality()?, &config.transform()?, now)?;
                report.notices.extend(quality.warnings());
                let verdict = quality.verdict();
                report.quality = Some(quality);
                verdict?;
                if !own_input {
                    report.truth = truth::compare(&lake, &config.engine()?)?;
                }
                outcome.tables
            }
            Stage::Load => load(config, &lake, progress, report)?,
            Stage::Report => draw(config, &lake, progress)?,
        };
        progress.end();
        progress.checkpoint()?;
        let summary = StageSummary::new(stage.as_str(), tables, started.elapsed().as_secs_f64());
        tracing::info!(stage = summary.stage, rows = summary.rows, seconds = summary.seconds, "stage done");
        report.stages.push(summary);
    }
    Ok(())
}

/// Rows that could not be used are kept, but nobody looks where nothing points.
fn quarantined(tables: &[TableSummary]) -> Option<String> {
    let rows = tables.iter().find(|table| table.table == "silver.quarantine")?.rows;
    (rows > 0).then(|| {
        format!(
            "{} received {} not be used; silver.quarantine holds each with its file, line and reasons",
            grouped(rows),
            if rows == 1 { "row could" } else { "rows could" }
        )
    })
}

/// Makes the raw files. Before they replace others, the bronze made of those
/// goes: a run killed in between must not mix the two.
fn generate(config: &Config, lake: &Lake, progress: &Progress) -> Result<Vec<TableSummary>> {
    let (plan, options) = (Plan::new(&config.generate()?)?, config.emit()?);
    emit::check(&plan, lake, &options)?;
    if options.overwrite {
        ingest::forget(lake, |batch| batch.source.starts_with("clickmill") && batch.id_prefix.is_empty())?;
    }
    emit::emit(&plan, lake, &options, progress)
}

/// Loads gold. Without any server the run goes on, and says what would add one.
fn load(
    config: &Config,
    lake: &Lake,
    progress: &Progress,
    report: &mut RunReport,
) -> Result<Vec<TableSummary>> {
    // Before a server is looked for: without gold none needs to be started.
    let engine = gold(config, lake)?;
    let options = config.load()?;
    let server = match server::find(lake, &options)? {
        ServerFound::Server(server) => server,
        ServerFound::None { how_to_add } => {
            report.notices.push(format!(
                "no PostgreSQL server was found, so nothing was loaded; `{how_to_add}` adds one, then run `clickmill load`"
            ));
            return Ok(Vec::new());
        }
    };
    report.notices.extend(server.notice().map(str::to_owned));
    report.database = Some(server.url().to_string());
    let outcome = load::load(&engine, &server, &options, progress)?;
    report.notices.extend(outcome.notices);
    Ok(outcome.tables)
}

/// Draws the charts, and the page of them all.
fn draw(config: &Config, lake: &Lake, progress: &Progress) -> Result<Vec<TableSummary>> {
    let (mut engine, options) = (gold(config, lake)?, config.report()?);
    let mut tables = report::render(&engine, &options, progress)?;
    // Who asks for some charts gets those alone.
    if options.charts.is_empty() {
        // The page has all days, and its own filter for them.
        if options.is_part() {
            engine = gold(config, lake)?;
        }
        tables.push(page::write(&engine, &config.page(), progress)?);
    }
    Ok(tables)
}

/// An engine over the lake as it was last published.
///
/// # Errors
/// [`Error::Transform`] when there is no gold yet.
fn gold(config: &Config, lake: &Lake) -> Result<LocalEngine> {
    lake.recover()?;
    if lake.tables(Layer::Gold)?.is_empty() {
        return Err(Error::Transform {
            model: "gold".to_owned(),
            message: format!(
                "{} holds no gold tables yet; run `clickmill transform` first",
                lake.root().display()
            ),
        });
    }
    LocalEngine::open(lake, &config.engine()?)
}

fn write_json(path: &Path, report: &RunReport) -> Result<()> {
    let mut part = PartFile::create(PathBuf::from(path))?;
    serde_json::to_vec_pretty(report)
        .map_err(Into::into)
        .and_then(|text| part.write_all(&text))
        .map_err(Error::io("write", path))?;
    part.publish()?;
    Ok(())
}
