//! Data-quality checks: a select of bad rows each; a row returned is a fault.

use std::time::Instant;

use arrow::array::RecordBatch;
use arrow::util::pretty::pretty_format_batches;
use serde::Serialize;

use super::dialect::Compiler;
use super::graph::tables_of;
use super::model::Scope;
use crate::engine::{Desk, Engine, LocalEngine, Params, Prepared};
use crate::error::{Error, Result};
use crate::lake::{Layer, TableRef};
use crate::sql;

/// How many bad rows a message shows.
const SAMPLE_ROWS: usize = 5;

/// A file of `sql/checks`.
#[derive(Debug, Clone)]
pub struct Check {
    /// The file's name: `silver_accounts_for_every_row`.
    pub name: String,
    /// What holds when no row comes back (`-- check:`).
    pub says: String,
    /// The layer it is of (`-- layer:`): where silver fails, gold is not made to its end.
    pub layer: Layer,
    /// Which rows it must see together: where one visitor's are enough
    /// (`-- scope: visitor`), a run checks them bucket by bucket.
    pub scope: Scope,
    text: String,
}

/// What a check found.
#[derive(Debug, Clone, Serialize)]
pub struct CheckOutcome {
    /// The check's name.
    pub name: String,
    /// What should hold.
    pub says: String,
    /// How many rows break it.
    pub bad_rows: u64,
    /// The first of them, as a table; empty when there are none.
    pub sample: String,
}

impl CheckOutcome {
    /// What the checks found in all buckets together: each bucket's outcomes
    /// come in the same order.
    pub(super) fn sum(buckets: Vec<Vec<Self>>) -> Vec<Self> {
        let mut buckets = buckets.into_iter();
        let mut sums = buckets.next().unwrap_or_default();
        for outcome in buckets {
            for (sum, outcome) in sums.iter_mut().zip(outcome) {
                sum.bad_rows += outcome.bad_rows;
                if sum.sample.is_empty() {
                    sum.sample = outcome.sample;
                }
            }
        }
        sums
    }
}

impl Check {
    /// All checks, by name.
    ///
    /// # Errors
    /// [`Error::Transform`] when a head comment lacks `check` or `layer`.
    pub fn all() -> Result<Vec<Self>> {
        sql::folder("sql/checks")
            .map(|file| {
                let fail = |key: &str| Error::Transform {
                    model: file.path.to_owned(),
                    message: format!("its head comment has no usable `-- {key}: ...` line"),
                };
                Ok(Self {
                    name: file.stem().to_owned(),
                    says: file.head("check").ok_or_else(|| fail("check"))?.to_owned(),
                    layer: file.head("layer").and_then(Layer::parse).ok_or_else(|| fail("layer"))?,
                    scope: Scope::of(file.text).ok_or_else(|| fail("scope"))?,
                    text: file.text.to_owned(),
                })
            })
            .collect()
    }

    /// Counts the bad rows and keeps the first few.
    ///
    /// # Errors
    /// [`Error::Transform`] naming the check when its select cannot run.
    pub fn run(&self, engine: &dyn Engine, compiler: &Compiler, params: &Params) -> Result<CheckOutcome> {
        let started = Instant::now();
        let reader = engine.query_with(&self.sql(compiler)?, params).map_err(|error| self.named(error))?;
        let rows = reader.map(|batch| batch.map_err(|error| self.failed(error.to_string())));
        let outcome = self.outcome(rows)?;
        let seconds = started.elapsed().as_secs_f64();
        tracing::debug!(check = self.name, bad_rows = outcome.bad_rows, seconds, "checked");
        Ok(outcome)
    }

    /// The tables it reads.
    ///
    /// # Errors
    /// [`Error::Transform`] when it does not compile or parse.
    pub(super) fn inputs(&self, compiler: &Compiler) -> Result<Vec<TableRef>> {
        tables_of(&format!("check {}", self.name), &self.sql(compiler)?)
    }

    /// Plans it for the rows of one bucket after another.
    ///
    /// # Errors
    /// [`Error::Transform`] naming the check when its select does not plan.
    pub(super) fn prepare(
        &self,
        engine: &LocalEngine,
        compiler: &Compiler,
        params: &Params,
    ) -> Result<Prepared> {
        engine.prepare(&self.sql(compiler)?, params).map_err(|error| self.named(error))
    }

    /// What it finds in the rows at a desk.
    ///
    /// # Errors
    /// [`Error::Transform`] naming the check when its select cannot run.
    pub(super) fn run_at(&self, desk: &Desk, statement: &Prepared) -> Result<CheckOutcome> {
        let rows = desk.run(statement).map_err(|error| self.named(error))?;
        self.outcome(rows.into_iter().map(Ok))
    }

    /// The check as SQL.
    fn sql(&self, compiler: &Compiler) -> Result<String> {
        compiler.compile(&format!("check {}", self.name), &self.text)
    }

    fn outcome(&self, rows: impl Iterator<Item = Result<RecordBatch>>) -> Result<CheckOutcome> {
        let mut bad_rows = 0;
        let mut sample: Vec<RecordBatch> = Vec::new();
        for batch in rows {
            let batch = batch?;
            let shown: usize = sample.iter().map(RecordBatch::num_rows).sum();
            if batch.num_rows() > 0 && shown < SAMPLE_ROWS {
                sample.push(batch.slice(0, batch.num_rows().min(SAMPLE_ROWS - shown)));
            }
            bad_rows += batch.num_rows() as u64;
        }
        let sample = match sample.is_empty() {
            true => String::new(),
            false => {
                pretty_format_batches(&sample).map_err(|error| self.failed(error.to_string()))?.to_string()
            }
        };
        Ok(CheckOutcome { name: self.name.clone(), says: self.says.clone(), bad_rows, sample })
    }

    fn failed(&self, message: String) -> Error {
        Error::Transform { model: format!("check {}", self.name), message }
    }

    /// Engine errors gain the name of the check they came from.
    fn named(&self, error: Error) -> Error {
        match error {
            Error::Engine { source, .. } => self.failed(source.to_string()),
            other => other,
        }
    }
}

/// Stops the run if any check found bad rows, naming each and showing samples.
///
/// # Errors
/// [`Error::Check`].
pub(super) fn verdict(outcomes: &[CheckOutcome]) -> Result<()> {
    let failed: Vec<_> = outcomes.iter().filter(|outcome| outcome.bad_rows > 0).collect();
    if failed.is_empty() {
        return Ok(());
    }
    let mut message =
        format!("{} of {} data-quality checks failed; nothing was published", failed.len(), outcomes.len());
    for outcome in failed {
        message += &format!(
            "\n\ncheck {}: {} ({} bad rows)\n{}",
            outcome.name, outcome.says, outcome.bad_rows, outcome.sample
        );
    }
    Err(Error::Check(message))
}
