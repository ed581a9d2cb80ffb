//! The models of one visitor, bucket by bucket.
//!
//! Most of silver and the facts depend on one visitor's rows only
//! (`-- scope: visitor`). They are run on one bucket of visitors after
//! another, a bucket to a thread: rows are dealt out once, a bucket is sorted
//! once, and what one model makes of it the next reads from memory. How much
//! memory that takes depends on the size of a bucket, not of the log.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Instant;

use super::check::{Check, CheckOutcome};
use super::increment::{self, Touched};
use super::model::{Dealing, Model, Scope, Storage};
use super::run::{Run, named, threads};
use super::schedule::side_by_side;
use super::state::event_rows;
use crate::engine::{
    Buckets, Deal, Dealer, Dealt, Engine, GroupedFiles, LocalEngine, Params, ParquetTarget, Prepared,
};
use crate::error::{Error, Result};
use crate::lake::TableRef;
use crate::summary::TableSummary;

/// Rows that a bucket holds, about: what a thread sorts and joins at once.
const BUCKET_ROWS: u64 = 1 << 18;

/// Fewer rows than this are not worth dividing among threads.
const SMALL_BUCKET_ROWS: u64 = 1 << 14;

/// Rows held in memory while they are dealt, in bytes, where no bound is set.
const HELD_BYTES: usize = 1 << 29;

/// Deals all rows of a model out to buckets.
pub(super) fn deal(run: &Run<'_>, model: &Model, dealing: &Dealing) -> Result<Buckets> {
    let started = Instant::now();
    let named = |error| named(model, error);
    let sql = run.compiler.compile(&model.table.to_string(), &model.text)?;
    trace(run.engine, model, &sql, run.params);
    let deal = deal_of(run, model, dealing, event_rows(run.batches), false);
    let dealer = Dealer::try_new(deal, run.engine.schema_of(&sql, run.params).map_err(named)?)?;
    let marks = run.engine.deal(&sql, run.params, &dealer, Dealt::All).map_err(named)?;
    let buckets = dealer.finish(marks)?;
    let seconds = started.elapsed().as_secs_f64();
    tracing::debug!(model = %model.table, buckets = buckets.count(), seconds, "dealt");
    Ok(buckets)
}

/// How the rows of a model are dealt, if there are that many; where they are a
/// part only, whose they are is remembered.
pub(super) fn deal_of(run: &Run<'_>, model: &Model, dealing: &Dealing, rows: u64, is_part: bool) -> Deal {
    Deal {
        by: dealing.by.clone(),
        alike: dealing.alike.clone(),
        order: dealing.order.clone(),
        buckets: bucket_count(rows),
        held_bytes: run.options.engine.memory_limit.map_or(HELD_BYTES, |limit| limit / 4),
        folder: run.staging.working(&model.table),
        keys: is_part,
    }
}

/// How many buckets a log of that many rows is dealt into. Its size alone
/// decides, so that the files are the same at every thread count.
fn bucket_count(rows: u64) -> usize {
    let buckets = match rows {
        0..SMALL_BUCKET_ROWS => 1,
        _ => rows.div_ceil(BUCKET_ROWS).max(2).next_power_of_two(),
    };
    buckets.min(1024) as usize
}

/// A statement that the first bucket plans for all, by the sizes it meets; none
/// where that failed.
type Planned = OnceLock<Option<Prepared>>;

/// One model of a pass.
struct Step<'a> {
    model: &'a Model,
    sql: String,
    planned: Planned,
}

/// What a pass makes.
pub(super) struct Pass<'a> {
    run: &'a Run<'a>,
    /// Plans, and sees the tables of a bucket.
    engine: LocalEngine,
    dealt: &'a TableRef,
    buckets: &'a Buckets,
    steps: Vec<Step<'a>>,
    checks: Vec<(&'a Check, Planned)>,
    /// Whether the buckets hold some visitors only.
    is_part: bool,
    made: Mutex<BTreeMap<TableRef, Made>>,
}

/// A table on its way to disk.
struct Made {
    files: Arc<GroupedFiles>,
    seconds: f64,
}

impl<'a> Pass<'a> {
    /// A pass of `models` over the buckets of the table `dealt`, and of `checks` after them.
    pub(super) fn new(
        run: &'a Run<'a>,
        dealt: &'a TableRef,
        buckets: &'a Buckets,
        models: &[&'a Model],
        checks: Vec<&'a Check>,
    ) -> Result<Self> {
        let mut steps = Vec::new();
        for model in models {
            let is_read_outside = run.graph.models().iter().any(|reader| {
                reader.scope != Scope::Visitor && run.graph.inputs(&reader.table).contains(&model.table)
            });
            if is_read_outside && model.storage != Storage::Table {
                return Err(Error::Transform {
                    model: model.table.to_string(),
                    message: "is read by a model of the population, so it must be a table: \
                              the next run makes only a part of its rows"
                        .to_owned(),
                });
            }
            let sql = run.compiler.compile(&model.table.to_string(), &model.text)?;
            steps.push(Step { model, sql, planned: Planned::new() });
        }
        Ok(Self {
            run,
            engine: run.engine.fork()?,
            dealt,
            buckets,
            steps,
            checks: checks.into_iter().map(|check| (check, Planned::new())).collect(),
            is_part: false,
            made: Mutex::default(),
        })
    }

    /// Runs the pass. The tables can be read by everyone afterwards; where only
    /// some visitors are `touched`, theirs are put among the published rows.
    pub(super) fn make(
        mut self,
        touched: Option<&mut Touched>,
    ) -> Result<(Vec<TableSummary>, Vec<CheckOutcome>)> {
        let Run { engine, options, staging, progress, .. } = self.run;
        self.is_part = touched.is_some();
        let filled: Vec<_> = self.buckets.filled().into_iter().enumerate().collect();
        let found = side_by_side(threads(options), &filled, |(position, number)| {
            let found = self.bucket(*position, *number)?;
            progress.checkpoint()?;
            Ok(found)
        })?;
        progress.advance((self.steps.len() + self.checks.len()) as u64)?;

        let mut tables = Vec::new();
        let mut models = Vec::new();
        let mut made = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        for model in self.steps.iter().map(|step| step.model) {
            let Some(table) = made.remove(&model.table) else { continue };
            let files = Arc::into_inner(table.files).ok_or_else(|| Error::Transform {
                model: model.table.to_string(),
                message: "its files are still being written".to_owned(),
            })?;
            let (rows, bytes) = files.finish()?;
            tracing::debug!(model = %model.table, rows, seconds = table.seconds, "made");
            tables.push(TableSummary::new(model.table.to_string(), rows, bytes, table.seconds));
            models.push(model);
        }
        if let Some(touched) = touched {
            tables = increment::merge(self.run, &models, touched)?;
        }
        for model in models {
            engine.attach(&model.table, &staging.table(&model.table))?;
        }
        let found = CheckOutcome::sum(found);
        for CheckOutcome { name, bad_rows, .. } in &found {
            tracing::debug!(check = name, bad_rows, "checked");
        }
        Ok((tables, found))
    }

    /// Where the rows of a table go: to their place, or to where the published
    /// rows of all others are added.
    fn folder(&self, model: &Model) -> PathBuf {
        match self.is_part {
            false => self.run.staging.table(&model.table),
            true => self.run.staging.working(&model.table),
        }
    }

    /// Makes all of one bucket, the one at that position among those that hold rows.
    fn bucket(&self, position: usize, number: usize) -> Result<Vec<CheckOutcome>> {
        let Run { compiler, params, .. } = self.run;
        let is_first = position == 0;
        let _waited_for = is_first.then(|| WaitedFor(self));
        let desk = self.engine.desk();
        let rows = self.buckets.take(number)?;
        if is_first {
            self.engine.expect_rows(
                self.dealt,
                self.buckets.schema().clone(),
                &rows,
                &self.buckets.order(),
            )?;
        }
        desk.put(self.dealt, rows);
        for Step { model, sql, planned } in &self.steps {
            let TableRef { layer, name } = &model.table;
            let started = Instant::now();
            if is_first {
                if model.storage == Storage::View {
                    self.engine
                        .define_view(layer.as_str(), name, sql, params)
                        .map_err(|error| named(model, error))?;
                } else {
                    trace(&self.engine, model, sql, params);
                    let statement = self.engine.prepare(sql, params).map_err(|error| named(model, error))?;
                    let _ = planned.set(Some(statement));
                }
            }
            if model.storage == Storage::View {
                continue;
            }
            let statement = plan_of(planned)?;
            let rows = desk.run(statement).map_err(|error| named(model, error))?;
            if is_first {
                self.engine.expect_rows(&model.table, statement.schema(), &rows, &[])?;
            }
            if model.storage == Storage::Table {
                self.files(model, statement).add(position, &rows)?;
            }
            desk.put(&model.table, rows);
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(made) = made.get_mut(&model.table) {
                made.seconds += started.elapsed().as_secs_f64();
            }
        }
        let check = |(check, planned): &(&Check, Planned)| {
            if is_first {
                let _ = planned.set(Some(check.prepare(&self.engine, compiler, params)?));
            }
            check.run_at(&desk, plan_of(planned)?)
        };
        self.checks.iter().map(check).collect()
    }

    /// The files of a table, begun by whoever comes first.
    fn files(&self, model: &Model, statement: &Prepared) -> Arc<GroupedFiles> {
        let target =
            || ParquetTarget { folder: self.folder(model), partition_by: model.partition_by.clone() };
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let made = made.entry(model.table.clone()).or_insert_with(|| Made {
            files: Arc::new(GroupedFiles::new(target(), statement.schema())),
            seconds: 0.0,
        });
        made.files.clone()
    }
}

/// The statement, once it is planned.
fn plan_of(planned: &Planned) -> Result<&Prepared> {
    // What went wrong is said by the first bucket.
    planned.wait().as_ref().ok_or(Error::Interrupted)
}

/// Held by the first bucket: when it ends, for whatever reason, nobody waits
/// for a statement that was not planned.
struct WaitedFor<'a>(&'a Pass<'a>);

impl Drop for WaitedFor<'_> {
    fn drop(&mut self) {
        let statements = self.0.steps.iter().map(|step| &step.planned);
        for planned in statements.chain(self.0.checks.iter().map(|(_, planned)| planned)) {
            let _ = planned.set(None);
        }
    }
}

/// Tells the plan of a model to whoever listens that closely.
fn trace(engine: &LocalEngine, model: &Model, sql: &str, params: &Params) {
    tracing::trace!(model = %model.table, "planned\n{}", Explained { engine, sql, params });
}

/// A statement's plan, worked out when it is written down: a log that is asked
/// first whether it wants it, and does not, drops the thread's next message.
struct Explained<'a> {
    engine: &'a LocalEngine,
    sql: &'a str,
    params: &'a Params,
}

impl fmt::Display for Explained<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.engine.explain(self.sql, self.params) {
            Ok(plan) => f.write_str(&plan),
            Err(error) => write!(f, "not at all: {error}"),
        }
    }
}
