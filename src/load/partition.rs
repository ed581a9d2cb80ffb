//! One period of a partitioned table: staged beside it, then put in place.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use postgres::{Client, GenericClient};

use super::catalog::{PARTITIONED, STATISTICS, Target, key_columns, quoted};
use super::failed;
use super::period::{Period, day_number, day_text};
use super::stage::Encoded;
use crate::engine::Engine;
use crate::error::Result;

/// What ends the name of a table that is not in place yet.
const STAGED: &str = "_new";
/// How many tables are dropped by one statement, so that their locks are few.
const DROPPED_AT_ONCE: usize = 50;

/// A partitioned fact and all that a new partition of it needs.
#[derive(Debug)]
pub(super) struct Partitioned {
    pub(super) target: Target,
    pub(super) date_column: &'static str,
    /// Columns and checks of a new partition, as `create table` takes them.
    definitions: String,
    /// What follows `create index on TABLE using`, for each index but the primary key.
    indexes: Vec<String>,
    /// Definitions of the foreign keys, all to dimensions.
    foreign_keys: Vec<String>,
    /// Columns by which rows are found and joined. Of the others, addresses and the like,
    /// statistics cost most of the time and steer no plan.
    key_columns: String,
    is_bare: bool,
}

impl Partitioned {
    /// Looks the table up on the server.
    pub(super) fn find(
        client: &mut impl GenericClient,
        engine: &dyn Engine,
        name: &'static str,
        date_column: &'static str,
    ) -> Result<Self> {
        let target = Target::find(client, engine, name)?;
        let mut texts = |sql: &str| -> Result<Vec<String>> {
            let rows = client
                .query(sql, &[&name])
                .map_err(|error| failed(&format!("cannot look at the indexes of gold.{name}"), error))?;
            Ok(rows.iter().map(|row| row.get(0)).collect())
        };
        let indexes = texts(
            "select pg_get_indexdef(indexrelid)
            from pg_index
            where indrelid = ('gold.' || $1)::text::regclass and not indisprimary",
        )?;
        let indexes =
            indexes.iter().filter_map(|text| text.split_once(" USING ")).map(|(_, body)| body.to_owned());
        let indexes = indexes.collect();
        let foreign_keys = texts(
            "select pg_get_constraintdef(oid)
            from pg_constraint
            where conrelid = ('gold.' || $1)::text::regclass and contype = 'f'
            order by confrelid, conkey",
        )?;
        let key_columns = key_columns(client, name)?;
        Ok(Self {
            definitions: definitions(client, name, &key_columns)?,
            key_columns: quoted(&key_columns),
            target,
            date_column,
            indexes,
            foreign_keys,
            is_bare: false,
        })
    }

    /// The same without keys, indexes and statistics.
    pub(super) fn bare(self) -> Self {
        Self { is_bare: true, ..self }
    }

    /// Copies a period into a table of its own, with all that the partition will need but foreign
    /// keys; with statistics too unless the whole table is told of its rows afterwards anyway.
    pub(super) fn stage(
        &self,
        client: &mut Client,
        period: Period,
        rows: &mut Encoded,
        with_statistics: bool,
    ) -> Result<()> {
        let table = self.target.name;
        let stage = staged(table, period);
        let failed = |error| failed(&format!("cannot stage {period} of gold.{table}"), error);
        // Made and filled by one transaction, the rows are frozen, and with wal_level minimal not logged.
        let mut transaction = client.transaction().map_err(failed)?;
        let create = format!(
            "create table {stage} ({}, constraint period check ({date} >= '{}' and {date} < '{}'))",
            self.definitions,
            day_text(period.from),
            day_text(period.until),
            date = self.date_column,
        );
        transaction.batch_execute(&create).map_err(failed)?;
        rows.copy(&mut transaction, &self.target, &stage, true)?;
        if self.is_bare {
            return transaction.commit().map_err(failed);
        }
        let mut statements = format!("alter table {stage} add primary key ({});", quoted(&self.target.key));
        for body in &self.indexes {
            statements += &format!("create index on {stage} using {body};");
        }
        if with_statistics {
            statements += &format!("{STATISTICS}; analyze {stage} ({})", self.key_columns);
        }
        transaction.batch_execute(&statements).map_err(failed)?;
        transaction.commit().map_err(failed)
    }

    /// The statement that adds the foreign keys to a staged period, checked at once or not at all.
    /// It locks every dimension against writers, so two of them follow one another.
    pub(super) fn add_keys(&self, period: Period, is_checked: bool) -> String {
        let keys: Vec<_> = self
            .foreign_keys
            .iter()
            .enumerate()
            .map(|(number, key)| {
                let constraint = self.key_name(period, number);
                format!("add constraint {constraint} {key}{}", if is_checked { "" } else { " not valid" })
            })
            .collect();
        format!("alter table {} {}", staged(self.target.name, period), keys.join(", "))
    }

    /// The statement that checks foreign keys added unchecked; many run side by side.
    pub(super) fn check_keys(&self, period: Period) -> String {
        let keys: Vec<_> = (0..self.foreign_keys.len())
            .map(|number| format!("validate constraint {}", self.key_name(period, number)))
            .collect();
        format!("alter table {} {}", staged(self.target.name, period), keys.join(", "))
    }

    /// The statements that make a staged period a partition; the constraints it carries spare
    /// another reading of its rows.
    pub(super) fn attach(&self, period: Period) -> String {
        let table = self.target.name;
        let partition = period.partition(table);
        format!(
            "alter table gold.{partition}{STAGED} rename to {partition}; \
             alter table gold.{table} attach partition gold.{partition} for values from ('{}') to ('{}'); \
             alter table gold.{partition} drop constraint period;",
            day_text(period.from),
            day_text(period.until),
        )
    }

    /// The statement that tells the planner about all partitions together.
    pub(super) fn analyze(&self) -> String {
        format!("begin; {STATISTICS}; analyze gold.{} ({}); commit", self.target.name, self.key_columns)
    }

    fn key_name(&self, period: Period, number: usize) -> String {
        format!("{}_key_{number}", period.partition(self.target.name))
    }
}

/// A partition's columns and checks. The server finds a value by going through those before it in
/// the row, unless they are of one length and never null: such columns come first, then those that
/// keys and indexes are made of, and texts that only people read come last. A partition may lay its
/// columns out in another order than its table; nobody who asks sees it.
fn definitions(client: &mut impl GenericClient, name: &str, key_columns: &[String]) -> Result<String> {
    let rows = client
        .query(
            "select definition
            from (
                select
                    0 as kind,
                    attnotnull and attlen > 0 as is_first,
                    case when attnotnull and attlen > 0 then attlen % 8 end as odd_bytes,
                    attname = any($2) and attlen > 0 as is_short_key,
                    attname = any($2) as is_in_key,
                    attnotnull as is_given,
                    attnum as number,
                    format('%I %s', attname, format_type(atttypid, atttypmod))
                    || case when attnotnull then ' not null' else '' end as definition
                from pg_attribute
                where attrelid = ('gold.' || $1)::text::regclass and attnum > 0 and not attisdropped
                union all
                select
                    1, false, null, false, false, false, 0,
                    format('constraint %I %s', conname, pg_get_constraintdef(oid))
                from pg_constraint
                where conrelid = ('gold.' || $1)::text::regclass and contype = 'c'
            ) as part
            order by
                kind, is_first desc, odd_bytes, is_short_key desc, is_in_key desc, is_given desc, number",
            &[&name, &key_columns],
        )
        .map_err(|error| failed(&format!("cannot look at the columns of gold.{name}"), error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect::<Vec<String>>().join(", "))
}

fn staged(table: &str, period: Period) -> String {
    format!("gold.{}{STAGED}", period.partition(table))
}

/// A table's partitions and their periods, but for the default one.
pub(super) fn all(client: &mut impl GenericClient, table: &str) -> Result<BTreeMap<String, Period>> {
    let rows = client
        .query(
            "select pg_class.relname::text, pg_get_expr(pg_class.relpartbound, pg_class.oid)
            from pg_inherits
            inner join pg_class on pg_inherits.inhrelid = pg_class.oid
            where pg_inherits.inhparent = to_regclass('gold.' || $1)",
            &[&table],
        )
        .map_err(|error| failed(&format!("cannot look at the partitions of gold.{table}"), error))?;
    let partitions = rows.iter().filter(|row| row.get::<_, &str>(1) != "DEFAULT");
    Ok(partitions.map(|row| (row.get(0), period_of(row.get(1)))).collect())
}

/// The period in `FOR VALUES FROM ('2026-01-05') TO ('2026-01-06')`; all days where it is another text.
fn period_of(bound: &str) -> Period {
    let mut dates = bound.split('\'').filter_map(|text| text.parse::<NaiveDate>().ok()).map(day_number);
    match (dates.next(), dates.next()) {
        (Some(from), Some(until)) => Period { from, until },
        _ => Period { from: i32::MIN, until: i32::MAX },
    }
}

/// The partition for days that have none of their own, which a loader that may not make tables fills.
pub(super) fn default_of(table: &str) -> String {
    format!("gold.{table}_default")
}

/// Drops what loads that were cut short have staged. The caller holds the load's lock.
pub(super) fn drop_staged(client: &mut impl GenericClient) -> Result<u64> {
    let failed = |error| failed("cannot drop what a load that was cut short has left", error);
    let pattern = format!(
        "^({})_[0-9_]+{STAGED}$",
        PARTITIONED.iter().map(|(name, _)| *name).collect::<Vec<_>>().join("|")
    );
    let rows = client
        .query(
            "select relname::text
            from pg_class
            where relnamespace = 'gold'::regnamespace and relname ~ $1 and relkind = 'r' and not relispartition",
            &[&pattern],
        )
        .map_err(failed)?;
    let names: Vec<String> = rows.iter().map(|row| format!("gold.{}", row.get::<_, &str>(0))).collect();
    for names in names.chunks(DROPPED_AT_ONCE) {
        client.batch_execute(&format!("drop table if exists {}", names.join(", "))).map_err(failed)?;
    }
    Ok(names.len() as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_read() {
        let period = period_of("FOR VALUES FROM ('1970-01-02') TO ('1970-01-03')");
        assert_eq!(period, Period { from: 1, until: 2 });
        assert_eq!(period_of("FOR VALUES FROM (MINVALUE) TO ('1970-01-03')").from, i32::MIN);
    }
}
