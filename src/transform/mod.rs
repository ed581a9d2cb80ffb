//! Bronze to silver to gold: SQL models run in the order their own text
//! demands, checked after each layer, published together or not at all.
//!
//! One model is one select in one file (`sql/silver/events.sql`); [`Graph`]
//! reads what it selects from; `dialect` has the few macros in which engines
//! differ; `check` runs `sql/checks`. New tables are built in a staging folder
//! and take the place of the old ones only after every check has passed.

mod analysis;
mod bucketed;
mod check;
mod dialect;
mod graph;
mod manual;
mod mapping;
mod model;
mod script;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use chrono::{DateTime, NaiveDate, Utc};
use datafusion::common::ScalarValue;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::engine::{self, Buckets, Engine, LocalEngine, Params, ParquetTarget};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, Staging, TableRef};
use crate::progress::Progress;
use crate::summary::TableSummary;

use mapping::Batch;

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
}

/// What the published silver and gold were made from and how; equal
/// fingerprints mean there is nothing to do.
#[derive(Debug, Serialize, Deserialize)]
struct State {
    fingerprint: String,
    options: Options,
    tables: BTreeMap<String, u64>,
}

const STATE_FILE: &str = "_state.json";

impl State {
    /// What is known of the published tables, if anything.
    fn read(lake: &Lake) -> Option<Self> {
        let text = std::fs::read_to_string(lake.layer(Layer::Gold).join(STATE_FILE)).ok()?;
        serde_json::from_str(&text).ok()
    }
}

/// Makes silver and gold from all of bronze.
///
/// # Errors
/// [`Error::Check`] when a data-quality check finds bad rows (the tables made
/// before stay as they are), [`Error::Transform`] when a model fails.
pub fn transform(lake: &Lake, options: &Options, progress: &Progress) -> Result<Outcome> {
    lake.recover()?;
    require(lake, Layer::Bronze, "batches", "ingest")?;
    let engine = LocalEngine::empty(&options.engine)?;
    let batches = mapping::attach_bronze(&engine, lake)?;
    let params = options.params();
    let models = Model::all()?;
    let compiler = mapping::compiler(Dialect::DataFusion, &engine, &batches, &options.analysis)?;
    let fingerprint = fingerprint(&models, &batches, &params);
    if !options.full_refresh
        && let Some(outcome) = unchanged(lake, &fingerprint)?
    {
        return Ok(outcome);
    }
    mapping::define_sources(&engine, lake, &batches, &compiler)?;
    let graph = Graph::new(models, &compiler)?;
    let checks = Check::all()?;
    progress.begin("transform", (graph.models().len() + checks.len()) as u64);

    let staging = lake.stage()?;
    let mut outcome = Outcome { tables: Vec::new(), checks: Vec::new() };
    let run =
        Run { engine: &engine, compiler: &compiler, params: &params, options, staging: &staging, progress };
    run.stages(&graph, &checks, &batches, &mut outcome)?;
    let tables = outcome.tables.iter().map(|table| (table.table.clone(), table.rows)).collect();
    let state = serde_json::to_vec_pretty(&State { fingerprint, options: options.clone(), tables })
        .map_err(|error| Error::Usage(format!("cannot write the state file: {error}")))?;
    let state_file = staging.layer(Layer::Gold).join(STATE_FILE);
    std::fs::write(&state_file, state).map_err(Error::io("write", &state_file))?;
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
    let engine = LocalEngine::empty(engine)?;
    let batches = mapping::attach_bronze(&engine, lake)?;
    let compiler = mapping::compiler(Dialect::DataFusion, &engine, &batches, &options.analysis)?;
    let params = options.params();
    mapping::define_sources(&engine, lake, &batches, &compiler)?;
    for model in Graph::new(Model::all()?, &compiler)?.models() {
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
    Graph::new(Model::all()?, &mapping::compiler_without_data(Dialect::DataFusion)?)
}

/// A model's text as an engine of that dialect gets it.
///
/// # Errors
/// [`Error::Transform`] when it does not compile.
pub fn compiled(model: &Model, dialect: Dialect) -> Result<String> {
    mapping::compiler_without_data(dialect)?.compile(&model.table.to_string(), &model.text)
}

/// How many statements run at once.
fn threads(options: &Options) -> usize {
    match options.engine.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// The results of `work` over `items`, in their order, made by up to `threads`
/// threads; the first failure, by position, is the answer.
fn side_by_side<I: Sync, T: Send>(
    threads: usize,
    items: &[I],
    work: impl Fn(&I) -> Result<T> + Sync,
) -> Result<Vec<T>> {
    let next = AtomicUsize::new(0);
    let results: Mutex<Vec<(usize, Result<T>)>> = Mutex::default();
    std::thread::scope(|scope| {
        for _ in 0..threads.clamp(1, items.len().max(1)) {
            scope.spawn(|| {
                while let Some((position, item)) = {
                    let position = next.fetch_add(1, Ordering::Relaxed);
                    items.get(position).map(|item| (position, item))
                } {
                    let result = work(item);
                    let failed = result.is_err();
                    results.lock().unwrap_or_else(PoisonError::into_inner).push((position, result));
                    if failed {
                        next.store(items.len(), Ordering::Relaxed);
                    }
                }
            });
        }
    });
    let mut results = results.into_inner().unwrap_or_else(PoisonError::into_inner);
    results.sort_by_key(|(position, _)| *position);
    results.into_iter().map(|(_, result)| result).collect()
}

/// A transform at work.
struct Run<'a> {
    engine: &'a LocalEngine,
    compiler: &'a Compiler,
    params: &'a Params,
    options: &'a Options,
    staging: &'a Staging,
    progress: &'a Progress,
}

impl Run<'_> {
    /// Makes every model, and checks each layer when all of it is there.
    fn stages(
        &self,
        graph: &Graph,
        checks: &[Check],
        batches: &[Batch],
        outcome: &mut Outcome,
    ) -> Result<()> {
        let stages = graph.stages();
        let last_of_silver = stages.iter().rposition(|stage| match stage {
            Stage::Wave(models) => models.iter().any(|model| model.table.layer == Layer::Silver),
            Stage::Pass(_) => false,
        });
        let mut dealt: Option<(&Model, Buckets)> = None;
        for (position, stage) in stages.iter().enumerate() {
            match stage {
                Stage::Wave(models) => {
                    let made =
                        side_by_side(threads(self.options), models, |model| self.build(model, batches))?;
                    for (model, made) in models.iter().zip(made) {
                        match made {
                            Built::Nothing => {}
                            Built::Table(summary) => outcome.tables.push(summary),
                            Built::Buckets(buckets) => dealt = Some((model, buckets)),
                        }
                    }
                }
                Stage::Pass(models) => {
                    let Some((model, buckets)) = dealt.take() else {
                        return Err(Error::Transform {
                            model: models.first().map(|model| model.table.to_string()).unwrap_or_default(),
                            message: "is of one visitor, but nothing was dealt into buckets before it"
                                .to_owned(),
                        });
                    };
                    let checks = checks.iter().filter(|check| check.scope == Scope::Visitor).collect();
                    let pass = bucketed::Pass::new(self, graph, &model.table, &buckets, models, checks)?;
                    let (tables, found) = pass.make()?;
                    outcome.tables.extend(tables);
                    outcome.checks.extend(found);
                }
            }
            if last_of_silver == Some(position) {
                self.check(checks, Layer::Silver, outcome)?;
            }
        }
        self.check(checks, Layer::Gold, outcome)
    }

    /// Runs the checks of a layer that have to see all of it.
    fn check(&self, checks: &[Check], layer: Layer, outcome: &mut Outcome) -> Result<()> {
        let due: Vec<_> =
            checks.iter().filter(|check| check.layer == layer && check.scope == Scope::Population).collect();
        outcome.checks.extend(side_by_side(threads(self.options), &due, |check| {
            let found = check.run(self.engine, self.compiler, self.params)?;
            self.progress.advance(1)?;
            Ok(found)
        })?);
        check::verdict(&outcome.checks)
    }

    /// Makes one model of the population: a view is defined, a table written
    /// (both can be read from then on), or rows dealt into buckets.
    fn build(&self, model: &Model, batches: &[Batch]) -> Result<Built> {
        let TableRef { layer, name } = &model.table;
        let sql = self.compiler.compile(&model.table.to_string(), &model.text)?;
        if let Some(dealing) = &model.dealing {
            let started = Instant::now();
            let buckets = bucketed::deal(self, model, dealing, &sql, batches)?;
            tracing::debug!(model = %model.table, buckets = buckets.count(), seconds = started.elapsed().as_secs_f64(), "dealt");
            self.progress.advance(1)?;
            return Ok(Built::Buckets(buckets));
        }
        let made = match model.storage {
            Storage::View => {
                self.engine.define_view(layer.as_str(), name, &sql, self.params).map(|()| Built::Nothing)
            }
            Storage::Table | Storage::Working => {
                let is_kept = model.storage == Storage::Table;
                let folder = if is_kept {
                    self.staging.table(&model.table)
                } else {
                    self.staging.working(&model.table)
                };
                let target = ParquetTarget { folder, partition_by: Vec::new() };
                self.engine.materialize(&model.table, &sql, self.params, &target).and_then(|summary| {
                    self.engine.attach(&model.table, &target.folder)?;
                    Ok(if is_kept { Built::Table(summary) } else { Built::Nothing })
                })
            }
        };
        self.progress.advance(1)?;
        made.map_err(|error| named(model, error))
    }
}

/// What became of a model.
enum Built {
    /// A view or working table.
    Nothing,
    /// A table that is kept.
    Table(TableSummary),
    /// Rows in buckets.
    Buckets(Buckets),
}

/// Engine errors gain the name of the model they came from.
fn named(model: &Model, error: Error) -> Error {
    match error {
        Error::Engine { source, .. } => {
            Error::Transform { model: model.table.to_string(), message: source.to_string() }
        }
        other => other,
    }
}

/// A hash of all that silver and gold depend on: batches, SQL, parameters, version.
fn fingerprint(models: &[Model], batches: &[mapping::Batch], params: &Params) -> String {
    let mut hash = Sha256::new();
    hash.update(env!("CARGO_PKG_VERSION"));
    for file in ["sql/sources", "sql/checks"].into_iter().flat_map(crate::sql::folder) {
        hash.update(file.text);
    }
    for model in models {
        hash.update(&model.text);
    }
    for batch in batches {
        hash.update(format!("{batch:?}"));
    }
    hash.update(format!("{params:?}"));
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The outcome of doing nothing, if nothing needs doing.
fn unchanged(lake: &Lake, fingerprint: &str) -> Result<Option<Outcome>> {
    let Some(state) = State::read(lake) else { return Ok(None) };
    for table in state.tables.keys().filter_map(|name| TableRef::parse(name)) {
        if lake.files(&table)?.is_empty() {
            return Ok(None);
        }
    }
    if state.fingerprint != fingerprint {
        return Ok(None);
    }
    let tables =
        state.tables.into_iter().map(|(table, rows)| TableSummary::unchanged(table, rows, 0.0)).collect();
    Ok(Some(Outcome { tables, checks: Vec::new() }))
}
