//! Who may do what, and what a loader with fewer rights does.

use clickmill::load::{self, DatabaseUrl, Options, Server};
use clickmill::progress::Progress;
use postgres::error::SqlState;
use postgres::{Client, NoTls};

use super::database::Database;
use super::gold;
use super::shop::Shop;

/// The database's address for another user.
fn url_as(database: &Database, user: &str, password: &str) -> String {
    let url = database.url();
    let (_, rest) = url.rsplit_once('@').unwrap();
    format!("postgresql://{user}:{password}@{rest}")
}

/// A login that is gone when the test is.
struct Login<'a> {
    database: &'a Database,
    name: String,
}

impl<'a> Login<'a> {
    fn new(database: &'a Database, name: &str, options: &str) -> Self {
        let name = format!("{name}_{}", std::process::id());
        let sql =
            format!("drop role if exists {name}; create role {name} login password 'pa55word' {options}");
        database.client().batch_execute(&sql).unwrap();
        Self { database, name }
    }

    fn url(&self) -> String {
        url_as(self.database, &self.name, "pa55word")
    }
}

impl Drop for Login<'_> {
    fn drop(&mut self) {
        let name = &self.name;
        let _ = self.database.client().batch_execute(&format!("drop owned by {name}; drop role {name}"));
    }
}

#[test]
fn a_reader_reads_gold_and_views_and_does_nothing_else() {
    let Some(database) = Database::new("reader") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let login = Login::new(&database, "dashboard", "in role clickmill_reader");
    let mut client = Client::connect(&login.url(), NoTls).unwrap();
    for table in
        ["gold.fact_events", "gold.dim_users", "gold.etl_load", "analytics.vw_tableau_executive_kpis"]
    {
        let rows: i64 = client.query_one(&format!("select count(*) from {table}"), &[]).unwrap().get(0);
        assert!(rows > 0, "{table}");
    }
    for statement in [
        "insert into gold.dim_event_type values ('x', 'x', null, false, false)",
        "update gold.fact_orders set revenue = 0",
        "delete from gold.fact_events",
        "truncate gold.dim_users",
        "drop view analytics.vw_session_funnel",
        "create table gold.mine (a integer)",
        "create view analytics.mine as select 1 as a",
        "alter table gold.fact_events add column a integer",
        "set role clickmill_owner",
        "select pg_read_file('/etc/passwd')",
        "select rolpassword from pg_authid",
        "create schema mine",
    ] {
        let error = client.batch_execute(statement).unwrap_err();
        let code = error.code().unwrap();
        assert_eq!(code, &SqlState::INSUFFICIENT_PRIVILEGE, "{statement}: {error}");
    }
    let views = "select count(*) from pg_class where relnamespace = 'analytics'::regnamespace \
        and relkind = 'v' and not has_table_privilege('clickmill_reader', oid, 'select')";
    assert_eq!(database.text(views), "0");
    // Views that are made anew are readable again.
    database.client().batch_execute("drop view analytics.vw_session_funnel").unwrap();
    database.load(&gold(Shop::default()).1).unwrap();
    assert_eq!(database.text(views), "0");
}

#[test]
fn a_statement_of_the_reader_does_not_run_for_ever() {
    let Some(database) = Database::new("timeout") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let setting = "select setconfig from pg_db_role_setting where setrole = 'clickmill_reader'::regrole";
    assert_eq!(database.text(setting), "{statement_timeout=300000ms}");
    // The role itself logs in once it has a password.
    database.client().batch_execute("alter role clickmill_reader login password 'pa55word'").unwrap();
    let mut client = Client::connect(&url_as(&database, "clickmill_reader", "pa55word"), NoTls).unwrap();
    let timeout: String = client.query_one("show statement_timeout", &[]).unwrap().get(0);
    assert_eq!(timeout, "5min");
    client.batch_execute("set statement_timeout = '100ms'").unwrap();
    let error = client.batch_execute("select pg_sleep(5)").unwrap_err();
    assert_eq!(error.code(), Some(&SqlState::QUERY_CANCELED));
    database.client().batch_execute("alter role clickmill_reader nologin password null").unwrap();
}

#[test]
fn a_member_of_the_owner_loads_and_everything_is_the_owners() {
    let Some(database) = Database::new("owner") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let others = "select relname from pg_class inner join pg_namespace on relnamespace = pg_namespace.oid \
        where nspname in ('gold', 'analytics') and relowner <> 'clickmill_owner'::regrole";
    assert_eq!(database.text(others), "");
    let login = Login::new(&database, "nightly", "in role clickmill_owner");
    let server = Server::given(DatabaseUrl::new(login.url()));
    let (_folder, changed) = gold(Shop { dearer_day: Some(2), days: 4, ..Shop::default() });
    load::load(&changed, &server, &Options::default(), &Progress::hidden()).unwrap();
    assert_eq!(database.text("select count(*) from gold.fact_events"), "36");
    assert_eq!(database.text(others), "");
    // What an earlier version left with the user itself is handed over.
    database
        .client()
        .batch_execute(
            "do $$ begin execute format('alter table gold.fact_orders owner to %I', session_user); end $$",
        )
        .unwrap();
    database.load(&changed).unwrap();
    assert_eq!(database.text(others), "");
}

#[test]
fn a_user_without_rights_is_told_what_is_missing() {
    let Some(database) = Database::new("norights") else { return };
    let login = Login::new(&database, "stranger", "");
    let server = Server::given(DatabaseUrl::new(login.url()));
    let (_folder, engine) = gold(Shop::default());
    let error =
        load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap_err().to_string();
    assert!(error.contains("cannot make schema gold: permission denied for database"), "{error}");
    assert_eq!(
        database.text("select count(*) from pg_namespace where nspname in ('gold', 'analytics')"),
        "0"
    );
}

/// The user may write rows and make no tables: days are merged, and new ones go to the default partition.
#[test]
fn without_the_right_to_make_tables_rows_are_merged() {
    let Some(database) = Database::new("merge") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let login = Login::new(&database, "writer", "");
    let name = &login.name;
    database
        .client()
        .batch_execute(&format!(
            "grant usage on schema gold to {name}; \
             grant select, insert, update, delete on all tables in schema gold to {name}"
        ))
        .unwrap();
    let server = Server::given(DatabaseUrl::new(login.url()));
    let load = |shop: Shop, options: &Options| {
        load::load(&gold(shop).1, &server, options, &Progress::hidden()).unwrap()
    };
    let counts = "select (select count(*) from gold.fact_events), (select count(*) from gold.fact_sessions),
        (select count(*) from gold.fact_orders), (select sum(revenue) from gold.fact_events),
        (select sum(revenue) from gold.fact_daily_metrics), (select count(*) from gold.dim_users)";
    let grown = Shop { days: 5, dearer_day: Some(2), stitched: true };
    let versions = "select event_date, max(xmin::text) from gold.fact_events group by 1 order by 1";
    let untouched = database.text(versions).lines().next().unwrap().to_owned();
    let outcome = load(grown, &Options::default());
    assert!(outcome.notices[0].contains("several times slower"), "{:?}", outcome.notices);
    let merged = database.text(counts);
    assert!(merged.starts_with("45 15 5 "), "{merged}");
    assert_eq!(database.text("select count(*) from gold.fact_events_default"), "18");
    assert!(database.text(versions).starts_with(&untouched), "day 1 is as it was");
    let again = load(grown, &Options::default());
    assert!(again.tables.iter().all(|table| !table.changed), "{:?}", again.tables);

    let fewer = Shop { days: 4, ..grown };
    let prune = Options { prune: true, ..Options::default() };
    load(fewer, &prune);
    assert!(database.text(counts).starts_with("36 12 4 "), "{}", database.text(counts));
    load(grown, &Options::default());
    assert_eq!(database.text(counts), merged);

    // Who may make tables gives the days partitions; no figure changes.
    database.load(&gold(grown).1).unwrap();
    assert_eq!(database.text(counts), merged);
    assert_eq!(database.text("select count(*) from gold.fact_events_default"), "0");
    assert_eq!(database.text("select count(*) from gold.fact_events_2026_01_05"), "9");
}
