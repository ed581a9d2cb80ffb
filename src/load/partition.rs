//! One day of a partitioned table: staged beside it, then put in place.

use std::collections::BTreeSet;

use arrow::temporal_conversions::date32_to_datetime;
use postgres::Transaction;

use super::catalog::{Target, quoted};
use super::failed;
use super::stage::Encoded;
use crate::error::Result;

/// The day as people write it.
pub(super) fn day_text(day: i32) -> String {
    date32_to_datetime(day).map_or_else(|| day.to_string(), |date| date.format("%Y-%m-%d").to_string())
}

/// The partition that holds a day of `table`.
pub(super) fn name(table: &str, day: i32) -> String {
    format!("{table}_{}", day_text(day).replace('-', "_"))
}

/// The names of a table's partitions.
pub(super) fn all(transaction: &mut Transaction<'_>, table: &str) -> Result<BTreeSet<String>> {
    let rows = transaction
        .query(
            "select pg_class.relname::text
            from pg_inherits
            inner join pg_class on pg_inherits.inhrelid = pg_class.oid
            where pg_inherits.inhparent = ('gold.' || $1)::text::regclass",
            &[&table],
        )
        .map_err(|error| failed(&format!("cannot look at the days of gold.{table}"), error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// What follows `create index on TABLE using` for each index of a table but its primary key.
pub(super) fn index_bodies(transaction: &mut Transaction<'_>, table: &str) -> Result<Vec<String>> {
    let rows = transaction
        .query(
            "select pg_get_indexdef(indexrelid)
            from pg_index
            where indrelid = ('gold.' || $1)::text::regclass and not indisprimary",
            &[&table],
        )
        .map_err(|error| failed(&format!("cannot look at the indexes of gold.{table}"), error))?;
    Ok(rows
        .iter()
        .filter_map(|row| row.get::<_, &str>(0).split_once(" USING ").map(|(_, body)| body.to_owned()))
        .collect())
}

/// Copies a day into a table of its own, with all that the partition will need but foreign keys.
pub(super) fn stage(
    transaction: &mut Transaction<'_>,
    target: &Target,
    day: i32,
    date_column: &str,
    indexes: &[String],
    encoded: &Encoded,
) -> Result<()> {
    let table = target.name;
    let stage = format!("gold.{}_new", name(table, day));
    let context = format!("cannot stage {} of gold.{table}", day_text(day));
    transaction
        .batch_execute(&format!("create table {stage} (like gold.{table} including constraints)"))
        .map_err(|error| failed(&context, error))?;
    encoded.copy(transaction, target, &stage, true)?;
    let mut statements = format!(
        "alter table {stage} add primary key ({}), add constraint day check \
         ({date_column} >= '{}' and {date_column} < '{}');",
        quoted(&target.key),
        day_text(day),
        day_text(day + 1),
    );
    for body in indexes {
        statements += &format!("create index on {stage} using {body};");
    }
    transaction.batch_execute(&statements).map_err(|error| failed(&context, error))
}

/// Makes a staged day a partition, where its foreign keys are checked; the check it carries
/// spares another reading of its rows.
pub(super) fn attach(transaction: &mut Transaction<'_>, table: &str, day: i32) -> Result<()> {
    let partition = name(table, day);
    let statements = format!(
        "alter table gold.{partition}_new rename to {partition}; \
         alter table gold.{table} attach partition gold.{partition} for values from ('{}') to ('{}'); \
         alter table gold.{partition} drop constraint day",
        day_text(day),
        day_text(day + 1),
    );
    transaction
        .batch_execute(&statements)
        .map_err(|error| failed(&format!("cannot put {} into gold.{table}", day_text(day)), error))
}
