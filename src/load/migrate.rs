//! The warehouse's schema: migrations by refinery, views from their files.
//!
//! Schema `gold` is marked as ours by its comment; one with tables of somebody
//! else's is refused. Views are applied again whenever their files differ from
//! those last applied, so that readers' locks are not met for nothing.

use postgres::Client;
use refinery::{Migration, Runner};

use super::{Options, failed, fingerprint, partition, rights};
use crate::error::{Error, Result};
use crate::sql;

/// The comment that marks a schema as ours.
const MARK: &str = "clickmill:";
/// Which migrations were applied, kept beside the tables they made.
const HISTORY: &str = "gold.schema_history";

/// Brings schemas `gold` and `analytics` to this version of clickmill.
/// The caller holds the load's lock.
///
/// # Errors
/// [`Error::Load`] when schema `gold` is not ours, was made by a newer
/// version, or a statement fails.
pub(super) fn migrate(client: &mut Client, options: &Options) -> Result<()> {
    rights::make_roles(client, options)?;
    rights::become_owner(client)?;
    if !rights::may_make_tables(client)? {
        // What is there has to do.
        return match differs(client)? {
            None => Ok(()),
            Some(why) => Err(Error::Load {
                message: format!(
                    "{why}, and the user may not change it; let a member of clickmill_owner load once"
                ),
                source: None,
            }),
        };
    }
    claim_schema(client, "gold", "the star schema; written by clickmill load only")?;
    claim_schema(client, "analytics", "views over gold, for Tableau and people")?;
    let migrations = migrations()?;
    let mut runner = Runner::new(&migrations);
    runner.set_migration_table_name(HISTORY);
    let report = runner.run(client).map_err(schema_error)?;
    for migration in report.applied_migrations() {
        tracing::info!(%migration, "schema migrated");
    }
    partition::drop_staged(client).map(|dropped| {
        if dropped > 0 {
            tracing::info!(dropped, "dropped what a load that was cut short had staged");
        }
    })?;
    apply_views(client)?;
    rights::grant_reading(client)
}

/// The migrations that this version knows.
fn migrations() -> Result<Vec<Migration>> {
    sql::folder("sql/postgres/migrations")
        .map(|file| Migration::unapplied(file.stem(), file.text))
        .collect::<Result<Vec<_>, _>>()
        .map_err(schema_error)
}

/// Why the warehouse's schema is not that of this version; none where it is.
pub(super) fn differs(client: &mut Client) -> Result<Option<String>> {
    let newest = migrations()?.iter().map(|migration| i64::from(migration.version())).max().unwrap_or(0);
    let failed = |error| failed("cannot look at the warehouse's version", error);
    let is_made = client.query_one("select to_regclass($1) is not null", &[&HISTORY]).map_err(failed)?;
    if !is_made.get::<_, bool>(0) {
        return Ok(Some("the database holds no warehouse yet".into()));
    }
    let found: i64 = client
        .query_one(&format!("select coalesce(max(version), 0)::bigint from {HISTORY}"), &[])
        .map_err(failed)?
        .get(0);
    Ok((found != newest)
        .then(|| format!("the warehouse's schema is version {found}, this clickmill's is {newest}")))
}

/// Makes the schema and marks it, or finds our mark on it.
fn claim_schema(client: &mut Client, name: &str, meaning: &str) -> Result<()> {
    let found = client
        .query_opt(
            "select
                coalesce(obj_description(oid, 'pg_namespace'), '') as mark,
                exists (select from pg_class where relnamespace = pg_namespace.oid) as is_used
            from pg_namespace
            where nspname = $1",
            &[&name],
        )
        .map_err(|error| failed("cannot look at the schemas", error))?;
    if let Some(row) = found {
        if row.get::<_, &str>("mark").starts_with(MARK) {
            return Ok(());
        }
        if row.get("is_used") {
            return Err(Error::Load {
                message: format!(
                    "the database has a schema {name} that clickmill did not make, and it is not touched; \
                     name another database, or rename that schema (alter schema {name} rename to ...)"
                ),
                source: None,
            });
        }
    }
    client
        .batch_execute(&format!(
            "begin; create schema if not exists {name}; comment on schema {name} is '{MARK} {meaning}'; commit"
        ))
        .map_err(|error| failed(&format!("cannot make schema {name}"), error))
}

/// Replaces the views where their files changed or one is missing.
fn apply_views(client: &mut Client) -> Result<()> {
    let files: Vec<_> = sql::folder("sql/postgres/views").collect();
    let applied = fingerprint(files.iter().map(|file| file.text).collect::<String>());
    let names: Vec<_> = files.iter().map(|file| file.stem()).collect();
    let unchanged: bool = client
        .query_one(
            "select
                exists (select from gold.etl_setting where name = 'views' and value = $1)
                and (
                    select count(*) from pg_views where schemaname = 'analytics' and viewname = any($2)
                ) = cardinality($2)",
            &[&applied, &names],
        )
        .map_err(|error| failed("cannot look at the views", error))?
        .get(0);
    if unchanged {
        return Ok(());
    }
    let mut transaction =
        client.transaction().map_err(|error| failed("cannot begin a transaction", error))?;
    for file in &files {
        // Columns of a view cannot be renamed or dropped in place.
        let statements = format!("drop view if exists analytics.{};\n{}", file.stem(), file.text);
        transaction
            .batch_execute(&statements)
            .map_err(|error| failed(&format!("cannot make view analytics.{}", file.stem()), error))?;
    }
    transaction
        .execute(
            "insert into gold.etl_setting values ('views', $1)
            on conflict (name) do update set value = excluded.value",
            &[&applied],
        )
        .and_then(|_| transaction.commit())
        .map_err(|error| failed("cannot make the views", error))?;
    tracing::info!(views = files.len(), "views applied");
    Ok(())
}

/// What refinery found wrong, with the server's own words.
fn schema_error(error: refinery::Error) -> Error {
    let message = match error.kind() {
        refinery::error::Kind::MissingVersion(_) | refinery::error::Kind::DivergentVersion(..) => {
            "the warehouse was made by another version of clickmill, which this one cannot change; \
             use that version, or name a new database"
        }
        _ => "the warehouse's schema cannot be migrated",
    };
    Error::Load { message: message.into(), source: Some(error.into()) }
}
