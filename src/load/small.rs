//! Tables compared as a whole: dimensions, daily metrics, aggregates.
//!
//! Where a table's hash is that of the last load, nothing is sent. Otherwise
//! only rows that differ are written: members are added and updated before the
//! facts come, and those gone from gold deleted when no fact needs them.

use std::collections::HashMap;
use std::time::Instant;

use postgres::Transaction;

use super::catalog::{Target, quoted};
use super::failed;
use super::stage::{Encoded, encode_table};
use crate::engine::Engine;
use crate::error::Result;
use crate::progress::Progress;
use crate::summary::TableSummary;

/// Rows and hash of each table as last loaded.
pub(super) type Known = HashMap<String, (i64, String)>;

/// What the last load left.
pub(super) fn known(transaction: &mut Transaction<'_>) -> Result<Known> {
    let rows = transaction
        .query("select table_name, \"rows\", hash from gold.etl_table", &[])
        .map_err(|error| failed("cannot read gold.etl_table", error))?;
    Ok(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// A small table between being read and being done with.
pub(super) struct SmallTable {
    pub(super) target: Target,
    encoded: Encoded,
    hash: String,
    changed: bool,
    /// The rows are in the temporary table of [`SmallTable::stage`] too.
    staged: bool,
    seconds: f64,
}

impl SmallTable {
    /// Reads the table from the lake and tells whether the warehouse differs.
    pub(super) fn read(
        transaction: &mut Transaction<'_>,
        engine: &dyn Engine,
        target: Target,
        known: &Known,
        progress: &Progress,
    ) -> Result<Self> {
        let started = Instant::now();
        let encoded = encode_table(engine, &target, progress)?;
        let hash = encoded.hash();
        let rows = encoded.rows as i64;
        let on_server = count(transaction, target.name)?;
        let is_whole = if keeps_members(&target) { on_server >= rows } else { on_server == rows };
        let changed = !is_whole || known.get(target.name).is_none_or(|known| *known != (rows, hash.clone()));
        let seconds = started.elapsed().as_secs_f64();
        Ok(Self { target, encoded, hash, changed, staged: false, seconds })
    }

    /// Adds new rows and updates those that differ; deletes none.
    pub(super) fn upsert(&mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let started = Instant::now();
        let name = self.target.name;
        if count(transaction, name)? == 0 {
            self.encoded.copy(transaction, &self.target, &format!("gold.{name}"), false)?;
        } else {
            let stage = self.stage();
            transaction
                .batch_execute(&format!("create temporary table {stage} (like gold.{name}) on commit drop"))
                .map_err(|error| failed(&format!("cannot stage gold.{name}"), error))?;
            self.encoded.copy(transaction, &self.target, &format!("pg_temp.{stage}"), false)?;
            self.staged = true;
            transaction
                .batch_execute(&self.merge_statement())
                .map_err(|error| failed(&format!("cannot update gold.{name}"), error))?;
        }
        // Now, not after the commit: the checks of the facts' keys are planned by it.
        transaction
            .batch_execute(&format!("analyze gold.{name}"))
            .map_err(|error| failed(&format!("cannot analyze gold.{name}"), error))?;
        self.seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Deletes the rows that gold no longer has, and remembers what is there now.
    pub(super) fn finish(&mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let started = Instant::now();
        let name = self.target.name;
        if self.staged && !keeps_members(&self.target) {
            let same_key: Vec<_> = self
                .target
                .key
                .iter()
                .map(|column| format!("stage.\"{column}\" = target.\"{column}\""))
                .collect();
            let statement = format!(
                "analyze pg_temp.{stage}; \
                 delete from gold.{name} as target \
                 where not exists (select from pg_temp.{stage} as stage where {})",
                same_key.join(" and "),
                stage = self.stage(),
            );
            transaction
                .batch_execute(&statement)
                .map_err(|error| failed(&format!("cannot delete from gold.{name}"), error))?;
        }
        transaction
            .execute(
                "insert into gold.etl_table values ($1, $2, $3, now())
                on conflict (table_name) do update
                set \"rows\" = excluded.\"rows\", hash = excluded.hash, loaded_at = excluded.loaded_at",
                &[&name, &(self.encoded.rows as i64), &self.hash],
            )
            .map_err(|error| failed("cannot write gold.etl_table", error))?;
        self.seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    /// What was done, for the closing table.
    pub(super) fn summary(&self) -> TableSummary {
        let (name, rows) = (format!("gold.{}", self.target.name), self.encoded.rows);
        if self.changed {
            TableSummary::new(name, rows, self.encoded.size(), self.seconds)
        } else {
            TableSummary::unchanged(name, rows, self.seconds)
        }
    }

    fn stage(&self) -> String {
        format!("stage_{}", self.target.name)
    }

    fn merge_statement(&self) -> String {
        let Target { name, columns, key, .. } = &self.target;
        let others: Vec<_> = columns.iter().filter(|column| !key.contains(column)).collect();
        let assignments: Vec<_> =
            others.iter().map(|column| format!("\"{column}\" = excluded.\"{column}\"")).collect();
        let row = |table: &str| {
            others.iter().map(|column| format!("{table}.\"{column}\"")).collect::<Vec<_>>().join(", ")
        };
        format!(
            "insert into gold.{name} as target ({all}) \
             select {all} from pg_temp.{stage} \
             on conflict ({key}) do update set {assignments} \
             where ({target_row}) is distinct from ({new_row})",
            all = self.target.column_list(),
            stage = self.stage(),
            key = quoted(key),
            assignments = assignments.join(", "),
            target_row = row("target"),
            new_row = row("excluded"),
        )
    }
}

/// `dim_date` is extended, never shrunk: dates are not wrong for lying beyond the data.
fn keeps_members(target: &Target) -> bool {
    target.name == "dim_date"
}

fn count(transaction: &mut Transaction<'_>, name: &str) -> Result<i64> {
    let row = transaction
        .query_one(&format!("select count(*) from gold.{name}"), &[])
        .map_err(|error| failed(&format!("cannot count gold.{name}"), error))?;
    Ok(row.get(0))
}
