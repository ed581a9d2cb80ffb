//! The way for a loader that may write rows and not make tables.
//!
//! Days that differ are copied into temporary tables and merged row by row into
//! the partitions that are there; days that have none go to the default
//! partition. One transaction, and never in a reader's way.

use std::collections::BTreeMap;

use postgres::{Client, Transaction};

use super::catalog::{ORDERS, Target, quoted};
use super::copy::{Work, begin, write_settings};
use super::facts::Fact;
use super::stage::Spill;
use super::swap::{execute, replace_orders};
use super::{Options, days, failed};
use crate::engine::Engine;
use crate::error::Result;
use crate::progress::Progress;

/// Makes the warehouse equal to gold, all or nothing.
pub(super) fn load(
    client: &mut Client,
    engine: &dyn Engine,
    options: &Options,
    work: &mut Work,
    orders: &BTreeMap<i32, u64>,
    progress: &Progress,
) -> Result<()> {
    let mut transaction = begin(client)?;
    write_settings(&mut transaction, options)?;
    for fact in &work.facts.facts {
        let name = fact.target().name;
        execute(
            &mut transaction,
            &format!("create temporary table stage_{name} (like gold.{name})"),
            || format!("cannot stage gold.{name}"),
        )?;
    }
    let spill = Spill::new(options.spill_dir.as_deref());
    work.facts.compare(engine, orders, &spill, progress, |kind, _, mut rows| {
        let target = kind.target();
        rows.copy(&mut transaction, target, &format!("pg_temp.stage_{}", target.name), false)
    })?;
    work.dimensions.iter_mut().try_for_each(|table| table.upsert(&mut transaction))?;
    for fact in &work.facts.facts {
        if fact.target().name != ORDERS.0 {
            merge(&mut transaction, fact, work.facts.since)?;
        }
    }
    replace_orders(&mut transaction, work)?;
    days::remember(&mut transaction, &work.facts.trusted, &work.facts.now, work.facts.since)?;
    for table in work.dimensions.iter_mut().rev() {
        table.delete_dead(&mut transaction, false)?;
    }
    for table in &mut work.aggregates {
        table.upsert(&mut transaction)?;
        table.delete_dead(&mut transaction, false)?;
    }
    for table in work.dimensions.iter().chain(&work.aggregates) {
        table.remember(&mut transaction)?;
        table.verify(&mut transaction)?;
    }
    progress.checkpoint()?;
    transaction.commit().map_err(|error| failed("cannot commit the load", error))
}

/// Makes the days that differ equal to the staged rows; rows that are as they should be are not touched.
fn merge(transaction: &mut Transaction<'_>, fact: &Fact, since: i32) -> Result<()> {
    let Target { name, columns, key, .. } = fact.target();
    let date = fact.date_column();
    let kept: Vec<_> = fact
        .kept
        .iter()
        .filter(|period| period.until > since)
        .flat_map(|period| period.from..period.until)
        .collect();
    let same_key: Vec<_> =
        key.iter().map(|column| format!("stage.\"{column}\" = target.\"{column}\"")).collect();
    transaction
        .execute(
            &format!(
                "delete from gold.{name} as target
                where {date} - date '1970-01-01' <> all($1) and {date} - date '1970-01-01' >= $2
                    and not exists (select from pg_temp.stage_{name} as stage where {})",
                same_key.join(" and ")
            ),
            &[&kept, &since],
        )
        .map_err(|error| failed(&format!("cannot delete from gold.{name}"), error))?;
    let others: Vec<_> = columns.iter().filter(|column| !key.contains(column)).collect();
    let assignments: Vec<_> =
        others.iter().map(|column| format!("\"{column}\" = excluded.\"{column}\"")).collect();
    let row = |table: &str| {
        others.iter().map(|column| format!("{table}.\"{column}\"")).collect::<Vec<_>>().join(", ")
    };
    let statement = format!(
        "insert into gold.{name} as target ({all}) select {all} from pg_temp.stage_{name} \
         on conflict ({key}) do update set {assignments} where ({target_row}) is distinct from ({new_row})",
        all = fact.target().column_list(),
        key = quoted(key),
        assignments = assignments.join(", "),
        target_row = row("target"),
        new_row = row("excluded"),
    );
    execute(transaction, &statement, || format!("cannot update gold.{name}"))
}
