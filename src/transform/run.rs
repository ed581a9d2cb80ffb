//! A transform at work: stage after stage, models side by side, checks after
//! each layer.

use std::time::Instant;

use super::bucketed::Pass;
use super::check::{self, Check};
use super::dialect::Compiler;
use super::graph::{Graph, Stage};
use super::increment::Touched;
use super::mapping::Batch;
use super::model::{Model, Scope, Storage};
use super::schedule::{as_needed, side_by_side};
use super::state::Extent;
use super::{Options, Outcome, bucketed, increment};
use crate::engine::{Engine, LocalEngine, Params, ParquetTarget};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, Staging, TableRef};
use crate::progress::Progress;
use crate::summary::TableSummary;

/// How many statements run at once.
pub(super) fn threads(options: &Options) -> usize {
    match options.engine.threads {
        0 => std::thread::available_parallelism().map_or(1, usize::from),
        threads => threads,
    }
}

/// How many models of the population are made, or checks run, at once: where
/// memory has a bound, each gets all of it; else there is one more than threads,
/// for one that waits for its rows.
fn at_once(options: &Options) -> usize {
    if options.engine.memory_limit.is_some() { 1 } else { threads(options) + 1 }
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
    /// Makes every model, and checks each layer when all of it is there.
    pub(super) fn make(&self, extent: &Extent, checks: &[Check]) -> Result<Outcome> {
        let stages = self.graph.stages();
        let last_of_silver = stages.iter().rposition(|stage| match stage {
            Stage::Population(models) => models.iter().any(|model| model.table.layer == Layer::Silver),
            Stage::Pass(_) => false,
        });
        let mut outcome = Outcome { tables: Vec::new(), checks: Vec::new(), extent: None };
        let mut due: Option<&Model> = None;
        let mut touched: Option<Touched> = None;
        for (position, stage) in stages.iter().enumerate() {
            match stage {
                Stage::Population(models) => {
                    let made = as_needed(at_once(self.options), models, &self.needs(models), |model| {
                        self.build(model, touched.as_ref())
                    })?;
                    for (model, made) in models.iter().zip(made) {
                        match made {
                            Built::Nothing => {}
                            Built::Table(summary) => outcome.tables.push(summary),
                            Built::ToDeal => due = Some(*model),
                        }
                    }
                }
                Stage::Pass(models) => {
                    let checks = checks.iter().filter(|check| check.scope == Scope::Visitor).collect();
                    touched = self.pass(extent, due.take(), models, checks, &mut outcome)?;
                }
            }
            if last_of_silver == Some(position) {
                self.check(checks, Layer::Silver, &mut outcome)?;
            }
        }
        self.check(checks, Layer::Gold, &mut outcome)?;
        Ok(outcome)
    }

    /// Of each model the positions of those that it reads among the others.
    fn needs(&self, models: &[&Model]) -> Vec<Vec<usize>> {
        let inputs = models.iter().map(|model| self.graph.inputs(&model.table));
        inputs
            .map(|inputs| {
                let positions = models.iter().enumerate().filter(|(_, other)| inputs.contains(&other.table));
                positions.map(|(position, _)| position).collect()
            })
            .collect()
    }

    /// Makes the models of one visitor: of all, or of those that are touched,
    /// which are then told.
    fn pass(
        &self,
        extent: &Extent,
        dealt: Option<&Model>,
        models: &[&Model],
        checks: Vec<&Check>,
        outcome: &mut Outcome,
    ) -> Result<Option<Touched>> {
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
            && let Some(table) = increment::changed_lookup(self, models)?
        {
            (reason, since) = (Some(format!("{table} has changed")), None);
        }
        let (buckets, mut touched) = match since {
            None => (bucketed::deal(self, model, dealing)?, None),
            Some(since) => {
                let (buckets, touched) = increment::deal(self, model, dealing, since)?;
                (buckets, Some(touched))
            }
        };
        self.progress.advance(1)?;
        let pass = Pass::new(self, &model.table, &buckets, models, checks)?;
        let (tables, found) = pass.make(touched.as_mut())?;
        outcome.tables.extend(tables);
        outcome.checks.extend(found);
        outcome.extent = match (&reason, since, &touched) {
            (Some(reason), ..) => Some(format!("all of silver and gold was made: {reason}")),
            (None, Some(since), Some(touched)) => Some(touched.says(since)),
            _ => None,
        };
        Ok(touched)
    }

    /// Runs the checks of a layer that have to see all of it.
    fn check(&self, checks: &[Check], layer: Layer, outcome: &mut Outcome) -> Result<()> {
        let due: Vec<_> =
            checks.iter().filter(|check| check.layer == layer && check.scope != Scope::Visitor).collect();
        outcome.checks.extend(side_by_side(at_once(self.options), &due, |check| {
            let found = check.run(self.engine, self.compiler, self.params)?;
            self.progress.advance(1)?;
            Ok(found)
        })?);
        check::verdict(&outcome.checks)
    }

    /// Makes one model of the population, or of one day: a view is defined or a
    /// table written, and both can be read from then on.
    fn build(&self, model: &Model, touched: Option<&Touched>) -> Result<Built> {
        if model.dealing.is_some() {
            return Ok(Built::ToDeal);
        }
        let TableRef { layer, name } = &model.table;
        let sql = self.compiler.compile(&model.table.to_string(), &model.text)?;
        let folder = match model.storage {
            Storage::View => {
                let made = self.engine.define_view(layer.as_str(), name, &sql, self.params);
                self.progress.advance(1)?;
                return made.map(|()| Built::Nothing).map_err(|error| named(model, error));
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
            Ok(if model.storage == Storage::Table { Built::Table(summary) } else { Built::Nothing })
        });
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
    /// Rows that are dealt into buckets when the pass over them begins.
    ToDeal,
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
