//! Filling a table that has no rows yet.
//!
//! A row that comes into a finished table is looked up in every table that its
//! foreign keys lead to, and put into every index, one by one. Keys and indexes
//! that are taken away before, and made anew behind the rows, cost a fraction.

use postgres::Transaction;

use super::failed;
use crate::error::Result;

/// Runs `fill` on a table (of schema `gold`) without its foreign keys, and without indexes but
/// the primary key's, all within the transaction. Where the loader does not own the table, they stay.
pub(super) fn without_keys(
    transaction: &mut Transaction<'_>,
    table: &str,
    fill: impl FnOnce(&mut Transaction<'_>) -> Result<()>,
) -> Result<()> {
    let rows = transaction
        .query(
            "with wanted as (
                select 'gold.' || quote_ident($1::text) as name, pg_class.oid
                from pg_class
                where oid = ('gold.' || $1::text)::regclass and pg_has_role(relowner, 'usage')
            )
            select
                format('alter table %s drop constraint %I', name, conname),
                format('alter table %s add constraint %I %s', name, conname, pg_get_constraintdef(it.oid))
            from wanted
            inner join pg_constraint as it on it.conrelid = wanted.oid
            where contype = 'f' or contype = 'u' and not exists (
                select from pg_constraint as other
                where other.contype = 'f' and other.confrelid = it.conrelid and other.conindid = it.conindid
            )
            union all
            select format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
            from wanted
            inner join pg_index on indrelid = wanted.oid
            where not exists (
                select from pg_constraint where conindid = indexrelid and contype in ('p', 'u')
            )",
            &[&table],
        )
        .map_err(|error| failed(&format!("cannot look at the keys of gold.{table}"), error))?;
    let run = |transaction: &mut Transaction<'_>, column: usize| {
        let statements: Vec<String> = rows.iter().map(|row| row.get(column)).collect();
        transaction
            .batch_execute(&statements.join("; "))
            .map_err(|error| failed(&format!("cannot change the keys of gold.{table}"), error))
    };
    run(transaction, 0)?;
    fill(transaction)?;
    run(transaction, 1)
}
