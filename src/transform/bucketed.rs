//! The models of one visitor, bucket by bucket.
//!
//! Most of silver and the facts depend on one visitor's rows only
//! (`-- scope: visitor`). They are run on one bucket of visitors after
//! another, a bucket to a thread: rows are dealt out once, a bucket is sorted
//! once, and what one model makes of it the next reads from memory. How much
//! memory that takes depends on the size of a bucket, not of the log.

use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::datatypes::Schema;

use super::check::CheckOutcome;
use super::due::Due;
use super::increment::{self, Touched};
use super::model::{Dealing, Model, Scope, Storage};
use super::run::{Run, named};
use super::state::event_rows;
use crate::engine::{
    Buckets, Deal, Dealer, Dealt, Engine, GroupedFiles, LocalEngine, ParquetTarget, Prepared, Selected,
    dealt_schema,
};
use crate::error::{Error, Result};
use crate::lake::TableRef;
use crate::schedule::{as_needed, side_by_side, threads};
use crate::summary::TableSummary;

/// Rows that a bucket holds, about: what a thread sorts and joins at once.
const BUCKET_ROWS: u64 = 1 << 18;

/// Fewer rows than this are not worth dividing among threads.
const SMALL_BUCKET_ROWS: u64 = 1 << 14;

/// Rows held in memory while they are dealt, in bytes, where no bound is set.
const HELD_BYTES: usize = 1 << 29;

/// Deals all rows of a model out to buckets.
pub(super) fn deal(run: &Run<'_>, model: &Model, dealing: &Dealing, selected: Selected) -> Result<Buckets> {
    let started = Instant::now();
    let deal = deal_of(run, model, dealing, event_rows(run.batches), false);
    let dealer = Dealer::try_new(deal, selected.schema())?;
    let marks = run.engine.deal(selected, &dealer, Dealt::All).map_err(|error| named(model, error))?;
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

/// The models of one visitor, and the checks that one visitor's rows are enough for.
pub(super) struct Pass<'a> {
    run: &'a Run<'a>,
    /// Plans, and sees the tables of a bucket.
    engine: LocalEngine,
    dealt: &'a TableRef,
    steps: Vec<Step<'a>>,
}

/// A model or check of a pass, planned for all buckets.
struct Step<'a> {
    due: Due<'a>,
    statement: Prepared,
    /// Where its rows go, if they are kept.
    files: Option<GroupedFiles>,
    /// How long it took, of all threads together.
    seconds: Mutex<f64>,
}

impl<'a> Pass<'a> {
    /// A pass over the rows of the model `dealt`, which have these columns; where
    /// they are of some visitors only, a part of each table is made. It is planned
    /// by what models say of their size, and needs no rows yet.
    pub(super) fn new(
        run: &'a Run<'a>,
        (dealt, dealing): (&'a Model, &Dealing),
        schema: &Schema,
        due: Vec<Due<'a>>,
        is_part: bool,
    ) -> Result<Self> {
        let engine = run.engine.fork()?;
        engine.expect_rows(&dealt.table, dealt_schema(schema), BUCKET_ROWS as usize, &dealing.order)?;
        let mut pass = Self { run, engine, dealt: &dealt.table, steps: Vec::new() };
        let threads = threads(run.options.engine.threads);
        let planned = as_needed(threads, &due, &run.needs(&due)?, |due| pass.plan(due))?;
        for (due, statement) in due.into_iter().zip(planned) {
            let Some(statement) = statement else { continue };
            let files = due.model().filter(|model| model.storage == Storage::Table).map(|model| {
                // A part waits where the published rows of all others are added.
                let folder = match is_part {
                    false => run.staging.table(&model.table),
                    true => run.staging.working(&model.table),
                };
                let target = ParquetTarget { folder, partition_by: model.partition_by.clone() };
                GroupedFiles::new(target, statement.schema())
            });
            pass.steps.push(Step { due, statement, files, seconds: Mutex::default() });
        }
        Ok(pass)
    }

    /// The statement of a model or check; none of a view, which becomes a part of those that read it.
    fn plan(&self, due: &Due<'_>) -> Result<Option<Prepared>> {
        let Run { graph, compiler, params, .. } = self.run;
        let model = match due {
            Due::Model(model) => model,
            Due::Check(check) => return check.prepare(&self.engine, compiler, params).map(Some),
        };
        let is_read_outside = graph.models().iter().any(|reader| {
            reader.scope != Scope::Visitor && graph.inputs(&reader.table).contains(&model.table)
        });
        if is_read_outside && model.storage != Storage::Table {
            return Err(Error::Transform {
                model: model.table.to_string(),
                message: "is read by a model of the population, so it must be a table: \
                          the next run makes only a part of its rows"
                    .to_owned(),
            });
        }
        let TableRef { layer, name } = &model.table;
        let sql = compiler.compile(&model.table.to_string(), &model.text)?;
        let plan = || {
            if model.storage == Storage::View {
                self.engine.define_view(layer.as_str(), name, &sql, params)?;
                return Ok(None);
            }
            let statement = self.engine.prepare(&sql, params)?;
            tracing::trace!(model = %model.table, "planned\n{statement}");
            let rows = BUCKET_ROWS as usize * model.rows_in_1000 / 1000;
            self.engine.expect_rows(&model.table, statement.schema(), rows, &[])?;
            Ok(Some(statement))
        };
        plan().map_err(|error| named(model, error))
    }

    /// Runs the pass. The tables can be read by everyone afterwards; where only
    /// some visitors are `touched`, theirs are put among the published rows.
    pub(super) fn make(
        self,
        buckets: &Buckets,
        touched: Option<&mut Touched>,
    ) -> Result<(Vec<TableSummary>, Vec<CheckOutcome>)> {
        let Run { engine, options, staging, progress, .. } = self.run;
        let filled: Vec<_> = buckets.filled().into_iter().enumerate().collect();
        let found = side_by_side(threads(options.engine.threads), &filled, |(position, number)| {
            let found = self.bucket(*position, buckets.take(*number)?)?;
            progress.checkpoint()?;
            Ok(found)
        })?;

        let mut tables = Vec::new();
        let mut models = Vec::new();
        for Step { due, files, seconds, .. } in self.steps {
            let (Some(model), Some(files)) = (due.model(), files) else { continue };
            let (rows, bytes) = files.finish()?;
            let seconds = seconds.into_inner().unwrap_or_else(PoisonError::into_inner);
            tracing::debug!(model = %model.table, rows, seconds, "made");
            tables.push(TableSummary::new(model.table.to_string(), rows, bytes, seconds));
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

    /// Makes all of one bucket, the one at that position among those that hold rows.
    fn bucket(&self, position: usize, rows: Vec<RecordBatch>) -> Result<Vec<CheckOutcome>> {
        let desk = self.engine.desk();
        desk.put(self.dealt, rows);
        let mut found = Vec::new();
        for Step { due, statement, files, seconds } in &self.steps {
            let started = Instant::now();
            match due {
                Due::Check(check) => found.push(check.run_at(&desk, statement)?),
                Due::Model(model) => {
                    let rows = desk.run(statement).map_err(|error| named(model, error))?;
                    if let Some(files) = files {
                        files.add(position, &rows)?;
                    }
                    desk.put(&model.table, rows);
                }
            }
            *seconds.lock().unwrap_or_else(PoisonError::into_inner) += started.elapsed().as_secs_f64();
        }
        Ok(found)
    }
}
