//! Facts, compared day by day.
//!
//! A day whose rows hash as they did at the last load is not touched. A period
//! (see [`super::period`]) is replaced when one of its days changed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use postgres::GenericClient;

use super::catalog::{ORDERS, PARTITIONED, STATISTICS, Target};
use super::days::{self, Days};
use super::partition::{self, Partitioned};
use super::period::{Period, day_number, day_text, layout};
use super::stage::{Encoded, Spill, count_days, encode_periods};
use super::{Options, failed};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::summary::TableSummary;

/// So many rows of the lake are read at once if a period has not more; their encoded rows wait
/// together, partly on disk.
const ROWS_AT_ONCE: u64 = 500_000;

/// How a fact is kept.
#[derive(Debug)]
pub(super) enum Kind {
    /// In partitions, which are swapped.
    Partitioned(Arc<Partitioned>),
    /// In one table, whose days are deleted and copied.
    Whole(Target),
}

/// One fact table between being compared and being in place.
pub(super) struct Fact {
    pub(super) kind: Kind,
    date_column: &'static str,
    /// Rows of each day in the lake.
    counts: BTreeMap<i32, u64>,
    /// Partitions in place.
    pub(super) in_place: BTreeMap<String, Period>,
    /// Periods that are as they should be, or are not looked at, and periods to be replaced.
    pub(super) kept: BTreeSet<Period>,
    pub(super) changed: BTreeSet<Period>,
    bytes: u64,
    seconds: f64,
}

/// All facts.
pub(super) struct Facts {
    /// As the last load left them; nothing of them counts if everything is to be replaced.
    pub(super) known: Days,
    pub(super) trusted: Days,
    pub(super) now: Days,
    /// Days before this one are left alone.
    pub(super) since: i32,
    pub(super) facts: Vec<Fact>,
    config_hash: String,
    /// Default partitions that hold rows.
    pub(super) filled_defaults: Vec<&'static str>,
    newest: i32,
    /// Days have to be in partitions of their own.
    in_partitions: bool,
}

impl Facts {
    /// Looks at the facts on both sides; rows are not compared yet.
    ///
    /// # Errors
    /// [`Error::Load`] when the lake has lost days that the warehouse has, and they are not to be pruned.
    pub(super) fn look(
        client: &mut impl GenericClient,
        engine: &dyn Engine,
        options: &Options,
        in_partitions: bool,
    ) -> Result<Self> {
        let known = days::known(client)?;
        let mut facts = Vec::new();
        let mut filled_defaults = Vec::new();
        for (name, date_column) in PARTITIONED {
            let table = Partitioned::find(client, engine, name, date_column)?;
            let in_place = partition::all(client, name)?;
            facts.push(Fact::new(Kind::Partitioned(Arc::new(table)), date_column, engine, in_place)?);
            if in_partitions && has_rows(client, &partition::default_of(name))? {
                filled_defaults.push(*name);
            }
        }
        let orders = Target::find(client, engine, ORDERS.0)?;
        facts.push(Fact::new(Kind::Whole(orders), ORDERS.1, engine, BTreeMap::new())?);

        let newest = facts.iter().filter_map(|fact| fact.counts.keys().next_back()).max();
        let newest = newest.copied().unwrap_or_default();
        let mut facts = Self {
            trusted: if options.full_refresh { Days::new() } else { known.clone() },
            known,
            now: Days::new(),
            since: options.since.map_or(i32::MIN, day_number),
            facts,
            config_hash: days::config_hash(options),
            filled_defaults,
            newest,
            in_partitions,
        };
        if !facts.filled_defaults.is_empty() {
            // Their days are given partitions, whatever their age.
            facts.since = i32::MIN;
        }
        facts.since = facts.first_looked_at();
        facts.refuse_vanished(options)?;
        Ok(facts)
    }

    /// One fact, of which the warehouse has nothing, for bare tables.
    ///
    /// # Errors
    /// [`Error::Usage`] when no fact in partitions has that name.
    pub(super) fn bare(client: &mut impl GenericClient, engine: &dyn Engine, name: &str) -> Result<Self> {
        let (name, date_column) = PARTITIONED
            .iter()
            .find(|(known, _)| *known == name)
            .ok_or_else(|| Error::Usage(format!("gold has no fact {name} in partitions")))?;
        let table = Partitioned::find(client, engine, name, date_column)?.bare();
        let fact = Fact::new(Kind::Partitioned(Arc::new(table)), date_column, engine, BTreeMap::new())?;
        let newest = fact.counts.keys().next_back().copied().unwrap_or_default();
        Ok(Self {
            known: Days::new(),
            trusted: Days::new(),
            now: Days::new(),
            since: i32::MIN,
            facts: vec![fact],
            config_hash: String::new(),
            filled_defaults: Vec::new(),
            newest,
            in_partitions: true,
        })
    }

    /// The first day that is looked at: `since`, or the beginning of the month that it lies in,
    /// where that is one partition.
    fn first_looked_at(&self) -> i32 {
        let partitioned = self.facts.iter().filter(|fact| matches!(fact.kind, Kind::Partitioned(_)));
        let periods = partitioned.flat_map(|fact| fact.periods(self.newest, true));
        let straddling = periods.filter(|period| period.from < self.since && period.until > self.since);
        straddling.map(|period| period.from).min().unwrap_or(self.since)
    }

    /// Days that the warehouse has and the lake has not.
    pub(super) fn vanished(&self) -> Vec<i32> {
        let is_gone = |day: &i32| self.facts.iter().all(|fact| !fact.counts.contains_key(day));
        self.known.keys().copied().filter(|day| *day >= self.since).filter(is_gone).collect()
    }

    fn refuse_vanished(&self, options: &Options) -> Result<()> {
        let vanished = self.vanished();
        if vanished.is_empty() || options.prune || options.dry_run {
            return Ok(());
        }
        Err(Error::Load {
            message: format!(
                "the warehouse has {} that gold has not ({}), and they are not deleted unasked, so nothing was \
                 loaded; delete them with `clickmill load --prune`, or bring their input back",
                plural(vanished.len(), "day"),
                list(&vanished)
            ),
            source: None,
        })
    }

    /// Whether the warehouse has no facts at all, so that nobody can see members before their facts.
    pub(super) fn are_absent(&self, client: &mut impl GenericClient) -> Result<bool> {
        Ok(self.facts.iter().all(|fact| fact.in_place.is_empty())
            && self.filled_defaults.is_empty()
            && !has_rows(client, "gold.fact_orders")?)
    }

    /// Rows in the lake, by table.
    pub(super) fn counts(&self) -> u64 {
        self.facts.iter().map(|fact| fact.counts.values().sum::<u64>()).sum()
    }

    /// Reads and compares all days that are looked at, and hands over each period that differs.
    pub(super) fn compare(
        &mut self,
        engine: &dyn Engine,
        orders: &BTreeMap<i32, u64>,
        spill: &Spill,
        progress: &Progress,
        mut on_change: impl FnMut(&Kind, Period, Encoded) -> Result<()>,
    ) -> Result<()> {
        for number in 0..self.facts.len() {
            let started = Instant::now();
            let fact = &self.facts[number];
            let (since, in_partitions) = (self.since, self.in_partitions);
            let periods = fact.periods(self.newest, matches!(fact.kind, Kind::Partitioned(_)));
            let periods: Vec<_> = periods.into_iter().filter(|period| period.until > since).collect();
            let older: Vec<_> =
                fact.in_place.values().copied().filter(|period| period.until <= since).collect();
            // A day that was merged lies in any partition.
            let is_merged = |fact: &Fact| !in_partitions && matches!(fact.kind, Kind::Partitioned(_));
            let fact = &mut self.facts[number];
            fact.kept.extend(older);
            for at_once in fact.at_once(&periods) {
                let found =
                    encode_periods(engine, fact.target(), fact.date_column, &at_once, spill, progress)?;
                for (period, found) in at_once.into_iter().zip(found) {
                    for (day, hash) in &found.days {
                        days::note(&mut self.now, *day, number, *hash, &self.config_hash);
                    }
                    let is_same = is_known(&self.trusted, &self.now, number, period)
                        && (fact.is_there(period, found.encoded.rows, orders) || is_merged(fact));
                    if is_same {
                        fact.kept.insert(period);
                        continue;
                    }
                    fact.changed.insert(period);
                    fact.bytes += found.encoded.size();
                    on_change(&fact.kind, period, found.encoded)?;
                }
            }
            fact.seconds = started.elapsed().as_secs_f64();
        }
        Ok(())
    }

    /// Whether any day has to change.
    pub(super) fn is_changed(&self) -> bool {
        let known = self.known.range(self.since..);
        !known.eq(self.now.iter()) || self.facts.iter().any(|fact| !fact.changed.is_empty() || fact.has_old())
    }

    /// Days that differ from the last load's.
    pub(super) fn changed_days(&self) -> Vec<i32> {
        self.now.iter().filter(|(day, now)| self.trusted.get(day) != Some(now)).map(|(day, _)| *day).collect()
    }

    /// What was done, for the closing table.
    pub(super) fn summaries(&self) -> impl Iterator<Item = TableSummary> {
        self.facts.iter().map(|fact| {
            let name = format!("gold.{}", fact.target().name);
            let rows = fact.counts.values().sum();
            if fact.changed.is_empty() && !fact.has_old() {
                TableSummary::unchanged(name, rows, fact.seconds)
            } else {
                TableSummary::new(name, rows, fact.bytes, fact.seconds)
            }
        })
    }
}

impl Kind {
    pub(super) fn target(&self) -> &Target {
        match self {
            Kind::Partitioned(table) => &table.target,
            Kind::Whole(target) => target,
        }
    }

    /// The statement that tells the planner about the whole table.
    pub(super) fn analyze(&self) -> String {
        match self {
            Kind::Partitioned(table) => table.analyze(),
            Kind::Whole(target) => format!("begin; {STATISTICS}; analyze gold.{}; commit", target.name),
        }
    }
}

impl Fact {
    fn new(
        kind: Kind,
        date_column: &'static str,
        engine: &dyn Engine,
        in_place: BTreeMap<String, Period>,
    ) -> Result<Self> {
        let mut fact = Self {
            kind,
            date_column,
            counts: BTreeMap::new(),
            in_place,
            kept: BTreeSet::new(),
            changed: BTreeSet::new(),
            bytes: 0,
            seconds: 0.0,
        };
        fact.counts = count_days(engine, fact.target().name, date_column)?;
        Ok(fact)
    }

    pub(super) fn target(&self) -> &Target {
        self.kind.target()
    }

    pub(super) fn date_column(&self) -> &'static str {
        self.date_column
    }

    /// The periods of the lake's rows; single days if not in partitions.
    fn periods(&self, newest: i32, in_partitions: bool) -> Vec<Period> {
        let days = self.counts.keys().copied();
        if in_partitions {
            layout(days, newest)
        } else {
            days.map(|day| Period { from: day, until: day + 1 }).collect()
        }
    }

    /// The periods, cut into runs of few rows each; never within a period.
    fn at_once(&self, periods: &[Period]) -> Vec<Vec<Period>> {
        let mut runs: Vec<Vec<Period>> = Vec::new();
        let (mut rows, mut month) = (0, None);
        for period in periods {
            let more = self.rows(*period);
            let its_month = super::period::month_of(period.from);
            // A file of the lake holds a month: to read it for each day would cost most.
            match runs.last_mut() {
                Some(run) if rows + more <= ROWS_AT_ONCE || its_month == month => run.push(*period),
                _ => {
                    runs.push(vec![*period]);
                    rows = 0;
                }
            }
            rows += more;
            month = its_month;
        }
        runs
    }

    /// The lake's rows of a period.
    pub(super) fn rows(&self, period: Period) -> u64 {
        self.counts.range(period.from..period.until).map(|(_, rows)| rows).sum()
    }

    fn is_there(&self, period: Period, rows: u64, orders: &BTreeMap<i32, u64>) -> bool {
        match &self.kind {
            Kind::Partitioned(table) => {
                self.in_place.get(&period.partition(table.target.name)) == Some(&period)
            }
            Kind::Whole(_) => orders.get(&period.from) == Some(&rows),
        }
    }

    /// The partitions that have to go: replaced, or of no day that gold has.
    pub(super) fn old(&self) -> impl Iterator<Item = &str> {
        self.in_place.iter().filter(|(_, period)| !self.kept.contains(period)).map(|(name, _)| name.as_str())
    }

    fn has_old(&self) -> bool {
        self.old().next().is_some()
    }
}

/// Whether every day of the period hashes as it did.
fn is_known(trusted: &Days, now: &Days, number: usize, period: Period) -> bool {
    let hashes = |days: &Days| -> Vec<(i32, String, String)> {
        days.range(period.from..period.until)
            .filter_map(|(day, it)| Some((*day, it.hashes[number].clone()?, it.config_hash.clone())))
            .collect()
    };
    hashes(trusted) == hashes(now)
}

fn has_rows(client: &mut impl GenericClient, table: &str) -> Result<bool> {
    let row = client
        .query_one(&format!("select exists (select from {table})"), &[])
        .map_err(|error| failed(&format!("cannot look into {table}"), error))?;
    Ok(row.get(0))
}

/// The first few days, and how many more.
pub(super) fn list(days: &[i32]) -> String {
    const SHOWN: usize = 5;
    let shown: Vec<_> = days.iter().take(SHOWN).map(|day| day_text(*day)).collect();
    match days.len().saturating_sub(SHOWN) {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

/// `1 day`, `2 days`.
pub(super) fn plural(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
