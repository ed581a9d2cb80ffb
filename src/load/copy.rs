//! The load itself: one transaction, after which the warehouse is gold.

use postgres::{Client, Transaction};

use super::catalog::{AGGREGATES, DIMENSIONS, ORDERS, PARTITIONED, Target, quoted};
use super::days::Facts;
use super::small::{self, SmallTable};
use super::{Options, failed};
use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::summary::TableSummary;

/// Loads all of gold. Readers see the old warehouse until the commit, and the
/// new one after it; whatever fails before leaves the old one as it was.
pub(super) fn copy(
    client: &mut Client,
    engine: &dyn Engine,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let in_lake = count_lake(engine)?;
    progress.begin("load", in_lake.iter().map(|(_, rows)| rows).sum());
    let mut transaction =
        client.transaction().map_err(|error| failed("cannot begin a transaction", error))?;
    write_settings(&mut transaction, options)?;

    let known = if options.full_refresh { small::Known::new() } else { small::known(&mut transaction)? };
    let read = |names: &[&'static str], transaction: &mut Transaction<'_>| {
        names
            .iter()
            .map(|name| {
                let target = Target::find(transaction, engine, name)?;
                SmallTable::read(transaction, engine, target, &known, progress)
            })
            .collect::<Result<Vec<_>>>()
    };
    let mut dimensions = read(DIMENSIONS, &mut transaction)?;
    let mut aggregates = read(AGGREGATES, &mut transaction)?;
    let mut facts = Facts::stage(&mut transaction, engine, options, progress)?;

    // New members come before the facts that name them; dead ones go while the old facts are
    // away and the new ones not yet there, so that their keys have little to look through.
    for table in &mut dimensions {
        table.upsert(&mut transaction)?;
    }
    if facts.is_changed() {
        facts.remove_old(&mut transaction)?;
    }
    for table in dimensions.iter_mut().rev() {
        table.finish(&mut transaction)?;
    }
    if facts.is_changed() {
        facts.put_in_place(&mut transaction)?;
    }
    for table in &mut aggregates {
        table.upsert(&mut transaction)?;
        table.finish(&mut transaction)?;
    }

    let summaries: Vec<_> = dimensions
        .iter()
        .map(SmallTable::summary)
        .chain(facts.summaries())
        .chain(aggregates.iter().map(SmallTable::summary))
        .collect();
    verify(&mut transaction, &in_lake, &summaries)?;
    progress.checkpoint()?;
    transaction.commit().map_err(|error| failed("cannot commit the load", error))?;
    analyze_facts(client, &summaries)?;
    progress.end();
    Ok(summaries)
}

/// The rows of each table of gold, as the engine counts them.
fn count_lake(engine: &dyn Engine) -> Result<Vec<(&'static str, u64)>> {
    let facts = PARTITIONED.iter().map(|(name, _)| *name).chain([ORDERS.0]);
    DIMENSIONS
        .iter()
        .copied()
        .chain(facts)
        .chain(AGGREGATES.iter().copied())
        .map(|name| {
            if engine.columns("gold", name).is_empty() {
                return Err(Error::Load {
                    message: format!("the lake has no gold.{name}; run `clickmill transform` first"),
                    source: None,
                });
            }
            let batches =
                engine.collect(&format!("select count(*) as rows from gold.{name}"), &Params::new())?;
            let rows = batches.first().and_then(|batch| {
                use arrow::array::AsArray;
                batch.column(0).as_primitive_opt::<arrow::datatypes::Int64Type>().map(|rows| rows.value(0))
            });
            Ok((name, rows.unwrap_or_default() as u64))
        })
        .collect()
}

/// Keeps what the views rest on: the business time zone for local times.
fn write_settings(transaction: &mut Transaction<'_>, options: &Options) -> Result<()> {
    for (name, value) in [("time_zone", &options.time_zone), ("currency", &options.currency)] {
        transaction
            .execute(
                "insert into gold.etl_setting as setting values ($1, $2)
                on conflict (name) do update set value = excluded.value
                where setting.value <> excluded.value",
                &[&name, value],
            )
            .map_err(|error| failed("cannot write gold.etl_setting", error))?;
    }
    Ok(())
}

/// Compares the server's row counts with the engine's, for every table that changed.
fn verify(
    transaction: &mut Transaction<'_>,
    in_lake: &[(&str, u64)],
    summaries: &[TableSummary],
) -> Result<()> {
    for (name, expected) in in_lake {
        let qualified = format!("gold.{name}");
        if !summaries.iter().any(|summary| summary.table == qualified && summary.changed) {
            continue;
        }
        let found = transaction
            .query_one(&format!("select count(*) from {qualified}"), &[])
            .map_err(|error| failed(&format!("cannot count {qualified}"), error))?
            .get::<_, i64>(0) as u64;
        // Days of dim_date are never taken away.
        if found != *expected && !(*name == "dim_date" && found > *expected) {
            return Err(Error::Load {
                message: format!(
                    "{qualified} would hold {found} rows where the lake has {expected}, so nothing was changed; \
                     the warehouse was edited by hand: drop schema gold cascade, or name another database, and \
                     load again"
                ),
                source: None,
            });
        }
    }
    Ok(())
}

/// Tells the planner about the new facts. Of the big tables only the columns by which rows
/// are found and joined: addresses and the like cost most of the time and steer no plan.
fn analyze_facts(client: &mut Client, summaries: &[TableSummary]) -> Result<()> {
    for (name, _) in PARTITIONED.iter().chain([&ORDERS]) {
        let table = format!("gold.{name}");
        if !summaries.iter().any(|summary| summary.table == table && summary.changed) {
            continue;
        }
        let columns = key_columns(client, &table)?;
        client
            .batch_execute(&format!("analyze {table} ({columns})"))
            .map_err(|error| failed(&format!("cannot analyze {table}"), error))?;
    }
    Ok(())
}

/// The columns of a table that are in a key, a foreign key or an index.
fn key_columns(client: &mut Client, table: &str) -> Result<String> {
    let rows = client
        .query(
            "select attname::text
            from pg_attribute
            where attrelid = $1::text::regclass and attnum > 0 and (
                exists (select from pg_index where indrelid = attrelid and attnum = any(indkey))
                or exists (select from pg_constraint where conrelid = attrelid and attnum = any(conkey))
            )",
            &[&table],
        )
        .map_err(|error| failed(&format!("cannot look at the keys of {table}"), error))?;
    Ok(quoted(&rows.iter().map(|row| row.get(0)).collect::<Vec<String>>()))
}
