//! Bronze to silver to gold: SQL models run in the order their own text
//! demands, each check as soon as what it reads is there, published together or
//! not at all.
//!
//! One model is one select in one file (`sql/silver/events.sql`); [`Graph`]
//! reads what it selects from; `dialect` has the few macros in which engines
//! differ; `check` runs `sql/checks`; `state` remembers what silver and gold
//! were made from, so that only what a new batch touched is made anew
//! (`increment`). New tables are built in a staging folder and take the place
//! of the old ones only after every check has passed.

mod analysis;
mod bucketed;
mod check;
mod dialect;
mod due;
mod graph;
mod increment;
mod manual;
mod mapping;
mod model;
mod run;
mod script;
mod state;

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};

use crate::engine::{self, Engine, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, TableRef};
use crate::progress::Progress;
use crate::schedule::threads;
use crate::summary::TableSummary;

use run::Run;
use state::{Extent, State};

pub use analysis::Analysis;
pub use check::{Check, CheckOutcome};
pub use dialect::{Compiler, Dialect};
pub use graph::{Graph, Stage};
pub use manual::{graph, markdown};
pub use model::{Dealing, Model, Scope, Storage};
pub use script::script;

/// What decides where one session ends and the next begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SessionMode {
    /// A pause longer than the gap ends a session.
    Gap,
    /// The tracker's own session id is the session.
    Source,
}

/// Everything the models may depend on besides the rows.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Options {
    /// What ends a session.
    pub session_mode: SessionMode,
    /// A pause of MORE than this many microseconds starts a new session.
    pub session_gap_us: i64,
    /// In gap mode a chain of visits is cut into pieces of this many microseconds.
    pub session_max_length_us: i64,
    /// Events before this are quarantined.
    pub min_time: DateTime<Utc>,
    /// Events after this are quarantined; `None` is one day after ingestion.
    pub max_time: Option<DateTime<Utc>>,
    /// IANA name of the business time zone: decides every date and hour.
    pub time_zone: String,
    /// The day that recency is measured from; `None` is the last day with events.
    pub as_of: Option<NaiveDate>,
    /// What the analyses of gold ask.
    #[serde(default)]
    pub analysis: Analysis,
    /// Build again even if nothing changed.
    #[serde(skip)]
    pub full_refresh: bool,
    /// Redo a window, from the first of these dates to the second: whoever came
    /// in it is made anew, and so are its days.
    #[serde(skip)]
    pub window: Option<(NaiveDate, NaiveDate)>,
    /// How the engine runs.
    #[serde(skip)]
    pub engine: engine::Options,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            session_mode: SessionMode::Gap,
            session_gap_us: 30 * 60 * 1_000_000,
            session_max_length_us: 24 * 3600 * 1_000_000,
            min_time: DateTime::from_timestamp(788_918_400, 0).unwrap_or_default(),
            max_time: None,
            time_zone: "UTC".to_owned(),
            as_of: None,
            analysis: Analysis::default(),
            full_refresh: false,
            window: None,
            engine: engine::Options::default(),
        }
    }
}

impl Options {
    /// The values of the models' named parameters.
    fn params(&self) -> Params {
        let mode = match self.session_mode {
            SessionMode::Gap => "gap",
            SessionMode::Source => "source",
        };
        let days = |date: NaiveDate| date.signed_duration_since(NaiveDate::default()).num_days();
        let as_of = self.as_of.and_then(|date| i32::try_from(days(date)).ok());
        let mut params = Params::from([
            ("session_mode".to_owned(), ScalarValue::from(mode)),
            ("session_gap_us".to_owned(), ScalarValue::from(self.session_gap_us)),
            ("session_max_length_us".to_owned(), ScalarValue::from(self.session_max_length_us)),
            ("min_time_us".to_owned(), ScalarValue::from(self.min_time.timestamp_micros())),
            ("max_time_us".to_owned(), ScalarValue::Int64(self.max_time.map(|time| time.timestamp_micros()))),
            ("time_zone".to_owned(), ScalarValue::from(self.time_zone.as_str())),
            ("as_of_date".to_owned(), ScalarValue::Date32(as_of)),
        ]);
        params.extend(self.analysis.params());
        params
    }
}

/// What a transform did.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Every stored table, in the order made.
    pub tables: Vec<TableSummary>,
    /// Every check that was run.
    pub checks: Vec<CheckOutcome>,
    /// What was made anew and why, a sentence; none where nothing was.
    pub extent: Option<String>,
}

/// Makes silver and gold from bronze: all of it, or what a new batch touched.
///
/// # Errors
/// [`Error::Check`] when a data-quality check finds bad rows (the tables made
/// before stay as they are), [`Error::Transform`] when a model fails.
pub fn transform(lake: &Lake, options: &Options, progress: &Progress) -> Result<Outcome> {
    lake.recover()?;
    require(lake, Layer::Bronze, "batches", "ingest")?;
    let engine = LocalEngine::empty(&options.engine)?;
    // Where memory is bounded, no views: a sort counts all bytes that they point to.
    let engine = if options.engine.memory_limit.is_none() { engine.reading_views() } else { engine };
    let batches = mapping::attach_bronze(&engine, lake)?;
    let params = options.params();
    let models = Model::all()?;
    let compiler = mapping::compiler(Dialect::DataFusion, &engine, &batches, &options.analysis)?;
    let state = State::new(&models, &batches, options);
    let extent = match Extent::of(lake, &state, &batches, options)? {
        Extent::Nothing(published) => return Ok(published.unchanged()),
        extent => extent,
    };
    mapping::define_sources(&engine, lake, &batches, &compiler)?;
    let graph = Graph::new(models, &compiler, threads(options.engine.threads))?;
    let checks = Check::all()?;
    progress.begin("transform", (graph.models().len() + checks.len()) as u64);

    let staging = lake.stage()?;
    let run = Run {
        engine: &engine,
        compiler: &compiler,
        params: &params,
        options,
        lake,
        graph: &graph,
        batches: &batches,
        staging: &staging,
        progress,
    };
    let outcome = run.make(&extent, &checks)?;
    state.write(&staging, &outcome)?;
    progress.checkpoint()?;
    staging.publish()?;
    progress.end();
    Ok(outcome)
}

/// The options that the published silver and gold were made with; none where there are none.
pub fn published(lake: &Lake) -> Option<Options> {
    State::read(lake).map(|state| state.options)
}

/// Runs the checks again over what is published, by the options it was made with.
///
/// # Errors
/// [`Error::Transform`] or [`Error::Engine`] when a check cannot run; bad rows
/// are in the outcomes, not an error.
pub fn check(lake: &Lake, engine: &engine::Options) -> Result<Vec<CheckOutcome>> {
    require(lake, Layer::Bronze, "batches", "ingest")?;
    require(lake, Layer::Gold, "fact_events", "transform")?;
    let options = published(lake).unwrap_or_default();
    let threads = threads(engine.threads);
    let engine = LocalEngine::empty(engine)?;
    let batches = mapping::attach_bronze(&engine, lake)?;
    let compiler = mapping::compiler(Dialect::DataFusion, &engine, &batches, &options.analysis)?;
    let params = options.params();
    mapping::define_sources(&engine, lake, &batches, &compiler)?;
    for model in Graph::new(Model::all()?, &compiler, threads)?.models() {
        let sql = compiler.compile(&model.table.to_string(), &model.text)?;
        match model.storage {
            // What is not kept is worked out again.
            Storage::View | Storage::Working => {
                engine.define_view(model.table.layer.as_str(), &model.table.name, &sql, &params)?
            }
            Storage::Table => engine.attach(&model.table, &lake.table(&model.table))?,
        }
    }
    Check::all()?.iter().map(|check| check.run(&engine, &compiler, &params)).collect()
}

/// Sees that a table is there, which the stage `verb` makes.
fn require(lake: &Lake, layer: Layer, name: &str, verb: &str) -> Result<()> {
    let table = TableRef::new(layer, name);
    if !lake.files(&table)?.is_empty() {
        return Ok(());
    }
    Err(Error::Transform {
        model: table.to_string(),
        message: format!("{} holds no such table yet; run `clickmill {verb}` first", lake.root().display()),
    })
}

/// The models and what each reads, in the order they run.
///
/// # Errors
/// [`Error::Transform`] when a model cannot be parsed or ordered.
pub fn models() -> Result<Graph> {
    Graph::new(Model::all()?, &mapping::compiler_without_data(Dialect::DataFusion)?, threads(0))
}

/// A model's text as an engine of that dialect gets it.
///
/// # Errors
/// [`Error::Transform`] when it does not compile.
pub fn compiled(model: &Model, dialect: Dialect) -> Result<String> {
    mapping::compiler_without_data(dialect)?.compile(&model.table.to_string(), &model.text)
}
