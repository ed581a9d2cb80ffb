//! What a stage did, table by table: the one type that the closing table,
//! `reports/run.json` and the tests read.

use std::fmt;

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

/// One stage: its tables and the time it took as a whole.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct StageSummary {
    /// The stage's verb.
    pub stage: &'static str,
    /// Rows over all its tables.
    pub rows: u64,
    /// Bytes over all its tables.
    pub bytes: u64,
    /// Wall-clock seconds.
    pub seconds: f64,
    /// What it made.
    pub tables: Vec<TableSummary>,
}

impl StageSummary {
    /// The summary of a stage that made `tables` in `seconds`.
    pub fn new(stage: &'static str, tables: Vec<TableSummary>, seconds: f64) -> Self {
        Self {
            stage,
            rows: tables.iter().map(|table| table.rows).sum(),
            bytes: tables.iter().map(|table| table.bytes).sum(),
            seconds,
            tables,
        }
    }
}

/// The closing table: a line per stage and a total.
#[derive(Debug, Clone, Copy)]
pub struct ClosingTable<'a>(pub &'a [StageSummary]);

impl fmt::Display for ClosingTable<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:<10} {:>12} {:>12} {:>9} {:>12}", "stage", "rows", "bytes", "seconds", "rows/s")?;
        for stage in self.0 {
            let unchanged = !stage.tables.is_empty() && stage.tables.iter().all(|table| !table.changed);
            let speed = match unchanged {
                true => "unchanged".to_owned(),
                false => grouped((stage.rows as f64 / stage.seconds.max(1e-6)) as u64),
            };
            writeln!(
                f,
                "{:<10} {:>12} {:>12} {:>9.2} {:>12}",
                stage.stage,
                grouped(stage.rows),
                grouped(stage.bytes),
                stage.seconds,
                speed
            )?;
        }
        let bytes = self.0.iter().map(|stage| stage.bytes).sum();
        let seconds: f64 = self.0.iter().map(|stage| stage.seconds).sum();
        write!(f, "{:<10} {:>12} {:>12} {:>9.2}", "total", "", grouped(bytes), seconds)
    }
}

/// A whole number with thousands separators: `1,234,567`.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (position, digit) in digits.chars().enumerate() {
        if position > 0 && (digits.len() - position).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_grouped() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1,234,567");
    }

    #[test]
    fn a_stage_that_changed_nothing_says_so() {
        let tables = vec![TableSummary::unchanged("bronze.events", 1_200, 0.1)];
        let table = ClosingTable(&[StageSummary::new("ingest", tables, 0.1)]).to_string();
        assert!(table.contains("1,200") && table.contains("unchanged"), "{table}");
    }
}
