//! The closing transaction: all that was staged takes its place at once.
//!
//! What takes time comes first and hinders no reader; what needs no fact is done
//! while days are still being staged. Then both facts are locked, for the moment
//! it takes to exchange partitions. A reader that is at work keeps its lock to
//! the end of its transaction; then the swap steps back within 300 ms and comes
//! again, so that no queue of readers forms behind it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use postgres::error::SqlState;
use postgres::{Client, Transaction};

use super::catalog::{ORDERS, PARTITIONED};
use super::copy::{self, STAGED_ORDERS, Work, partitioned, write_settings};
use super::facts::Kind;
use super::small::SmallTable;
use super::{Options, days, failed, fill, partition, small, sql_state};
use crate::error::{Error, Result};
use crate::progress::Progress;

/// How long the swap stands in the readers' way before it steps back.
const LOCK_TIMEOUT: &str = "300ms";
/// Pauses between attempts.
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_secs(1)];

/// Begins the closing transaction with what needs no fact: settings, members that did not come
/// first, and aggregates. Days are staged meanwhile.
pub(super) fn begin<'a>(
    client: &'a mut Client,
    options: &Options,
    members: &mut [SmallTable],
    aggregates: &mut [SmallTable],
) -> Result<Transaction<'a>> {
    let mut transaction = copy::begin(client)?;
    execute(&mut transaction, "set local synchronous_commit = on; set local lock_timeout = '60s'", || {
        "cannot begin the closing transaction".into()
    })?;
    write_settings(&mut transaction, options)?;
    members.iter_mut().try_for_each(|table| table.upsert(&mut transaction))?;
    for table in aggregates {
        table.upsert(&mut transaction)?;
        table.delete_dead(&mut transaction, false)?;
    }
    Ok(transaction)
}

/// Puts the staged facts in place and commits: the warehouse is equal to gold, all or nothing.
pub(super) fn close(
    mut transaction: Transaction<'_>,
    options: &Options,
    work: &mut Work,
    progress: &Progress,
) -> Result<()> {
    let is_changed = work.facts.is_changed();
    if is_changed {
        replace_orders(&mut transaction, work)?;
        verify_kept(&mut transaction, work)?;
        if !work.members_first {
            for (fact, table) in partitioned(work) {
                for period in &fact.changed {
                    execute(&mut transaction, &table.add_keys(*period, true), || {
                        format!("cannot check the keys of {period} of gold.{}", table.target.name)
                    })?;
                }
            }
        }
        days::remember(&mut transaction, &work.facts.trusted, &work.facts.now, work.facts.since)?;
    }
    // Members that no fact of old days names either; those that one does are left for the swap.
    for table in work.dimensions.iter_mut().rev() {
        table.delete_dead(&mut transaction, true)?;
    }
    for table in work.dimensions.iter().chain(&work.aggregates) {
        table.remember(&mut transaction)?;
    }
    if is_changed {
        swap(&mut transaction, options.swap_patience, work, progress)?;
    }
    for table in work.dimensions.iter().chain(&work.aggregates) {
        table.verify(&mut transaction)?;
    }
    progress.checkpoint()?;
    transaction.commit().map_err(|error| failed("cannot commit the load", error))
}

/// Exchanges the partitions as soon as no reader is in the way.
fn swap(
    transaction: &mut Transaction<'_>,
    patience: Duration,
    work: &mut Work,
    progress: &Progress,
) -> Result<()> {
    let started = Instant::now();
    let mut pause = PAUSES[0];
    for attempt in 1.. {
        let mut savepoint =
            transaction.transaction().map_err(|error| failed("cannot set a savepoint", error))?;
        match exchange(&mut savepoint, work) {
            Ok(()) => {
                if attempt > 1 {
                    let seconds = started.elapsed().as_secs_f64();
                    tracing::info!(attempt, seconds, "the swap found its moment");
                }
                return savepoint.commit().map_err(|error| failed("cannot release a savepoint", error));
            }
            Err(error) if !is_in_the_way(&error) => return Err(error),
            Err(_) => savepoint.rollback().map_err(|error| failed("cannot step back", error))?,
        }
        if attempt == 1 {
            tracing::warn!(readers = in_the_way(transaction)?, "waiting for readers of the facts to end");
        }
        if started.elapsed() > patience {
            return Err(Error::Load {
                message: format!(
                    "readers did not let go of the facts within {} s, so nothing was changed: {}; load again \
                     when they are done, or end them with pg_terminate_backend",
                    patience.as_secs(),
                    in_the_way(transaction)?
                ),
                source: None,
            });
        }
        progress.checkpoint()?;
        std::thread::sleep(pause);
        pause = (pause * 2).min(PAUSES[1]);
    }
    Ok(())
}

fn exchange(transaction: &mut Transaction<'_>, work: &mut Work) -> Result<()> {
    let facts: Vec<_> = PARTITIONED.iter().map(|(name, _)| format!("only gold.{name}")).collect();
    let lock = format!(
        "set local lock_timeout = '{LOCK_TIMEOUT}'; lock table {} in access exclusive mode",
        facts.join(", ")
    );
    execute(transaction, &lock, || "cannot lock the facts".into())?;
    for name in &work.facts.filled_defaults {
        let table = partition::default_of(name);
        execute(transaction, &format!("truncate {table}"), || format!("cannot empty {table}"))?;
    }
    for (fact, table) in partitioned(work) {
        let old: Vec<_> = fact.old().map(|name| format!("gold.{name}")).collect();
        if !old.is_empty() {
            execute(transaction, &format!("drop table {}", old.join(", ")), || {
                format!("cannot take old days out of gold.{}", table.target.name)
            })?;
        }
    }
    for table in work.dimensions.iter_mut().rev() {
        table.delete_dead(transaction, false)?;
    }
    for (fact, table) in partitioned(work) {
        let statements: String = fact.changed.iter().map(|period| table.attach(*period)).collect();
        execute(transaction, &statements, || format!("cannot put new days into gold.{}", table.target.name))?;
    }
    Ok(())
}

/// Deletes and copies the orders of days that differ.
pub(super) fn replace_orders(transaction: &mut Transaction<'_>, work: &Work) -> Result<()> {
    for fact in &work.facts.facts {
        let Kind::Whole(target) = &fact.kind else { continue };
        let (name, date_column) = ORDERS;
        let failed = |error| failed(&format!("cannot put new days into gold.{name}"), error);
        let kept: Vec<_> = fact.kept.iter().map(|period| period.from).collect();
        transaction
            .execute(
                &format!(
                    "delete from gold.{name} where {date_column} - date '1970-01-01' <> all($1)
                    and {date_column} - date '1970-01-01' >= $2"
                ),
                &[&kept, &work.facts.since],
            )
            .map_err(failed)?;
        let columns = target.column_list();
        let insert = |transaction: &mut Transaction<'_>| {
            let statement =
                format!("insert into gold.{name} ({columns}) select {columns} from {STAGED_ORDERS}");
            transaction.batch_execute(&statement).map_err(failed)
        };
        if work.members_first {
            // There were no orders, and nobody looks for some.
            fill::without_keys(transaction, name, insert)?;
        } else {
            insert(transaction)?;
        }
    }
    Ok(())
}

/// Compares the rows of partitions that stay with the lake's.
fn verify_kept(transaction: &mut Transaction<'_>, work: &Work) -> Result<()> {
    for (fact, table) in partitioned(work) {
        let name = table.target.name;
        if fact.kept.is_empty() {
            continue;
        }
        let rows = transaction
            .query(
                &format!(
                    "select pg_class.relname::text, count(*)
                    from gold.{name} as fact
                    inner join pg_class on fact.tableoid = pg_class.oid
                    group by 1"
                ),
                &[],
            )
            .map_err(|error| failed(&format!("cannot count gold.{name}"), error))?;
        let found: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        for period in fact.kept.iter().filter(|period| period.from >= work.facts.since) {
            let partition = period.partition(name);
            let found = found.get(&partition).copied().unwrap_or_default() as u64;
            if found != fact.rows(*period) {
                return Err(small::differs(&partition, found, fact.rows(*period)));
            }
        }
    }
    Ok(())
}

/// Whether somebody else's lock was in the way, and may not be next time.
fn is_in_the_way(error: &Error) -> bool {
    matches!(sql_state(error), Some(&SqlState::LOCK_NOT_AVAILABLE | &SqlState::T_R_DEADLOCK_DETECTED))
}

/// Who holds the facts, in words.
fn in_the_way(transaction: &mut Transaction<'_>) -> Result<String> {
    let names: Vec<_> = PARTITIONED.iter().map(|(name, _)| *name).collect();
    let rows = transaction
        .query(
            "select distinct activity.pid, activity.usename::text,
                extract(epoch from now() - activity.xact_start)::bigint
            from pg_locks as held
            inner join pg_stat_activity as activity on held.pid = activity.pid
            inner join pg_class on held.relation = pg_class.oid
            where held.granted and held.pid <> pg_backend_pid()
                and pg_class.relnamespace = 'gold'::regnamespace and pg_class.relname = any($1)
            order by 3 desc nulls last
            limit 3",
            &[&names],
        )
        .map_err(|error| failed("cannot look for readers", error))?;
    let readers: Vec<_> = rows
        .iter()
        .map(|row| {
            let (pid, user, seconds): (i32, Option<String>, Option<i64>) =
                (row.get(0), row.get(1), row.get(2));
            let user = user.unwrap_or_else(|| "unknown".into());
            format!("process {pid} of {user}, for {} s", seconds.unwrap_or_default())
        })
        .collect();
    Ok(if readers.is_empty() { "one that has ended since".into() } else { readers.join(", ") })
}

pub(super) fn execute(
    transaction: &mut Transaction<'_>,
    statements: &str,
    context: impl FnOnce() -> String,
) -> Result<()> {
    transaction.batch_execute(statements).map_err(|error| failed(&context(), error))
}
