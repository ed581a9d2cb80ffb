//! Who may do what: the two roles, and loaders with fewer rights.
//!
//! `clickmill_owner` owns both schemas, and whoever loads acts as it;
//! `clickmill_reader` reads gold and the views and nothing else, and no
//! statement of it runs for ever. Where the user may not make roles, the load
//! goes on without them.

use postgres::{Client, GenericClient};

use super::catalog::all_tables;
use super::{Options, failed};
use crate::error::Result;
use crate::sql;

const OWNER: &str = "clickmill_owner";
const READER: &str = "clickmill_reader";

/// Said when the slow way was taken.
pub(super) const NOTICE: &str = "the user may write rows and not make tables, so days were merged row by row, \
    which is several times slower than exchanging partitions; see docs/loading.md, or load as a member of \
    clickmill_owner";

/// Makes the roles where they are missing and the user may make them, and gives the schemas to the owner.
pub(super) fn make_roles(client: &mut Client, options: &Options) -> Result<()> {
    let failed = |error| failed("cannot look at the roles", error);
    let row = client
        .query_one(
            "select
                (select rolsuper or rolcreaterole from pg_roles where rolname = session_user),
                (select count(*) = 2 from pg_roles where rolname in ($1, $2))
                    and coalesce(
                        pg_has_role(session_user, to_regrole($1)::oid, 'member')
                        and has_database_privilege(to_regrole($1)::oid, current_database(), 'create')
                        and has_database_privilege(to_regrole($2)::oid, current_database(), 'connect'),
                        false
                    )",
            &[&OWNER, &READER],
        )
        .map_err(failed)?;
    let (may_make, are_made): (bool, bool) = (row.get(0), row.get(1));
    if !are_made {
        if !may_make {
            tracing::info!(
                "the user may not make roles; an administrator can run sql/postgres/roles/roles.sql"
            );
            return Ok(());
        }
        for file in sql::folder("sql/postgres/roles") {
            if let Err(error) = client.batch_execute(file.text) {
                let reason = super::failed("cannot make the roles", error);
                tracing::warn!(%reason, "the warehouse stays with the user that loads");
                return Ok(());
            }
        }
    }
    if may_make {
        limit_reader(client, options);
    }
    hand_over(client)
}

/// Sets how long a statement of the reader may run; counts from its next login on.
fn limit_reader(client: &mut Client, options: &Options) {
    let setting = format!("statement_timeout={}ms", options.reader_timeout.as_millis());
    let is_set = client.query_one(
        "select exists (
            select from pg_db_role_setting
            where setrole = to_regrole($1) and setdatabase = 0 and $2 = any(setconfig)
        )",
        &[&READER, &setting],
    );
    if is_set.is_ok_and(|row| row.get(0)) {
        return;
    }
    let milliseconds = options.reader_timeout.as_millis();
    let set = format!("alter role {READER} set statement_timeout = '{milliseconds}ms'");
    if let Err(error) = client.batch_execute(&set) {
        tracing::debug!(%error, "the reader's statement_timeout is not set");
    }
}

/// Gives what an earlier version made as the user itself to the owner, once.
fn hand_over(client: &mut Client) -> Result<()> {
    let statements: Vec<String> = client
        .query(
            "with ours as (
                select oid, nspname, nspowner
                from pg_namespace
                where nspname in ('gold', 'analytics')
                    and obj_description(oid, 'pg_namespace') like 'clickmill:%'
            )
            select format('alter schema %I owner to %I', nspname, $1::text)
            from ours
            where nspowner <> to_regrole($1) and pg_has_role(nspowner, 'usage')
            union all
            select format('alter table %I.%I owner to %I', ours.nspname, relname, $1::text)
            from pg_class
            inner join ours on relnamespace = ours.oid
            where relkind in ('r', 'p', 'v', 'm') and relowner <> to_regrole($1) and pg_has_role(relowner, 'usage')",
            &[&OWNER],
        )
        .map_err(|error| failed("cannot look at the owners", error))?
        .iter()
        .map(|row| row.get(0))
        .collect();
    if statements.is_empty() {
        return Ok(());
    }
    let script = format!("set lock_timeout = '10s'; {}; reset lock_timeout", statements.join("; "));
    client.batch_execute(&script).map_err(|error| failed("cannot give the schemas to clickmill_owner", error))
}

/// Acts as the owner from here on, where that is possible and the schemas are the owner's.
pub(super) fn become_owner(client: &mut Client) -> Result<()> {
    let is_possible: bool = client
        .query_one(
            "select coalesce(
                pg_has_role(session_user, to_regrole($1)::oid, 'member')
                and case
                    when to_regnamespace('gold') is null
                        then has_database_privilege(to_regrole($1)::oid, current_database(), 'create')
                    else (select nspowner = to_regrole($1) from pg_namespace where nspname = 'gold')
                end,
                false
            )",
            &[&OWNER],
        )
        .map_err(|error| failed("cannot look at the roles", error))?
        .get(0);
    if is_possible {
        let set = format!("set role {OWNER}");
        client.batch_execute(&set).map_err(|error| failed("cannot act as clickmill_owner", error))?;
    }
    Ok(())
}

/// Whether the user may make and exchange partitions.
pub(super) fn may_make_tables(client: &mut impl GenericClient) -> Result<bool> {
    let row = client
        .query_one(
            "select coalesce(
                (
                    select pg_has_role(relowner, 'usage')
                    from pg_class where oid = to_regclass('gold.fact_events')
                ) and has_schema_privilege(to_regnamespace('gold')::oid, 'create'),
                true
            )",
            &[],
        )
        .map_err(|error| failed("cannot look at the user's rights", error))?;
    Ok(row.get(0))
}

/// Lets the reader read the tables of gold and the views; views made anew have lost their grants.
pub(super) fn grant_reading(client: &mut Client) -> Result<()> {
    let failed = |error| failed("cannot let clickmill_reader read", error);
    let relations: Vec<String> = client
        .query(
            "select format('%I.%I', nspname, relname)
            from pg_class
            inner join pg_namespace on relnamespace = pg_namespace.oid
            where to_regrole($1) is not null
                and (
                    (nspname = 'analytics' and relkind in ('v', 'm', 'r'))
                    or (nspname = 'gold' and relname = any($2 || array['etl_setting', 'etl_load', 'etl_table']))
                )
                and not has_table_privilege(to_regrole($1)::oid, pg_class.oid, 'select')",
            &[&READER, &all_tables().collect::<Vec<_>>()],
        )
        .map_err(failed)?
        .iter()
        .map(|row| row.get(0))
        .collect();
    if relations.is_empty() {
        return Ok(());
    }
    client
        .batch_execute(&format!(
            "grant usage on schema gold, analytics to {READER}; grant select on {} to {READER}",
            relations.join(", ")
        ))
        .map_err(failed)
}
