//! A transform at work: stage after stage, models and checks side by side, each
//! as soon as what it reads is there.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

use super::bucketed::Pass;
use super::check::{self, Check};
use super::dialect::Compiler;
use super::due::Due;
use super::graph::{Graph, Stage};
use super::increment::Touched;
use super::mapping::Batch;
use super::model::{Model, Scope, Storage};
use super::state::Extent;
use super::{Options, Outcome, bucketed, increment};
use crate::engine::{Engine, LocalEngine, Params, ParquetTarget};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, Staging, TableRef};
use crate::progress::Progress;
use crate::schedule::{as_needed, threads};
use crate::summary::TableSummary;

/// How many models of the population are made, or checks run, at once: where
/// memory has a bound, each gets all of it; else there is one more than threads,
/// for one that waits for its rows.
fn at_once(options: &Options) -> usize {
    if options.engine.memory_limit.is_some() { 1 } else { threads(options.engine.threads) + 1 }
}

/// A transform at work.
pub(super) struct Run<'a> {
    pub(super) engine: &'a LocalEngine,
    pub(super) compiler: &'a Compiler,
    pub(super) params: &'a Params,
    pub(super) options: &'a Options,
    pub(super) lake: &'a Lake,
    pub(super) graph: &'a Graph,
    pub(super) batches: &'a [Batch],
    pub(super) staging: &'a Staging,
    pub(super) progress: &'a Progress,
}

impl Run<'_> {
    /// Makes every model and runs every check.
    pub(super) fn make(&self, extent: &Extent, checks: &[Check]) -> Result<Outcome> {
        let stages = self.graph.stages();
        let (of_visitor, of_all): (Vec<&Check>, Vec<&Check>) =
            checks.iter().partition(|check| check.scope == Scope::Visitor);
        let mut outcome = Outcome { tables: Vec::new(), checks: Vec::new(), extent: None };
        let mut to_deal: Option<&Model> = None;
        let mut touched: Option<Touched> = None;
        for (position, stage) in stages.iter().enumerate() {
            match stage {
                Stage::Pass(models) => {
                    let due = Due::all(models, &of_visitor);
                    touched = self.pass(extent, to_deal.take(), due, &mut outcome)?;
                    check::verdict(&outcome.checks)?;
                }
                Stage::Population(models) => {
                    let (dealt, made): (Vec<&Model>, Vec<&Model>) =
                        models.iter().partition(|model| model.dealing.is_some());
                    to_deal = dealt.first().copied();
                    let is_last = position + 1 == stages.len();
                    let due = Due::all(&made, if is_last { &of_all } else { &[] });
                    self.population(due, touched.as_ref(), &mut outcome)?;
                }
            }
        }
        check::verdict(&outcome.checks)?;
        Ok(outcome)
    }

    /// Makes models of the population, and runs checks of what is there with them.
    /// Where silver does not hold, gold is left as far as it is.
    fn population(&self, due: Vec<Due<'_>>, touched: Option<&Touched>, outcome: &mut Outcome) -> Result<()> {
        let found = Mutex::new(BTreeMap::new());
        let made = as_needed(at_once(self.options), &due, &self.needs(&due)?, |due| {
            let made = match due {
                Due::Model(model) => self.build(model, touched)?,
                Due::Check(check) => {
                    let outcome = check.run(self.engine, self.compiler, self.params)?;
                    let holds = outcome.bad_rows == 0 || check.layer == Layer::Gold;
                    found
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .insert((check.layer, &check.name), outcome);
                    // Begins nothing more; what is wrong is said by the verdict.
                    if holds { None } else { return Err(Error::Check(check.name.clone())) }
                }
            };
            self.progress.advance(1)?;
            Ok(made)
        });
        outcome.checks.extend(found.into_inner().unwrap_or_else(PoisonError::into_inner).into_values());
        if made.is_err() {
            // Rows that break a check are the reason for whatever went wrong with them.
            check::verdict(&outcome.checks)?;
        }
        outcome.tables.extend(made?.into_iter().flatten());
        Ok(())
    }

    /// Of each the positions of those whose tables it reads.
    pub(super) fn needs(&self, due: &[Due<'_>]) -> Result<Vec<Vec<usize>>> {
        Due::needs(due, self.graph, self.compiler, threads(self.options.engine.threads))
    }

    /// Makes the models of one visitor: of all, or of those that are touched,
    /// which are then told.
    fn pass(
        &self,
        extent: &Extent,
        dealt: Option<&Model>,
        due: Vec<Due<'_>>,
        outcome: &mut Outcome,
    ) -> Result<Option<Touched>> {
        let models: Vec<_> = due.iter().filter_map(Due::model).collect();
        let Some((model, dealing)) = dealt.and_then(|model| Some((model, model.dealing.as_ref()?))) else {
            return Err(Error::Transform {
                model: models.first().map(|model| model.table.to_string()).unwrap_or_default(),
                message: "is of one visitor, but nothing was dealt into buckets before it".to_owned(),
            });
        };
        let (mut reason, mut since) = match extent {
            Extent::Nothing(_) => (None, None),
            Extent::All(reason) => (Some(reason.clone()), None),
            Extent::Part(since) => (None, Some(since)),
        };
        if since.is_some()
            && let Some(table) = increment::changed_lookup(self, &models)?
        {
            (reason, since) = (Some(format!("{table} has changed")), None);
        }
        let steps = due.len() as u64;
        let named = |error| named(model, error);
        let sql = self.compiler.compile(&model.table.to_string(), &model.text)?;
        let selected = self.engine.select(&sql, self.params).map_err(named)?;
        let schema = selected.schema();
        // The pass needs no rows to be planned, and is while they are dealt.
        let (pass, dealt) = std::thread::scope(|scope| {
            let pass = scope.spawn(|| Pass::new(self, (model, dealing), &schema, due, since.is_some()));
            let dealt = match since {
                None => bucketed::deal(self, model, dealing, selected).map(|buckets| (buckets, None)),
                Some(since) => increment::deal(self, model, dealing, since)
                    .map(|(buckets, touched)| (buckets, Some(touched))),
            };
            (pass.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), dealt)
        });
        let (buckets, mut touched) = dealt?;
        self.progress.advance(1)?;
        let (tables, found) = pass?.make(&buckets, touched.as_mut())?;
        self.progress.advance(steps)?;
        outcome.tables.extend(tables);
        outcome.checks.extend(found);
        outcome.extent = match (&reason, since, &touched) {
            (Some(reason), ..) => Some(format!("all of silver and gold was made: {reason}")),
            (None, Some(since), Some(touched)) => Some(touched.says(since)),
            _ => None,
        };
        Ok(touched)
    }

    /// Makes one model of the population, or of one day: a view is defined or a
    /// table written, and both can be read from then on. Returns the table, if it is kept.
    fn build(&self, model: &Model, touched: Option<&Touched>) -> Result<Option<TableSummary>> {
        let TableRef { layer, name } = &model.table;
        let sql = self.compiler.compile(&model.table.to_string(), &model.text)?;
        let folder = match model.storage {
            Storage::View => {
                let defined = self.engine.define_view(layer.as_str(), name, &sql, self.params);
                return defined.map(|()| None).map_err(|error| named(model, error));
            }
            Storage::Table => self.staging.table(&model.table),
            Storage::Working => self.staging.working(&model.table),
        };
        let target = ParquetTarget { folder, partition_by: Vec::new() };
        let started = Instant::now();
        let made = match touched.filter(|_| model.scope == Scope::Day) {
            None => self.engine.materialize(&model.table, &sql, self.params, &target),
            Some(touched) => increment::of_days(self, model, &sql, touched)
                .and_then(|(engine, sql)| engine.materialize(&model.table, &sql, self.params, &target)),
        };
        let made = made.and_then(|summary| {
            self.engine.attach(&model.table, &target.folder)?;
            let seconds = started.elapsed().as_secs_f64();
            tracing::debug!(model = %model.table, rows = summary.rows, seconds, "made");
            Ok((model.storage == Storage::Table).then_some(summary))
        });
        made.map_err(|error| named(model, error))
    }
}

/// Engine errors gain the name of the model they came from.
pub(super) fn named(model: &Model, error: Error) -> Error {
    match error {
        Error::Engine { source, .. } => {
            Error::Transform { model: model.table.to_string(), message: source.to_string() }
        }
        other => other,
    }
}
