//! The warehouse's tables as the server knows them, and how each is loaded.

use postgres::GenericClient;

use super::encode::PgType;
use super::failed;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// Tables compared as a whole, referenced before referencing.
pub(super) const DIMENSIONS: &[&str] = &[
    "dim_date",
    "dim_event_type",
    "dim_device",
    "dim_channel",
    "dim_products",
    "dim_product_metrics",
    "dim_users",
    "dim_visitors",
];

/// Tables compared day by day, with their date column: partitions to be swapped ...
pub(super) const PARTITIONED: &[(&str, &str)] =
    &[("fact_events", "event_date"), ("fact_sessions", "session_date")];

/// ... and one whose days are deleted and copied.
pub(super) const ORDERS: (&str, &str) = ("fact_orders", "order_date");

/// Tables compared as a whole, which nothing references.
pub(super) const AGGREGATES: &[&str] = &[
    "fact_daily_metrics",
    "agg_session_daily",
    "agg_session_group_daily",
    "agg_product_daily",
    "agg_cart_product_daily",
    "agg_user_weekly",
    "agg_lifecycle_weekly",
    "agg_first_purchase_daily",
    "agg_search_daily",
    "agg_category_metrics",
    "fact_attribution",
    "agg_attribution_daily",
    "agg_funnel_daily",
    "agg_journey_daily",
    "agg_retention_daily",
    "agg_retention_weekly",
    "agg_retention_monthly",
    "agg_product_affinity",
    "agg_experiment_daily",
    "agg_product_recommendations",
];

/// A sample a third of the usual size: the planner's guesses do not need more, and looking for
/// them costs as much as an index.
pub(super) const STATISTICS: &str = "set local default_statistics_target = 30";

/// A table of schema `gold` on the server.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) name: &'static str,
    pub(super) columns: Vec<String>,
    pub(super) types: Vec<PgType>,
    /// The primary key's columns, in its order.
    pub(super) key: Vec<String>,
}

impl Target {
    /// Looks the table up on the server and compares its columns with the lake's.
    pub(super) fn find(
        client: &mut impl GenericClient,
        engine: &dyn Engine,
        name: &'static str,
    ) -> Result<Self> {
        let rows = client
            .query(
                "select
                    attribute.attname,
                    format_type(attribute.atttypid, attribute.atttypmod),
                    array_position(index.indkey::int2[], attribute.attnum) as key_position
                from pg_attribute as attribute
                left join pg_index as index
                    on attribute.attrelid = index.indrelid and index.indisprimary
                where attribute.attrelid = ('gold.' || $1)::text::regclass
                    and attribute.attnum > 0
                    and not attribute.attisdropped
                order by attribute.attnum",
                &[&name],
            )
            .map_err(|error| failed(&format!("cannot look at gold.{name}"), error))?;
        let mut target = Self { name, columns: Vec::new(), types: Vec::new(), key: Vec::new() };
        let mut key = Vec::new();
        for row in rows {
            let (column, type_name): (String, String) = (row.get(0), row.get(1));
            let pg_type = PgType::parse(&type_name).ok_or_else(|| Error::Load {
                message: format!("gold.{name}.{column} is {type_name} on the server, which is never loaded"),
                source: None,
            })?;
            if let Some(position) = row.get::<_, Option<i32>>(2) {
                key.push((position, column.clone()));
            }
            target.columns.push(column);
            target.types.push(pg_type);
        }
        key.sort();
        target.key = key.into_iter().map(|(_, column)| column).collect();
        target.check_lake(engine)?;
        Ok(target)
    }

    /// The statement that reads the table's rows from the lake, in any order.
    pub(super) fn select(&self, condition: &str) -> String {
        format!("select {} from gold.{}{condition}", self.column_list(), self.name)
    }

    /// The columns, ready for a statement.
    pub(super) fn column_list(&self) -> String {
        quoted(&self.columns)
    }

    fn check_lake(&self, engine: &dyn Engine) -> Result<()> {
        let found = engine.columns("gold", self.name);
        if found.is_empty() {
            return Err(Error::Load {
                message: format!("the lake has no gold.{}; run `clickmill transform` first", self.name),
                source: None,
            });
        }
        let missing: Vec<_> = self
            .columns
            .iter()
            .filter(|column| found.iter().all(|(name, _)| name != *column))
            .map(String::as_str)
            .collect();
        if !missing.is_empty() {
            return Err(Error::Load {
                message: format!(
                    "gold.{} of the lake lacks {}; run `clickmill transform` of this version again",
                    self.name,
                    missing.join(", ")
                ),
                source: None,
            });
        }
        Ok(())
    }
}

/// All tables that are loaded, dimensions first.
pub(super) fn all_tables() -> impl Iterator<Item = &'static str> {
    let facts = PARTITIONED.iter().map(|(name, _)| *name).chain([ORDERS.0]);
    DIMENSIONS.iter().copied().chain(facts).chain(AGGREGATES.iter().copied())
}

/// The columns of a table by which a key, a foreign key or an index finds rows; those that an index
/// only carries are not.
pub(super) fn key_columns(client: &mut impl GenericClient, name: &str) -> Result<Vec<String>> {
    let rows = client
        .query(
            "select attname::text
            from pg_attribute
            where attrelid = ('gold.' || $1)::text::regclass and attnum > 0 and (
                exists (
                    select from pg_index
                    where indrelid = attrelid and attnum = any((indkey::int2[])[:indnkeyatts - 1])
                )
                or exists (select from pg_constraint where conrelid = attrelid and attnum = any(conkey))
            )",
            &[&name],
        )
        .map_err(|error| failed(&format!("cannot look at the keys of gold.{name}"), error))?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// The keys of other tables that lead to a dimension's members: table and column.
pub(super) fn referencing(client: &mut impl GenericClient, name: &str) -> Result<Vec<(String, String)>> {
    let rows = client
        .query(
            "select pg_class.relname::text, attname::text
            from pg_constraint
            inner join pg_class on pg_constraint.conrelid = pg_class.oid
            inner join pg_attribute on attrelid = conrelid and attnum = conkey[1]
            where contype = 'f' and confrelid = ('gold.' || $1)::text::regclass and pg_class.relname = any($2)
            order by 1, 2",
            &[&name, &all_tables().collect::<Vec<_>>()],
        )
        .map_err(|error| failed(&format!("cannot look at the keys that lead to gold.{name}"), error))?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// Names in double quotes (one is called `date`, one `rows`), with commas between.
pub(super) fn quoted(names: &[impl AsRef<str>]) -> String {
    names.iter().map(|name| format!("\"{}\"", name.as_ref())).collect::<Vec<_>>().join(", ")
}
