//! Facts, compared and replaced day by day.
//!
//! A day whose rows hash as they did at the last load is not touched. The
//! others are staged beside the tables readers see (rows first, then keys and
//! indexes: six times cheaper than the other way round) and put in their place
//! at the end of the transaction, when the dimensions are there.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use postgres::Transaction;

use super::catalog::{ORDERS, PARTITIONED, Target};
use super::partition::{self, day_text};
use super::stage::encode_days;
use super::{Options, failed, fingerprint};
use crate::engine::Engine;
use crate::error::Result;
use crate::progress::Progress;
use crate::summary::TableSummary;

/// The three fact tables' hashes of one day: events, sessions, orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Day {
    hashes: [Option<String>; 3],
    rows: i64,
    config_hash: String,
}

/// One fact table between being staged and being in place.
struct Fact {
    target: Target,
    /// Days that are as they should be, and days staged anew.
    kept: BTreeSet<i32>,
    staged: BTreeSet<i32>,
    rows: u64,
    bytes: u64,
    seconds: f64,
}

/// All facts, staged.
pub(super) struct Facts {
    known: BTreeMap<i32, Day>,
    now: BTreeMap<i32, Day>,
    facts: Vec<Fact>,
}

impl Facts {
    /// Reads the facts from the lake and stages every day that the warehouse has not, or has otherwise.
    pub(super) fn stage(
        transaction: &mut Transaction<'_>,
        engine: &dyn Engine,
        options: &Options,
        progress: &Progress,
    ) -> Result<Self> {
        let known = if options.full_refresh { BTreeMap::new() } else { known_days(transaction)? };
        let mut facts = Self { known, now: BTreeMap::new(), facts: Vec::new() };
        for (name, date_column) in PARTITIONED.iter().copied().chain([ORDERS]) {
            facts.stage_fact(transaction, engine, options, progress, name, date_column)?;
        }
        Ok(facts)
    }

    fn stage_fact(
        &mut self,
        transaction: &mut Transaction<'_>,
        engine: &dyn Engine,
        options: &Options,
        progress: &Progress,
        name: &'static str,
        date_column: &str,
    ) -> Result<()> {
        let started = Instant::now();
        let number = self.facts.len();
        let target = Target::find(transaction, engine, name)?;
        let is_partitioned = name != ORDERS.0;
        let in_place = if is_partitioned { partition::all(transaction, name)? } else { BTreeSet::new() };
        let order_counts = if is_partitioned { BTreeMap::new() } else { orders_by_day(transaction)? };
        let indexes = partition::index_bodies(transaction, name)?;
        let config_hash = config_hash(options);
        let mut fact =
            Fact { target, kept: BTreeSet::new(), staged: BTreeSet::new(), rows: 0, bytes: 0, seconds: 0.0 };
        if !is_partitioned {
            transaction
                .batch_execute(&format!(
                    "create temporary table stage_{name} (like gold.{name}) on commit drop"
                ))
                .map_err(|error| failed(&format!("cannot stage gold.{name}"), error))?;
        }
        let Fact { target, kept, staged, rows, bytes, .. } = &mut fact;
        let (known, now) = (&self.known, &mut self.now);
        encode_days(engine, target, date_column, progress, |day, encoded| {
            let hash = Some(encoded.hash());
            *rows += encoded.rows;
            let today = now.entry(day).or_default();
            today.rows += encoded.rows as i64;
            today.config_hash.clone_from(&config_hash);
            today.hashes[number].clone_from(&hash);
            let is_known = known
                .get(&day)
                .is_some_and(|known| known.hashes[number] == hash && known.config_hash == config_hash);
            let is_there = if is_partitioned {
                in_place.contains(&partition::name(name, day))
            } else {
                order_counts.get(&day) == Some(&(encoded.rows as i64))
            };
            if is_known && is_there {
                kept.insert(day);
                return Ok(());
            }
            staged.insert(day);
            *bytes += encoded.size();
            if is_partitioned {
                partition::stage(transaction, target, day, date_column, &indexes, &encoded)
            } else {
                encoded.copy(transaction, target, &format!("pg_temp.stage_{name}"), false)
            }
        })?;
        fact.seconds = started.elapsed().as_secs_f64();
        self.facts.push(fact);
        Ok(())
    }

    /// Whether any day has to change.
    pub(super) fn is_changed(&self) -> bool {
        self.known != self.now || self.facts.iter().any(|fact| !fact.staged.is_empty())
    }

    /// Takes away every day that is not as it should be. Dead dimension members can then be
    /// deleted cheaply, and the staged days be put in place.
    pub(super) fn remove_old(&self, transaction: &mut Transaction<'_>) -> Result<()> {
        for day in self.known.keys().filter(|day| !self.now.contains_key(day)) {
            tracing::warn!(day = day_text(*day), "the day is gone from gold and leaves the warehouse too");
        }
        for fact in &self.facts {
            let name = fact.target.name;
            let context = format!("cannot take old days out of gold.{name}");
            if name == ORDERS.0 {
                let kept: Vec<_> = fact.kept.iter().copied().collect();
                transaction
                    .execute(
                        "delete from gold.fact_orders where order_date - date '1970-01-01' <> all($1)",
                        &[&kept],
                    )
                    .map_err(|error| failed(&context, error))?;
                continue;
            }
            let kept: BTreeSet<_> = fact.kept.iter().map(|day| partition::name(name, *day)).collect();
            for old in partition::all(transaction, name)?.difference(&kept) {
                transaction
                    .batch_execute(&format!("drop table gold.{old}"))
                    .map_err(|error| failed(&context, error))?;
            }
        }
        Ok(())
    }

    /// Puts the staged days in place, where their foreign keys are checked, and remembers their hashes.
    pub(super) fn put_in_place(&mut self, transaction: &mut Transaction<'_>) -> Result<()> {
        for fact in &mut self.facts {
            let started = Instant::now();
            let name = fact.target.name;
            let context = format!("cannot put new days into gold.{name}");
            if name == ORDERS.0 {
                let columns = fact.target.column_list();
                transaction
                    .batch_execute(&format!(
                        "insert into gold.{name} ({columns}) select {columns} from pg_temp.stage_{name}"
                    ))
                    .map_err(|error| failed(&context, error))?;
            } else {
                for day in &fact.staged {
                    partition::attach(transaction, name, *day)?;
                }
            }
            fact.seconds += started.elapsed().as_secs_f64();
        }
        self.remember(transaction)
    }

    /// What was done, for the closing table.
    pub(super) fn summaries(&self) -> impl Iterator<Item = TableSummary> {
        self.facts.iter().map(|fact| {
            let name = format!("gold.{}", fact.target.name);
            if fact.staged.is_empty() {
                TableSummary::unchanged(name, fact.rows, fact.seconds)
            } else {
                TableSummary::new(name, fact.rows, fact.bytes, fact.seconds)
            }
        })
    }

    fn remember(&self, transaction: &mut Transaction<'_>) -> Result<()> {
        let context = "cannot write gold.etl_load";
        let days: Vec<_> = self.now.keys().copied().collect();
        transaction
            .execute("delete from gold.etl_load where day - date '1970-01-01' <> all($1)", &[&days])
            .map_err(|error| failed(context, error))?;
        let insert = transaction
            .prepare(
                "insert into gold.etl_load values (date '1970-01-01' + $1::integer, $2, $3, $4, $5, $6, now())
                on conflict (day) do update set
                    events_hash = excluded.events_hash,
                    sessions_hash = excluded.sessions_hash,
                    orders_hash = excluded.orders_hash,
                    \"rows\" = excluded.\"rows\",
                    config_hash = excluded.config_hash,
                    loaded_at = excluded.loaded_at",
            )
            .map_err(|error| failed(context, error))?;
        for (day, now) in self.now.iter().filter(|(day, now)| self.known.get(day) != Some(now)) {
            let [events, sessions, orders] = &now.hashes;
            transaction
                .execute(&insert, &[day, events, sessions, orders, &now.rows, &now.config_hash])
                .map_err(|error| failed(context, error))?;
        }
        Ok(())
    }
}

/// Days are replaced when the settings behind their figures change.
fn config_hash(options: &Options) -> String {
    let Options { time_zone, currency, config_hash, .. } = options;
    fingerprint(format!("{time_zone}\n{currency}\n{config_hash}"))
}

fn known_days(transaction: &mut Transaction<'_>) -> Result<BTreeMap<i32, Day>> {
    let rows = transaction
        .query(
            "select
                day - date '1970-01-01',
                events_hash,
                sessions_hash,
                orders_hash,
                \"rows\",
                config_hash
            from gold.etl_load",
            &[],
        )
        .map_err(|error| failed("cannot read gold.etl_load", error))?;
    Ok(rows
        .iter()
        .map(|row| {
            let hashes = [row.get(1), row.get(2), row.get(3)];
            (row.get(0), Day { hashes, rows: row.get(4), config_hash: row.get(5) })
        })
        .collect())
}

/// How many orders each day has.
fn orders_by_day(transaction: &mut Transaction<'_>) -> Result<BTreeMap<i32, i64>> {
    let rows = transaction
        .query("select order_date - date '1970-01-01', count(*) from gold.fact_orders group by 1", &[])
        .map_err(|error| failed("cannot count gold.fact_orders", error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
