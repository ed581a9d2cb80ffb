//! What a stage did, table by table: the one type that the closing table,
//! `reports/run.json` and the tests read.

use serde::Serialize;

/// One table (or file set, or chart) that a stage made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct TableSummary {
    /// Qualified name: `raw.events`, `bronze.events`, `gold.fact_orders`, `report.daily_trends`.
    pub table: String,
    /// Rows written (or found unchanged).
    pub rows: u64,
    /// Bytes written.
    pub bytes: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// False when everything was already there and nothing was written.
    pub changed: bool,
}

impl TableSummary {
    /// A summary of a table that was written.
    pub fn new(table: impl Into<String>, rows: u64, bytes: u64, seconds: f64) -> Self {
        Self { table: table.into(), rows, bytes, seconds, changed: true }
    }

    /// The same, for a table that was already as it should be.
    pub fn unchanged(table: impl Into<String>, rows: u64, seconds: f64) -> Self {
        Self { table: table.into(), rows, bytes: 0, seconds, changed: false }
    }
}
