//! What the warehouse remembers of each day: `gold.etl_load`.

use std::collections::BTreeMap;

use postgres::{GenericClient, Transaction};

use super::stage::RowsHash;
use super::{Options, failed, fingerprint};
use crate::error::Result;

/// The three fact tables' hashes of one day: events, sessions, orders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Day {
    pub(super) hashes: [Option<String>; 3],
    pub(super) rows: i64,
    pub(super) config_hash: String,
}

/// Days, counted from 1970-01-01.
pub(super) type Days = BTreeMap<i32, Day>;

/// Writes down a day's rows of fact `number`.
pub(super) fn note(days: &mut Days, day: i32, number: usize, hash: RowsHash, config_hash: &str) {
    let day = days.entry(day).or_default();
    day.rows += hash.rows as i64;
    day.hashes[number] = Some(hash.to_string());
    config_hash.clone_into(&mut day.config_hash);
}

/// Days are replaced when the settings behind their figures change.
pub(super) fn config_hash(options: &Options) -> String {
    let Options { time_zone, currency, config_hash, .. } = options;
    fingerprint(format!("{time_zone}\n{currency}\n{config_hash}"))
}

/// The days of the last load.
pub(super) fn known(client: &mut impl GenericClient) -> Result<Days> {
    let rows = client
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
pub(super) fn orders(client: &mut impl GenericClient) -> Result<BTreeMap<i32, u64>> {
    let rows = client
        .query("select order_date - date '1970-01-01', count(*) from gold.fact_orders group by 1", &[])
        .map_err(|error| failed("cannot count gold.fact_orders", error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get::<_, i64>(1) as u64)).collect())
}

/// Writes what there is `now` from day `since` on; days that are as they were are not touched.
pub(super) fn remember(
    transaction: &mut Transaction<'_>,
    known: &Days,
    now: &Days,
    since: i32,
) -> Result<()> {
    let failed = |error| failed("cannot write gold.etl_load", error);
    let days: Vec<_> = now.keys().copied().collect();
    transaction
        .execute(
            "delete from gold.etl_load
            where day - date '1970-01-01' <> all($1) and day - date '1970-01-01' >= $2",
            &[&days, &since],
        )
        .map_err(failed)?;
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
        .map_err(failed)?;
    for (day, now) in now.iter().filter(|(day, now)| known.get(day) != Some(now)) {
        let [events, sessions, orders] = &now.hashes;
        transaction
            .execute(&insert, &[day, events, sessions, orders, &now.rows, &now.config_hash])
            .map_err(failed)?;
    }
    Ok(())
}
