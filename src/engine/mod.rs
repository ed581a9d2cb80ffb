//! Where SQL runs: SQL text goes in, record batches or files come out.
//!
//! Which engine that is gets decided once, by whoever opens it; models, checks,
//! charts and the loader see only [`Engine`]. [`LocalEngine`] is DataFusion in
//! this process; a cluster would be a second implementation.

mod bucket;
mod direct;
mod functions;
mod gather;
mod group;
mod keys;
mod local;
mod merge;
mod parquet;
mod partitioned;
mod pool;
mod prepared;
mod sorted;
mod table;
mod views;
mod window;

use std::collections::BTreeMap;
use std::path::Path;

use arrow::array::{RecordBatch, RecordBatchReader};
use datafusion::common::ScalarValue;

use crate::error::{Error, Result};
use crate::lake::TableRef;
use crate::summary::TableSummary;

pub use bucket::{Buckets, Deal, Dealer, Dealt, Marks, dealt_schema};
pub use group::GroupedFiles;
pub use keys::{Alike, Keys};
pub use local::{LocalEngine, Selected};
pub use merge::{Merge, Merged, same_rows};
pub use parquet::ParquetTarget;
pub(crate) use parquet::properties;
pub use prepared::{Desk, Prepared};

/// Values bound to named parameters (`$session_gap_us`) of a statement.
pub type Params = BTreeMap<String, ScalarValue>;

/// How the engine runs.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Worker threads; 0 means one per core.
    pub threads: usize,
    /// Upper bound of the memory for sorts and joins, in bytes; beyond it they spill to disk.
    pub memory_limit: Option<usize>,
}

/// A place where SQL over the lake's tables runs. Tables are named
/// `layer.name`; a name without a layer means gold.
pub trait Engine: Send + Sync {
    /// Runs a statement and hands out its rows, batch by batch, as they come.
    ///
    /// # Errors
    /// [`Error::Engine`] when the statement does not plan; failures while it
    /// runs come out of the reader.
    fn query_with(&self, sql: &str, params: &Params) -> Result<Box<dyn RecordBatchReader + Send>>;

    /// Runs a statement and writes its rows to Parquet under `target`.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan or run, [`Error::Io`] when a file cannot be written.
    fn materialize(
        &self,
        table: &TableRef,
        sql: &str,
        params: &Params,
        target: &ParquetTarget,
    ) -> Result<TableSummary>;

    /// The plan of a statement, as text.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan.
    fn explain(&self, sql: &str, params: &Params) -> Result<String>;

    /// Makes the Parquet files below `folder` (or the one it is) readable as `table`.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Engine`] when the files cannot be read.
    fn attach(&self, table: &TableRef, folder: &Path) -> Result<()>;

    /// Makes a statement readable as `schema.name`, without running it.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan.
    fn define_view(&self, schema: &str, name: &str, sql: &str, params: &Params) -> Result<()>;

    /// The columns of a table, in order: name and SQL type; empty when there is no such table.
    fn columns(&self, schema: &str, name: &str) -> Vec<(String, String)>;
}

impl dyn Engine + '_ {
    /// [`Engine::query_with`] without parameters.
    ///
    /// # Errors
    /// As [`Engine::query_with`].
    pub fn query(&self, sql: &str) -> Result<Box<dyn RecordBatchReader + Send>> {
        self.query_with(sql, &Params::new())
    }

    /// All rows of a statement at once; for results that are known to be small.
    ///
    /// # Errors
    /// As [`Engine::query_with`], and failures while it runs.
    pub fn collect(&self, sql: &str, params: &Params) -> Result<Vec<RecordBatch>> {
        self.query_with(sql, params)?.collect::<std::result::Result<Vec<_>, _>>().map_err(|source| {
            Error::Engine { context: "cannot run a statement".into(), source: source.into() }
        })
    }
}
