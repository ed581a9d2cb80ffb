//! The models of one visitor, bucket by bucket.
//!
//! Most of silver and the facts depend on one visitor's rows only
//! (`-- scope: visitor`). They are run on one bucket of visitors after
//! another, a bucket to a thread: rows are dealt out once, a bucket is sorted
//! once, and what one model makes of it the next reads from memory. How much
//! memory that takes depends on the size of a bucket, not of the log.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::check::{Check, CheckOutcome};
use super::graph::Graph;
use super::mapping::Batch;
use super::model::{Dealing, Model, Scope, Storage};
use super::{Run, named, side_by_side, threads};
use crate::engine::{Buckets, Deal, Engine, GroupedFiles, LocalEngine, Params, ParquetTarget};
use crate::error::{Error, Result};
use crate::lake::{Staging, TableRef};
use crate::source::Kind;
use crate::summary::TableSummary;

/// Rows that a bucket holds, about: what a thread sorts and joins at once.
const BUCKET_ROWS: u64 = 1 << 18;

/// Fewer rows than this are not worth dividing among threads.
const SMALL_BUCKET_ROWS: u64 = 1 << 14;

/// Rows held in memory while they are dealt, in bytes, where no bound is set.
const HELD_BYTES: usize = 1 << 30;

/// Deals the rows of a model out to buckets.
pub(super) fn deal(
    run: &Run<'_>,
    model: &Model,
    dealing: &Dealing,
    sql: &str,
    batches: &[Batch],
) -> Result<Buckets> {
    let events = batches.iter().filter(|batch| batch.kind == Kind::Events.as_str());
    let deal = Deal {
        by: dealing.by.clone(),
        alike: dealing.alike.clone(),
        order: dealing.order.clone(),
        buckets: bucket_count(events.map(|batch| batch.rows).sum()),
        held_bytes: run.options.engine.memory_limit.map_or(HELD_BYTES, |limit| limit / 4),
        folder: run.staging.working(&model.table),
    };
    trace(run.engine, model, sql, run.params)?;
    run.engine.deal(sql, run.params, deal).map_err(|error| named(model, error))
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

/// One model or check of a pass, compiled.
struct Step<'a> {
    model: &'a Model,
    sql: String,
    /// Whether its rows go to files: those of tables, and those that a model
    /// of the population reads.
    is_written: bool,
}

/// What a pass makes.
pub(super) struct Pass<'a> {
    run: &'a Run<'a>,
    dealt: &'a TableRef,
    buckets: &'a Buckets,
    steps: Vec<Step<'a>>,
    checks: Vec<&'a Check>,
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
        graph: &'a Graph,
        dealt: &'a TableRef,
        buckets: &'a Buckets,
        models: &[&'a Model],
        checks: Vec<&'a Check>,
    ) -> Result<Self> {
        let mut steps = Vec::new();
        for model in models {
            let is_read_outside = graph.models().iter().any(|reader| {
                reader.scope == Scope::Population && graph.inputs(&reader.table).contains(&model.table)
            });
            if is_read_outside && model.storage == Storage::View {
                return Err(Error::Transform {
                    model: model.table.to_string(),
                    message: "a view of one visitor's rows is read by a model of the population".to_owned(),
                });
            }
            steps.push(Step {
                model,
                sql: run.compiler.compile(&model.table.to_string(), &model.text)?,
                is_written: model.storage == Storage::Table || is_read_outside,
            });
        }
        Ok(Self { run, dealt, buckets, steps, checks, made: Mutex::default() })
    }

    /// Runs the pass. The tables can be read by everyone afterwards.
    pub(super) fn make(self) -> Result<(Vec<TableSummary>, Vec<CheckOutcome>)> {
        let Run { engine, options, staging, progress, .. } = self.run;
        let numbers: Vec<usize> = (0..self.buckets.count()).collect();
        let found = side_by_side(threads(options), &numbers, |number| {
            let found = self.bucket(*number)?;
            progress.checkpoint()?;
            Ok(found)
        })?;
        progress.advance((self.steps.len() + self.checks.len()) as u64)?;

        let mut tables = Vec::new();
        let mut made = self.made.into_inner().unwrap_or_else(PoisonError::into_inner);
        for step in self.steps.iter().filter(|step| step.is_written) {
            let Some(table) = made.remove(&step.model.table) else { continue };
            let files = Arc::into_inner(table.files).ok_or_else(|| Error::Transform {
                model: step.model.table.to_string(),
                message: "its files are still being written".to_owned(),
            })?;
            let (rows, bytes) = files.finish()?;
            engine.attach(&step.model.table, &folder(step.model, staging))?;
            if step.model.storage == Storage::Table {
                tables.push(TableSummary::new(step.model.table.to_string(), rows, bytes, table.seconds));
            }
        }
        Ok((tables, CheckOutcome::sum(found)))
    }

    /// Makes all of one bucket.
    fn bucket(&self, number: usize) -> Result<Vec<CheckOutcome>> {
        let Run { compiler, params, staging, .. } = self.run;
        let engine = self.run.engine.fork()?;
        engine.attach_rows(
            self.dealt,
            self.buckets.schema().clone(),
            self.buckets.take(number)?,
            &self.buckets.order(),
        )?;
        for step in &self.steps {
            let TableRef { layer, name } = &step.model.table;
            let started = Instant::now();
            if step.model.storage == Storage::View {
                engine
                    .define_view(layer.as_str(), name, &step.sql, params)
                    .map_err(|error| named(step.model, error))?;
                continue;
            }
            if number == 0 {
                trace(&engine, step.model, &step.sql, params)?;
            }
            let (schema, rows) = engine.rows(&step.sql, params).map_err(|error| named(step.model, error))?;
            if step.is_written {
                let files = {
                    let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
                    let made = made.entry(step.model.table.clone()).or_insert_with(|| Made {
                        files: Arc::new(GroupedFiles::new(
                            ParquetTarget {
                                folder: folder(step.model, staging),
                                partition_by: step.model.partition_by.clone(),
                            },
                            schema.clone(),
                        )),
                        seconds: 0.0,
                    });
                    made.files.clone()
                };
                files.add(number, &rows)?;
            }
            engine.attach_rows(&step.model.table, schema, rows, &[])?;
            let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(made) = made.get_mut(&step.model.table) {
                made.seconds += started.elapsed().as_secs_f64();
            }
        }
        self.checks.iter().map(|check| check.run(&engine, compiler, params)).collect()
    }
}

/// Tells the plan of a model to whoever listens that closely.
fn trace(engine: &LocalEngine, model: &Model, sql: &str, params: &Params) -> Result<()> {
    if tracing::enabled!(tracing::Level::TRACE) {
        let plan = engine.explain(sql, params).map_err(|error| named(model, error))?;
        tracing::trace!(model = %model.table, "planned\n{plan}");
    }
    Ok(())
}

/// Where the files of a model go.
fn folder(model: &Model, staging: &Staging) -> PathBuf {
    match model.storage {
        Storage::Table => staging.table(&model.table),
        Storage::Working | Storage::View => staging.working(&model.table),
    }
}
