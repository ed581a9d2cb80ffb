//! The load itself: compared, staged, and put in place by one transaction.

use std::sync::{Arc, OnceLock};
use std::thread::ScopedJoinHandle;

use postgres::{Client, Transaction};

use super::catalog::{AGGREGATES, DIMENSIONS, Target, all_tables};
use super::facts::{Fact, Facts, Kind, list, plural};
use super::server::Server;
use super::small::{self, SmallTable};
use super::stage::{Encoded, Spill};
use super::{Options, Outcome, days, failed, partition, rights, staging, swap, upsert};
use crate::engine::{Engine, Params};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// The table that holds the orders of days that differ, until they are put in place.
pub(super) const STAGED_ORDERS: &str = "pg_temp.stage_fact_orders";

/// All tables between being compared and being in place.
pub(super) struct Work {
    pub(super) dimensions: Vec<SmallTable>,
    pub(super) aggregates: Vec<SmallTable>,
    pub(super) facts: Facts,
    /// Members were added and committed before the facts were staged.
    pub(super) members_first: bool,
}

/// Loads all of gold. Readers see the old warehouse until the closing commit, and the new one
/// after it; whatever fails before leaves the old one as it was.
pub(super) fn copy(
    client: &mut Client,
    engine: &dyn Engine,
    server: &Server,
    options: &Options,
    progress: &Progress,
) -> Result<Outcome> {
    let may_make_tables = rights::may_make_tables(client)?;
    let facts = Facts::look(client, engine, options, may_make_tables)?;
    let members_first = may_make_tables && facts.are_absent(client)?;
    let mut work = Work { dimensions: Vec::new(), aggregates: Vec::new(), facts, members_first };
    progress.begin("load", small_rows(engine)? + work.facts.counts());
    let orders = days::orders(client)?;
    let spill = Spill::new(options.spill_dir.as_deref());
    if options.dry_run || !may_make_tables {
        work.dimensions = read_small(client, engine, options, DIMENSIONS, progress)?;
        work.aggregates = read_small(client, engine, options, AGGREGATES, progress)?;
    }
    if options.dry_run {
        work.facts.compare(engine, &orders, &spill, progress, |_, _, _| Ok(()))?;
        return Ok(outcome(&work, dry_run_notices(&work)));
    }
    if !may_make_tables {
        upsert::load(client, engine, options, &mut work, &orders, progress)?;
        return Ok(outcome(&work, vec![rights::NOTICE.to_owned()]));
    }
    let members = OnceLock::new();
    let begun = std::thread::scope(|scope| {
        // Nobody asks for the aggregates before days are being staged.
        let reading = scope.spawn(|| {
            let mut client = server.connect_to_load()?;
            read_small(&mut client, engine, options, AGGREGATES, progress)
        });
        let Work { facts, dimensions, .. } = &mut work;
        // Days are compared and staged while members are read and added; only their keys wait for these.
        let staging = scope.spawn(|| {
            let keys = members_first.then_some(&members);
            let mut orders_rows = Vec::new();
            staging::stage(server, keys, |stager| {
                facts.compare(engine, &orders, &spill, progress, |kind, period, rows| match kind {
                    Kind::Partitioned(table) => stager.take(table, period, rows),
                    Kind::Whole(_) => {
                        orders_rows.push(rows);
                        Ok(())
                    }
                })
            })?;
            Ok(orders_rows)
        });
        let told = Told(&members);
        let added = read_small(client, engine, options, DIMENSIONS, progress).and_then(|read| {
            *dimensions = read;
            if members_first { add_members(client, dimensions) } else { Ok(()) }
        });
        let _ = members.set(added.is_ok());
        drop(told);
        let begun = added.and_then(|()| {
            let mut aggregates = joined(reading)?;
            let later = if members_first { &mut [] } else { dimensions.as_mut_slice() };
            let transaction = swap::begin(client, options, later, &mut aggregates)?;
            Ok((transaction, aggregates))
        });
        let staged: Result<Vec<_>> = joined(staging);
        begun.and_then(|(transaction, aggregates)| Ok((transaction, aggregates, staged?)))
    });
    let closed = begun.and_then(|(mut transaction, aggregates, orders_rows)| {
        work.aggregates = aggregates;
        stage_orders(&mut transaction, &work.facts, orders_rows)?;
        swap::close(transaction, options, &mut work, progress)
    });
    if let Err(error) = closed {
        // What cannot be dropped now, the next load drops.
        if let Err(error) = partition::drop_staged(client) {
            tracing::debug!(%error, "staged days are left to the next load");
        }
        return Err(error);
    }
    analyze(server, &work);
    Ok(outcome(&work, notices(&work, options)))
}

/// Reads tables that are compared as a whole.
fn read_small(
    client: &mut Client,
    engine: &dyn Engine,
    options: &Options,
    names: &[&'static str],
    progress: &Progress,
) -> Result<Vec<SmallTable>> {
    let known = if options.full_refresh { small::Known::new() } else { small::known(client)? };
    let spill = Spill::new(options.spill_dir.as_deref());
    let read = |name: &&'static str| {
        let target = Target::find(client, engine, name)?;
        SmallTable::read(client, engine, target, &known, &spill, progress)
    };
    names.iter().map(read).collect()
}

fn joined<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

/// Tells those who wait for members that none came, when the thread that adds them panics.
struct Told<'a>(&'a OnceLock<bool>);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        let _ = self.0.set(false);
    }
}

/// Adds the members of all dimensions, in a transaction of their own.
fn add_members(client: &mut Client, dimensions: &mut [SmallTable]) -> Result<()> {
    let mut transaction = begin(client)?;
    dimensions.iter_mut().try_for_each(|table| table.add(&mut transaction))?;
    transaction.commit().map_err(|error| failed("cannot commit the dimensions", error))
}

/// Copies the orders of days that differ beside the table they belong to.
fn stage_orders(client: &mut Transaction<'_>, facts: &Facts, rows: Vec<Encoded>) -> Result<()> {
    client
        .batch_execute("create temporary table stage_fact_orders (like gold.fact_orders)")
        .map_err(|error| failed("cannot stage gold.fact_orders", error))?;
    let whole = facts.facts.iter().find_map(|fact| match &fact.kind {
        Kind::Whole(target) => Some(target),
        Kind::Partitioned(_) => None,
    });
    let Some(target) = whole else { return Ok(()) };
    rows.into_iter().try_for_each(|mut rows| rows.copy(client, target, STAGED_ORDERS, false))
}

/// Whether the lake has every table of gold.
pub(super) fn check_lake(engine: &dyn Engine) -> Result<()> {
    match all_tables().find(|name| engine.columns("gold", name).is_empty()) {
        None => Ok(()),
        Some(name) => Err(Error::Load {
            message: format!("the lake has no gold.{name}; run `clickmill transform` first"),
            source: None,
        }),
    }
}

/// The rows of the tables that are compared as a whole, as the engine counts them.
fn small_rows(engine: &dyn Engine) -> Result<u64> {
    use arrow::array::AsArray;
    use arrow::datatypes::Int64Type;
    let mut sum = 0;
    for name in DIMENSIONS.iter().chain(AGGREGATES) {
        let batches = engine.collect(&format!("select count(*) as rows from gold.{name}"), &Params::new())?;
        let rows = batches
            .first()
            .and_then(|batch| batch.column(0).as_primitive_opt::<Int64Type>().map(|rows| rows.value(0)));
        sum += rows.unwrap_or_default() as u64;
    }
    Ok(sum)
}

pub(super) fn begin(client: &mut Client) -> Result<Transaction<'_>> {
    client.transaction().map_err(|error| failed("cannot begin a transaction", error))
}

/// Keeps what the views rest on: the business time zone for local times.
pub(super) fn write_settings(transaction: &mut Transaction<'_>, options: &Options) -> Result<()> {
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

/// Tells the planner about facts as a whole when much of them is new, each on a connection of its
/// own; partitions that came to others have told of themselves. The load is done, so what
/// goes wrong here is only said.
fn analyze(server: &Server, work: &Work) {
    let is_due = |fact: &Fact| {
        let new: u64 = fact.changed.iter().map(|period| fact.rows(*period)).sum();
        let kept: u64 = fact.kept.iter().map(|period| fact.rows(*period)).sum();
        new * 10 > kept
    };
    std::thread::scope(|scope| {
        for fact in work.facts.facts.iter().filter(|fact| is_due(fact)) {
            scope.spawn(|| {
                let failed = |error| failed("cannot analyze", error);
                let done = server
                    .connect_to_load()
                    .and_then(|mut client| client.batch_execute(&fact.kind.analyze()).map_err(failed));
                if let Err(error) = done {
                    tracing::warn!(table = fact.target().name, %error, "cannot analyze");
                }
            });
        }
    });
}

fn outcome(work: &Work, notices: Vec<String>) -> Outcome {
    let tables = work
        .dimensions
        .iter()
        .map(SmallTable::summary)
        .chain(work.facts.summaries())
        .chain(work.aggregates.iter().map(SmallTable::summary))
        .collect();
    Outcome { tables, notices }
}

fn notices(work: &Work, options: &Options) -> Vec<String> {
    let mut notices = Vec::new();
    let vanished = work.facts.vanished();
    if options.prune && !vanished.is_empty() {
        let days = plural(vanished.len(), "day");
        notices.push(format!("{days} that gold no longer has left the warehouse: {}", list(&vanished)));
    }
    notices
}

/// What a load would do.
fn dry_run_notices(work: &Work) -> Vec<String> {
    let changed = work.facts.changed_days();
    let tables: Vec<_> = work
        .dimensions
        .iter()
        .chain(&work.aggregates)
        .filter(|table| table.changed)
        .map(|table| table.target.name)
        .collect();
    let mut notices = vec!["dry run: nothing was changed".to_owned()];
    notices.push(match changed.len() {
        0 => "no day would be loaded".to_owned(),
        days => format!("{} would be loaded: {}", plural(days, "day"), list(&changed)),
    });
    notices.push(match tables.len() {
        0 => "no small table would be changed".to_owned(),
        count => format!("{} would be changed: {}", plural(count, "small table"), tables.join(", ")),
    });
    let vanished = work.facts.vanished();
    if !vanished.is_empty() {
        let days = plural(vanished.len(), "day");
        notices.push(format!(
            "gold no longer has {days} of the warehouse: {}; a load asks for --prune",
            list(&vanished)
        ));
    }
    notices
}

/// What a load into an empty database, or one of an older schema, would do.
pub(super) fn dry_run_of_all(engine: &dyn Engine, why: &str) -> Result<Outcome> {
    let rows = small_rows(engine)?;
    let mut sum = rows;
    for (name, date_column) in super::catalog::PARTITIONED.iter().chain([&super::catalog::ORDERS]) {
        sum += super::stage::count_days(engine, name, date_column)?.values().sum::<u64>();
    }
    let tables = all_tables().count();
    let rows = crate::summary::grouped(sum);
    Ok(Outcome {
        tables: Vec::new(),
        notices: vec![
            "dry run: nothing was changed".to_owned(),
            format!("{why}; up to {rows} rows of {tables} tables would be loaded"),
        ],
    })
}

/// A fact's own rows, by table, that are staged and wait for the closing transaction.
pub(super) fn partitioned(work: &Work) -> impl Iterator<Item = (&Fact, &Arc<partition::Partitioned>)> {
    work.facts.facts.iter().filter_map(|fact| match &fact.kind {
        Kind::Partitioned(table) => Some((fact, table)),
        Kind::Whole(_) => None,
    })
}
