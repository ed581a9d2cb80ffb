//! Loading into a real PostgreSQL: a private server in a scratch folder, one
//! for the whole binary, a database for each test.

mod database;
mod days;
#[cfg(unix)]
mod fault;
mod reader;
mod roles;
mod server;
mod shop;
#[cfg(unix)]
mod tls;
mod values;

use std::sync::Arc;
use std::time::Duration;

use clickmill::engine::{Engine, LocalEngine, Params, ParquetTarget};
use clickmill::error::Error;
use clickmill::lake::{Lake, Layer, TableRef};
use clickmill::load::{self, Options};
use clickmill::progress::Progress;

use self::database::Database;
use self::shop::Shop;

fn gold(shop: Shop) -> (tempfile::TempDir, LocalEngine) {
    let folder = tempfile::tempdir().unwrap();
    let engine = shop.make(&Lake::new(folder.path()));
    (folder, engine)
}

/// Every row of the warehouse with the transaction that wrote it.
const ROW_VERSIONS: &str = "
    select 'events', event_id::text, xmin from gold.fact_events
    union all select 'sessions', session_id::text, xmin from gold.fact_sessions
    union all select 'orders', order_id, xmin from gold.fact_orders
    union all select 'users', customer_id, xmin from gold.dim_users
    union all select 'visitors', visitor_id, xmin from gold.dim_visitors
    union all select 'products', product_id, xmin from gold.dim_products
    union all select 'daily', date::text, xmin from gold.fact_daily_metrics
    union all select 'load', day::text, xmin from gold.etl_load
    union all select 'table', table_name, xmin from gold.etl_table
    union all select 'setting', name, xmin from gold.etl_setting
    order by 1, 2";

/// Every view, by its file.
fn views() -> Vec<&'static str> {
    clickmill::sql::folder("sql/postgres/views").map(|file| file.stem()).collect()
}

#[test]
fn a_load_fills_every_table_and_view() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("fills") else { return };
    let summaries = database.load(&engine).unwrap();
    assert_eq!(summaries.len(), 31);
    assert!(summaries.iter().all(|summary| summary.changed && summary.rows > 0), "{summaries:?}");
    for summary in &summaries {
        let count = database.text(&format!("select count(*) from {}", summary.table));
        assert_eq!(count, summary.rows.to_string(), "{}", summary.table);
    }
    let views = database.text("select viewname from pg_views where schemaname = 'analytics' order by 1");
    assert_eq!(views, self::views().join("\n"));
    for view in self::views() {
        assert_ne!(database.text(&format!("select count(*) from analytics.{view}")), "0", "{view} is empty");
    }
}

#[test]
fn a_first_load_leaves_keys_and_indexes_as_the_migrations_make_them() {
    let (Some(migrated), Some(loaded)) = (Database::new("migrated"), Database::new("first")) else { return };
    let mut files: Vec<_> = clickmill::sql::folder("sql/postgres/migrations")
        .filter(|file| file.stem().starts_with('V'))
        .map(|file| (file.stem()[1..].split('_').next().unwrap().parse::<u32>().unwrap(), file.text))
        .collect();
    files.sort_unstable();
    let mut client = migrated.client();
    client.batch_execute("create schema gold").unwrap();
    files.iter().for_each(|(_, text)| client.batch_execute(text).unwrap());
    loaded.load(&gold(Shop::default()).1).unwrap();

    let keys = "select coalesce(string_agg(line, E'\\n' order by line collate \"C\"), '') from (
        select concat_ws(' ', conrelid::regclass, conname, convalidated, pg_get_constraintdef(it.oid)) as line
        from pg_constraint as it inner join pg_class on conrelid = pg_class.oid
        where connamespace = 'gold'::regnamespace and not relispartition
        union all
        select pg_get_indexdef(indexrelid)
        from pg_index inner join pg_class on indrelid = pg_class.oid
        where relnamespace = 'gold'::regnamespace and not relispartition
    ) as lines where line !~ 'schema_history'";
    let expected = migrated.text(keys);
    assert!(expected.contains("FOREIGN KEY (customer_id) REFERENCES gold.dim_users"), "{expected}");
    assert_eq!(loaded.text(keys), expected);
}

#[test]
fn a_load_is_not_cut_short_for_being_idle() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("idle") else { return };
    let name = database.text("select current_database()");
    database
        .client()
        .batch_execute(&format!("alter database {name} set idle_in_transaction_session_timeout = '1ms'"))
        .unwrap();
    assert_eq!(database.text("show idle_in_transaction_session_timeout"), "1ms");
    database.load(&engine).unwrap();
    assert_eq!(database.text("select count(*) from gold.fact_events"), "27");
}

#[test]
fn money_is_the_same_to_the_cent_in_tables_and_views() {
    let shop = Shop { dearer_day: Some(2), ..Shop::default() };
    let (_folder, engine) = gold(shop);
    let Some(database) = Database::new("money") else { return };
    database.load(&engine).unwrap();
    let cents: i64 = (1..=shop.days).map(|day| shop.revenue_cents(day)).sum();
    let revenue = format!("{}.{:02}", cents / 100, cents % 100);
    for table in [
        "gold.fact_events",
        "gold.fact_sessions",
        "gold.fact_orders",
        "gold.fact_daily_metrics",
        "analytics.vw_tableau_session_analytics",
        "analytics.vw_tableau_user_segment_performance",
        "analytics.vw_tableau_cohort_retention",
        "analytics.vw_tableau_touchpoint_performance",
        "analytics.vw_tableau_executive_kpis",
        "analytics.vw_tableau_product_analytics",
        "analytics.vw_user_purchase_history",
    ] {
        assert_eq!(database.text(&format!("select sum(revenue) from {table}")), revenue, "{table}");
    }
}

#[test]
fn views_leave_bots_out_and_have_only_tableaus_types_and_comments() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("views") else { return };
    database.load(&engine).unwrap();
    assert_eq!(
        database.text("select visitor_id, count(*) from analytics.vw_session_funnel group by 1 order by 1"),
        "v1 3\nv2 3"
    );
    let odd = "
        select c.relname, a.attname, format_type(a.atttypid, -1)
        from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid
        where c.relnamespace = 'analytics'::regnamespace and a.attnum > 0 and (
            format_type(a.atttypid, -1) not in ('text', 'integer', 'bigint', 'numeric', 'double precision',
                'date', 'timestamp without time zone', 'boolean')
            or col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)";
    assert_eq!(database.text(odd), "");
    let uncommented = "
        select c.relname, a.attname from pg_class as c inner join pg_attribute as a on c.oid = a.attrelid
        where c.relnamespace = 'gold'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
            and c.relname <> 'schema_history' and a.attnum > 0
            and (col_description(c.oid, a.attnum) is null or obj_description(c.oid) is null)";
    assert_eq!(database.text(uncommented), "");
    let funnel = "
        select funnel_kind, step_number, sum(sessions_at_step) from analytics.vw_tableau_customer_journey_funnel
        where funnel_kind = 'reached' group by 1, 2 order by 1, 2";
    assert_eq!(database.text(funnel), "reached 1 6\nreached 2 6\nreached 3 6\nreached 4 3\nreached 5 3");
}

#[test]
fn the_same_gold_again_changes_no_row() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("again") else { return };
    database.load(&engine).unwrap();
    let before = database.text(ROW_VERSIONS);
    let summaries = database.load(&engine).unwrap();
    assert!(summaries.iter().all(|summary| !summary.changed), "{summaries:?}");
    assert_eq!(database.text(ROW_VERSIONS), before);
}

#[test]
fn a_changed_day_changes_that_day_only() {
    let Some(database) = Database::new("day") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let versions =
        "select event_date, min(xmin::text), max(xmin::text) from gold.fact_events group by 1 order by 1";
    let loaded = "select day, loaded_at from gold.etl_load order by 1";
    let (rows_before, days_before) = (database.text(versions), database.text(loaded));
    let shop = Shop { dearer_day: Some(2), ..Shop::default() };
    database.load(&gold(shop).1).unwrap();
    for (before, after) in [(rows_before, database.text(versions)), (days_before, database.text(loaded))] {
        let same: Vec<_> = before.lines().zip(after.lines()).map(|(before, after)| before == after).collect();
        assert_eq!(same, [true, false, true]);
    }
    let expected = format!("{:.2}", shop.revenue_cents(2) as f64 / 100.0);
    assert_eq!(
        database.text("select revenue from gold.fact_orders where order_date = '2026-01-02'"),
        expected
    );
    let constraints = "select count(*) from pg_constraint where conname = 'day'";
    assert_eq!(database.text(constraints), "0", "the staged days' checks are gone");
}

#[test]
fn days_and_members_that_left_gold_leave_the_warehouse() {
    let Some(database) = Database::new("leave") else { return };
    database.load(&gold(Shop { days: 4, ..Shop::default() }).1).unwrap();
    assert_eq!(database.text("select count(*) from gold.dim_users where customer_id = 'v:v2'"), "1");
    let (_folder, fewer) = gold(Shop { days: 2, stitched: true, ..Shop::default() });
    let before = database.text(ROW_VERSIONS);
    let error = database.load(&fewer).unwrap_err().to_string();
    assert!(error.contains("2 days that gold has not (2026-01-03, 2026-01-04)"), "{error}");
    assert!(error.contains("--prune"), "{error}");
    assert_eq!(database.text(ROW_VERSIONS), before, "nothing goes unasked");
    let prune = Options { prune: true, ..Options::default() };
    let outcome = database.load_with(&fewer, &prune).unwrap();
    assert_eq!(
        outcome.notices,
        ["2 days that gold no longer has left the warehouse: 2026-01-03, 2026-01-04"]
    );
    assert_eq!(database.text("select count(distinct event_date), count(*) from gold.fact_events"), "2 18");
    assert_eq!(database.text("select count(*) from gold.fact_orders"), "2");
    assert_eq!(database.text("select count(*) from gold.etl_load"), "2");
    assert_eq!(database.text("select customer_id from gold.dim_users order by 1"), "u1\nu2\nv:v3");
    assert_eq!(database.text("select count(*) from gold.dim_date"), "4", "never shrunk");
    let again = database.load(&gold(Shop { days: 2, stitched: true, ..Shop::default() }).1).unwrap();
    assert!(again.iter().all(|summary| !summary.changed), "{again:?}");
}

#[test]
fn a_login_changes_one_visitor_and_no_fact() {
    let Some(database) = Database::new("login") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let summaries = database.load(&gold(Shop { stitched: true, ..Shop::default() }).1).unwrap();
    let changed: Vec<_> =
        summaries.iter().filter(|summary| summary.changed).map(|summary| summary.table.as_str()).collect();
    assert_eq!(changed, ["gold.dim_users", "gold.dim_visitors", "gold.agg_user_weekly"]);
    let customers = "select distinct customer_id from analytics.vw_session_funnel order by 1";
    assert_eq!(database.text(customers), "u1\nu2");
}

#[test]
fn local_times_are_in_the_business_time_zone_whatever_the_readers() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("zone") else { return };
    database.load(&engine).unwrap();
    let local = "set timezone = 'America/New_York'; select distinct session_start_local::time \
                 from analytics.vw_tableau_session_analytics";
    assert_eq!(database.text(local), "10:01:00");
    // All figures rest on the zone: every day is replaced with it.
    let options = Options { time_zone: "Asia/Kolkata".into(), ..Options::default() };
    let summaries = database.load_with(&engine, &options).unwrap().tables;
    let changed: Vec<_> =
        summaries.iter().filter(|summary| summary.changed).map(|summary| summary.table.as_str()).collect();
    assert_eq!(changed, ["gold.fact_events", "gold.fact_sessions", "gold.fact_orders"]);
    assert_eq!(database.text(local), "15:31:00");
}

#[test]
fn rows_deleted_by_hand_come_back() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("damaged") else { return };
    database.load(&engine).unwrap();
    let damage = "
        delete from gold.fact_orders where order_id = 'o2';
        drop table gold.fact_sessions_2026_01_03;
        delete from gold.agg_product_daily where product_id = 'p1';
        drop view analytics.vw_session_funnel";
    database.client().batch_execute(damage).unwrap();
    database.load(&engine).unwrap();
    let counts = "
        select (select count(*) from gold.fact_orders), (select count(*) from gold.fact_sessions),
            (select count(*) from gold.agg_product_daily), (select count(*) from analytics.vw_session_funnel)";
    assert_eq!(database.text(counts), "3 9 6 6");
    let options = Options { full_refresh: true, ..Options::default() };
    let summaries = database.load_with(&engine, &options).unwrap().tables;
    assert!(summaries.iter().all(|summary| summary.changed), "{summaries:?}");
    assert_eq!(database.text(counts), "3 9 6 6");
}

#[test]
fn a_failing_load_leaves_the_old_warehouse() {
    let Some(database) = Database::new("fails") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let before = database.text(ROW_VERSIONS);
    // The facts name a product that no dimension has: found when the days are put in place.
    let (folder, engine) = gold(Shop { dearer_day: Some(3), ..Shop::default() });
    replace_table(
        &engine,
        &folder,
        "dim_products",
        "select * from gold.dim_products where product_id <> 'p1'",
    );
    replace_table(
        &engine,
        &folder,
        "dim_product_metrics",
        "select * from gold.dim_product_metrics where product_id <> 'p1'",
    );
    let error = database.load(&engine).unwrap_err();
    assert!(matches!(error, Error::Load { .. }), "{error}");
    assert!(error.to_string().contains("product"), "{error}");
    assert_eq!(database.text(ROW_VERSIONS), before);
    database.load(&gold(Shop { dearer_day: Some(3), ..Shop::default() }).1).unwrap();
}

/// Puts what `sql` gives in a table's place.
fn replace_table(engine: &LocalEngine, folder: &tempfile::TempDir, name: &str, sql: &str) {
    let table = TableRef::new(Layer::Gold, name);
    let target =
        ParquetTarget { folder: folder.path().join("replaced").join(name), partition_by: Vec::new() };
    engine.materialize(&table, sql, &Params::new(), &target).unwrap();
    engine.attach(&table, &target.folder).unwrap();
}

#[test]
fn a_missing_column_or_table_is_named() {
    let Some(database) = Database::new("missing") else { return };
    let (folder, engine) = gold(Shop::default());
    replace_table(
        &engine,
        &folder,
        "dim_device",
        "select device_key, device_type, is_mobile from gold.dim_device",
    );
    let error = database.load(&engine).unwrap_err().to_string();
    assert!(error.contains("gold.dim_device of the lake lacks browser, os"), "{error}");

    let empty = LocalEngine::empty(&Default::default()).unwrap();
    let error = database.load(&empty).unwrap_err().to_string();
    assert!(error.contains("no gold.dim_date"), "{error}");
}

#[test]
fn a_gold_schema_of_somebody_elses_is_refused_and_kept() {
    let Some(database) = Database::new("foreign") else { return };
    database.client().batch_execute("create schema gold; create table gold.bars (weight numeric)").unwrap();
    let error = database.load(&gold(Shop::default()).1).unwrap_err().to_string();
    assert!(error.contains("schema gold that clickmill did not make"), "{error}");
    assert_eq!(
        database.text("select tablename from pg_tables where schemaname in ('gold', 'analytics')"),
        "bars"
    );
}

#[test]
fn two_loads_at_once_follow_one_another() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("twice") else { return };
    let results: Vec<_> = std::thread::scope(|scope| {
        let loads: Vec<_> = (0..2).map(|_| scope.spawn(|| database.load(&engine).unwrap())).collect();
        loads.into_iter().map(|load| load.join().unwrap()).collect()
    });
    let changed = results.iter().filter(|summaries| summaries.iter().any(|summary| summary.changed)).count();
    assert_eq!(changed, 1, "the second finds everything there");
}

#[test]
fn a_waiting_load_can_be_interrupted() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("interrupted") else { return };
    let mut holder = database.client();
    holder.batch_execute("select pg_advisory_lock(x'636c69636b6d696c'::bigint)").unwrap();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let progress = Progress::new(false, stop.clone());
    std::thread::scope(|scope| {
        let load = scope
            .spawn(|| load::load(&engine, &database.server(), &Options::default(), &progress).unwrap_err());
        std::thread::sleep(Duration::from_millis(300));
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
        assert!(matches!(load.join().unwrap(), Error::Interrupted));
    });
}
