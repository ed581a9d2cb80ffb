//! Tables compared as a whole: dimensions, daily metrics, aggregates.
//!
//! Where a table's hash is that of the last load, nothing is sent. Otherwise
//! only rows that differ are written: members are added and updated before the
//! facts come, and those gone from gold deleted when no fact needs them.

use std::collections::HashMap;
use std::time::Instant;

use postgres::{GenericClient, Transaction};

use super::catalog::{STATISTICS, Target, quoted, referencing};
use super::stage::{Encoded, Spill, encode_table};
use super::{failed, fill};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::summary::TableSummary;

/// Rows and hash of each table as last loaded.
pub(super) type Known = HashMap<String, (i64, String)>;

/// What the last load left.
pub(super) fn known(client: &mut impl GenericClient) -> Result<Known> {
    let rows = client
        .query("select table_name, \"rows\", hash from gold.etl_table", &[])
        .map_err(|error| failed("cannot read gold.etl_table", error))?;
    Ok(rows.iter().map(|row| (row.get(0), (row.get(1), row.get(2)))).collect())
}

/// A small table between being read and being done with.
pub(super) struct SmallTable {
    pub(super) target: Target,
    encoded: Encoded,
    hash: String,
    pub(super) changed: bool,
    /// The rows are in the temporary table of [`SmallTable::stage`] too.
    staged: bool,
    seconds: f64,
}

impl SmallTable {
    /// Reads the table from the lake and tells whether the warehouse differs.
    pub(super) fn read(
        client: &mut impl GenericClient,
        engine: &dyn Engine,
        target: Target,
        known: &Known,
        spill: &Spill,
        progress: &Progress,
    ) -> Result<Self> {
        let started = Instant::now();
        let (encoded, hash) = encode_table(engine, &target, spill, progress)?;
        let hash = hash.to_string();
        let rows = encoded.rows as i64;
        let on_server = count(client, target.name)?;
        let is_whole = if keeps_members(&target) { on_server >= rows } else { on_server == rows };
        let changed = !is_whole || known.get(target.name).is_none_or(|known| *known != (rows, hash.clone()));
        let seconds = started.elapsed().as_secs_f64();
        Ok(Self { target, encoded, hash, changed, staged: false, seconds })
    }

    /// Adds the rows to a warehouse without facts, where nobody waits for the table.
    pub(super) fn add(&mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        let name = self.target.name;
        if count(transaction, name)? > 0 {
            return self.upsert(transaction);
        }
        fill::without_keys(transaction, name, |transaction| self.upsert(transaction))
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
                .batch_execute(&format!("create temporary table {stage} (like gold.{name})"))
                .map_err(|error| failed(&format!("cannot stage gold.{name}"), error))?;
            self.encoded.copy(transaction, &self.target, &format!("pg_temp.{stage}"), false)?;
            self.staged = true;
            transaction
                .batch_execute(&self.merge_statement())
                .map_err(|error| failed(&format!("cannot update gold.{name}"), error))?;
        }
        // Now, not after the commit: the checks of the facts' keys are planned by it.
        transaction
            .batch_execute(&format!("{STATISTICS}; analyze gold.{name}"))
            .map_err(|error| failed(&format!("cannot analyze gold.{name}"), error))?;
        self.seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Deletes the rows that gold no longer has; of them only those that no key of another
    /// table leads to, if `unreferenced`.
    pub(super) fn delete_dead(
        &mut self,
        transaction: &mut Transaction<'_>,
        unreferenced: bool,
    ) -> Result<()> {
        if !self.staged || keeps_members(&self.target) {
            return Ok(());
        }
        let started = Instant::now();
        let (name, stage) = (self.target.name, self.stage());
        let failed = |error| failed(&format!("cannot delete from gold.{name}"), error);
        let key = quoted(&self.target.key);
        let dead = format!("pg_temp.dead_{name}");
        let same_key = |left: &str, right: &str| {
            let same =
                self.target.key.iter().map(|column| format!("{left}.\"{column}\" = {right}.\"{column}\""));
            same.collect::<Vec<_>>().join(" and ")
        };
        let statement = format!(
            "drop table if exists {dead}; \
             create temporary table dead_{name} as select {key} from gold.{name} as target \
             where not exists (select from pg_temp.{stage} as stage where {})",
            same_key("stage", "target"),
        );
        transaction.batch_execute(&statement).map_err(failed)?;
        let found: bool = transaction
            .query_one(&format!("select exists (select from {dead})"), &[])
            .map_err(failed)?
            .get(0);
        if found {
            let mut condition = String::new();
            for (table, column) in if unreferenced { referencing(transaction, name)? } else { Vec::new() } {
                condition += &format!(
                    " and not exists (select from gold.{table} as other where other.\"{column}\" = target.{key})"
                );
            }
            let statement = format!(
                "analyze {dead}; delete from gold.{name} as target using {dead} as dead where {}{condition}",
                same_key("dead", "target"),
            );
            transaction.batch_execute(&statement).map_err(failed)?;
        }
        self.seconds += started.elapsed().as_secs_f64();
        Ok(())
    }

    /// Remembers what is there now.
    pub(super) fn remember(&self, transaction: &mut Transaction<'_>) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        transaction
            .execute(
                "insert into gold.etl_table values ($1, $2, $3, now())
                on conflict (table_name) do update
                set \"rows\" = excluded.\"rows\", hash = excluded.hash, loaded_at = excluded.loaded_at",
                &[&self.target.name, &(self.encoded.rows as i64), &self.hash],
            )
            .map_err(|error| failed("cannot write gold.etl_table", error))?;
        Ok(())
    }

    /// Compares the server's count with the rows that were read.
    pub(super) fn verify(&self, transaction: &mut Transaction<'_>) -> Result<()> {
        if !self.changed {
            return Ok(());
        }
        let (found, rows) = (count(transaction, self.target.name)? as u64, self.encoded.rows);
        // Days of dim_date are never taken away.
        if found == rows || (keeps_members(&self.target) && found > rows) {
            return Ok(());
        }
        Err(differs(self.target.name, found, rows))
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

/// The refusal of a table that would not hold what the lake holds.
pub(super) fn differs(name: &str, found: u64, expected: u64) -> Error {
    Error::Load {
        message: format!(
            "gold.{name} would hold {found} rows where the lake has {expected}, so nothing was changed; the \
             warehouse was edited by hand: load again with --full-refresh"
        ),
        source: None,
    }
}

fn count(client: &mut impl GenericClient, name: &str) -> Result<i64> {
    let row = client
        .query_one(&format!("select count(*) from gold.{name}"), &[])
        .map_err(|error| failed(&format!("cannot count gold.{name}"), error))?;
    Ok(row.get(0))
}
