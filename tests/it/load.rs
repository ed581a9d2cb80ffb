//! Loading into a real PostgreSQL: a private server in a scratch folder, one
//! for the whole binary, a database for each test.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{DataType, Field, FieldRef, Schema, SchemaRef, TimeUnit};
use clickmill::engine::{Engine, LocalEngine, Params, ParquetTarget};
use clickmill::error::{Error, Result};
use clickmill::lake::{Lake, Layer, TableRef};
use clickmill::load::{self, DatabaseUrl, Options, Server, ServerFound, server};
use clickmill::progress::Progress;
use clickmill::summary::TableSummary;
use postgres::{Client, NoTls};

use crate::shop::Shop;

/// How many tests use the shared server now; the first starts it, the last stops it.
static USERS: Mutex<usize> = Mutex::new(0);

fn shared_lake() -> Lake {
    Lake::new(concat!(env!("CARGO_TARGET_TMPDIR"), "/shared"))
}

fn start(lake: &Lake) -> Server {
    match server::start(lake, None).unwrap() {
        ServerFound::Server(server) => server,
        ServerFound::None { how_to_add } => {
            panic!("these tests need PostgreSQL's server programs; add them with: {how_to_add}")
        }
    }
}

fn url_of(server: &Server) -> String {
    server.url().expose().to_owned()
}

/// A database of its own for a test on the shared server, dropped afterwards.
struct Database {
    name: String,
    admin_url: String,
}

impl Database {
    fn new(test: &str) -> Self {
        let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        let admin_url = url_of(&start(&shared_lake()));
        *users += 1;
        let name = format!("test_{test}_{}", std::process::id());
        let mut client = Client::connect(&admin_url, NoTls).unwrap();
        client.batch_execute(&format!("drop database if exists {name} with (force)")).unwrap();
        client.batch_execute(&format!("create database {name}")).unwrap();
        Self { name, admin_url }
    }

    fn url(&self) -> String {
        let (server, _) = self.admin_url.rsplit_once('/').unwrap();
        format!("{server}/{}", self.name)
    }

    fn server(&self) -> Server {
        Server::given(DatabaseUrl::new(self.url()))
    }

    fn client(&self) -> Client {
        Client::connect(&self.url(), NoTls).unwrap()
    }

    fn load(&self, engine: &LocalEngine) -> Result<Vec<TableSummary>> {
        load::load(engine, &self.server(), &Options::default(), &Progress::hidden())
    }

    /// One text made of a query's rows, to be compared.
    fn text(&self, query: &str) -> String {
        let rows = self.client().simple_query(query).unwrap();
        let rows = rows.iter().filter_map(|message| match message {
            postgres::SimpleQueryMessage::Row(row) => Some(
                (0..row.len()).map(|column| row.get(column).unwrap_or("null")).collect::<Vec<_>>().join(" "),
            ),
            _ => None,
        });
        rows.collect::<Vec<_>>().join("\n")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        let mut users = USERS.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(mut client) = Client::connect(&self.admin_url, NoTls) {
            let _ = client.batch_execute(&format!("drop database if exists {} with (force)", self.name));
        }
        *users -= 1;
        if *users == 0 {
            let _ = server::stop(&shared_lake());
        }
    }
}

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

const VIEWS: [&str; 12] = [
    "vw_product_affinity",
    "vw_session_funnel",
    "vw_tableau_cart_abandonment",
    "vw_tableau_cohort_retention",
    "vw_tableau_customer_journey_funnel",
    "vw_tableau_executive_kpis",
    "vw_tableau_product_analytics",
    "vw_tableau_session_analytics",
    "vw_tableau_touchpoint_performance",
    "vw_tableau_user_segment_performance",
    "vw_user_purchase_history",
    "vw_user_retention",
];

#[test]
fn a_load_fills_every_table_and_view() {
    let (_folder, engine) = gold(Shop::default());
    let database = Database::new("fills");
    let summaries = database.load(&engine).unwrap();
    assert_eq!(summaries.len(), 17);
    assert!(summaries.iter().all(|summary| summary.changed && summary.rows > 0), "{summaries:?}");
    for summary in &summaries {
        let count = database.text(&format!("select count(*) from {}", summary.table));
        assert_eq!(count, summary.rows.to_string(), "{}", summary.table);
    }
    let views = database.text("select viewname from pg_views where schemaname = 'analytics' order by 1");
    assert_eq!(views, VIEWS.join("\n"));
    for view in VIEWS.iter().filter(|view| **view != "vw_product_affinity") {
        assert_ne!(database.text(&format!("select count(*) from analytics.{view}")), "0", "{view} is empty");
    }
}

#[test]
fn money_is_the_same_to_the_cent_in_tables_and_views() {
    let shop = Shop { dearer_day: Some(2), ..Shop::default() };
    let (_folder, engine) = gold(shop);
    let database = Database::new("money");
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
    let database = Database::new("views");
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
    let database = Database::new("again");
    database.load(&engine).unwrap();
    let before = database.text(ROW_VERSIONS);
    let summaries = database.load(&engine).unwrap();
    assert!(summaries.iter().all(|summary| !summary.changed), "{summaries:?}");
    assert_eq!(database.text(ROW_VERSIONS), before);
}

#[test]
fn a_changed_day_changes_that_day_only() {
    let database = Database::new("day");
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
    let database = Database::new("leave");
    database.load(&gold(Shop { days: 4, ..Shop::default() }).1).unwrap();
    assert_eq!(database.text("select count(*) from gold.dim_users where customer_id = 'v:v2'"), "1");
    database.load(&gold(Shop { days: 2, stitched: true, ..Shop::default() }).1).unwrap();
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
    let database = Database::new("login");
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
    let database = Database::new("zone");
    database.load(&engine).unwrap();
    let local = "set timezone = 'America/New_York'; select distinct session_start_local::time \
                 from analytics.vw_tableau_session_analytics";
    assert_eq!(database.text(local), "10:01:00");
    // All figures rest on the zone: every day is replaced with it.
    let options = Options { time_zone: "Asia/Kolkata".into(), ..Options::default() };
    let summaries = load::load(&engine, &database.server(), &options, &Progress::hidden()).unwrap();
    let changed: Vec<_> =
        summaries.iter().filter(|summary| summary.changed).map(|summary| summary.table.as_str()).collect();
    assert_eq!(changed, ["gold.fact_events", "gold.fact_sessions", "gold.fact_orders"]);
    assert_eq!(database.text(local), "15:31:00");
}

#[test]
fn rows_deleted_by_hand_come_back() {
    let (_folder, engine) = gold(Shop::default());
    let database = Database::new("damaged");
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
    let summaries = load::load(&engine, &database.server(), &options, &Progress::hidden()).unwrap();
    assert!(summaries.iter().all(|summary| summary.changed), "{summaries:?}");
    assert_eq!(database.text(counts), "3 9 6 6");
}

#[test]
fn a_failing_load_leaves_the_old_warehouse() {
    let database = Database::new("fails");
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
    let target = ParquetTarget { folder: folder.path().join("replaced").join(name), partition_by: None };
    engine.materialize(&table, sql, &Params::new(), &target).unwrap();
    engine.attach(&table, &target.folder).unwrap();
}

#[test]
fn a_missing_column_or_table_is_named() {
    let database = Database::new("missing");
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

/// What the encoder writes is what the server holds: two ways to the same rows.
#[test]
fn any_value_comes_back_as_it_was() {
    let (folder, engine) = gold(Shop::default());
    let values = random_products(2_000);
    let path = folder.path().join("random/part-0.parquet");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let known = (&engine as &dyn Engine).query("select * from gold.dim_products").unwrap();
    let batches: Vec<_> = known.map(std::result::Result::unwrap).collect();
    // Any value may be null, and times reach further than the fixture's nanoseconds.
    let widened = |field: &FieldRef| match field.name().as_str() {
        "updated_at" => Field::new("updated_at", DataType::Timestamp(TimeUnit::Microsecond, None), true),
        _ => field.as_ref().clone().with_nullable(true),
    };
    let schema = Arc::new(Schema::new(batches[0].schema().fields().iter().map(widened).collect::<Vec<_>>()));
    let batches = batches.iter().map(|batch| conform(batch.columns(), &schema));
    let random = products_batch(&schema, &values);
    let mut writer =
        parquet::arrow::ArrowWriter::try_new(std::fs::File::create(&path).unwrap(), schema.clone(), None)
            .unwrap();
    batches.chain([random]).for_each(|batch| writer.write(&batch).unwrap());
    writer.close().unwrap();
    engine.attach(&TableRef::new(Layer::Gold, "dim_products"), path.parent().unwrap()).unwrap();
    replace_table(
        &engine,
        &folder,
        "dim_product_metrics",
        "select p.product_id, m.views, m.adds, m.removes, m.purchase_lines, m.units, m.refund_units,
            m.viewing_sessions, m.cart_sessions, m.buying_sessions, m.orders_containing, m.visitors, m.revenue,
            m.refund_amount, m.last_paid_price
        from gold.dim_products as p
        cross join (select * from gold.dim_product_metrics limit 1) as m",
    );

    let database = Database::new("values");
    database.load(&engine).unwrap();
    let rows = database
        .client()
        .query(
            "select product_name, current_price::text, rating, rating_count, first_seen_date - date '1970-01-01',
                (extract(epoch from updated_at) * 1000000)::bigint
            from gold.dim_products where product_id like 'r%' order by product_id",
            &[],
        )
        .unwrap();
    assert_eq!(rows.len(), values.len());
    for (row, value) in rows.iter().zip(&values) {
        let price = value.price.map(|cents| {
            let sign = if cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        });
        assert_eq!(row.get::<_, Option<String>>(0), value.name.as_ref().map(|name| name.replace('\0', "")));
        assert_eq!(row.get::<_, Option<String>>(1), price);
        assert_eq!(row.get::<_, Option<f64>>(2).map(f64::to_bits), value.rating.map(f64::to_bits));
        assert_eq!(row.get::<_, Option<i32>>(3), value.count);
        assert_eq!(row.get::<_, Option<i32>>(4), value.date);
        assert_eq!(row.get::<_, Option<i64>>(5), value.time);
    }
}

/// A product of any values that a column of each type can hold.
#[derive(Debug)]
struct Product {
    name: Option<String>,
    price: Option<i128>,
    rating: Option<f64>,
    count: Option<i32>,
    date: Option<i32>,
    time: Option<i64>,
}

fn random_products(count: usize) -> Vec<Product> {
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let name = proptest::collection::vec(any::<char>(), 0..40).prop_map(String::from_iter);
    // 4713 BC to 9999 AD, within what PostgreSQL and Arrow both hold.
    let strategy = (
        proptest::option::of(name),
        proptest::option::of(-999_999_999_999_i128..=999_999_999_999),
        proptest::option::of(any::<f64>()),
        proptest::option::of(any::<i32>()),
        proptest::option::of(-2_400_000..2_932_000_i32),
        proptest::option::of(-200_000_000_000_000_000..250_000_000_000_000_000_i64),
    );
    let mut runner = TestRunner::deterministic();
    (0..count)
        .map(|number| {
            let (name, price, rating, count, date, time) = strategy.new_tree(&mut runner).unwrap().current();
            // A character that PostgreSQL cannot hold, now and then.
            let name = name.map(|name| if number % 50 == 0 { name + "\0end" } else { name });
            Product { name, price, rating, count, date, time }
        })
        .collect()
}

/// The products as rows of `dim_products`.
fn products_batch(schema: &SchemaRef, values: &[Product]) -> RecordBatch {
    let ids = StringArray::from_iter_values((0..values.len()).map(|number| format!("r{number:06}")));
    let prices = Decimal128Array::from_iter(values.iter().map(|value| value.price));
    let times = TimestampMicrosecondArray::from_iter(values.iter().map(|value| value.time));
    let columns = schema.fields().iter().map(|field| -> ArrayRef {
        match field.name().as_str() {
            "product_id" => Arc::new(ids.clone()),
            "product_name" => {
                Arc::new(StringArray::from_iter(values.iter().map(|value| value.name.as_deref())))
            }
            "current_price" => Arc::new(prices.clone().with_precision_and_scale(12, 2).unwrap()),
            "rating" => Arc::new(Float64Array::from_iter(values.iter().map(|value| value.rating))),
            "rating_count" => Arc::new(Int32Array::from_iter(values.iter().map(|value| value.count))),
            "first_seen_date" => Arc::new(Date32Array::from_iter(values.iter().map(|value| value.date))),
            "updated_at" => Arc::new(times.clone()),
            "is_inferred" => Arc::new(BooleanArray::from(vec![true; values.len()])),
            "stock" => Arc::new(Int32Array::from(vec![None; values.len()])),
            "last_seen_date" => Arc::new(Date32Array::from(vec![None; values.len()])),
            _ => Arc::new(StringArray::from(vec!["x"; values.len()])),
        }
    });
    conform(&columns.collect::<Vec<_>>(), schema)
}

fn conform(columns: &[ArrayRef], schema: &SchemaRef) -> RecordBatch {
    let columns = columns
        .iter()
        .zip(schema.fields())
        .map(|(column, field)| arrow::compute::cast(column, field.data_type()).unwrap())
        .collect();
    RecordBatch::try_new(schema.clone(), columns).unwrap()
}

#[test]
fn a_gold_schema_of_somebody_elses_is_refused_and_kept() {
    let database = Database::new("foreign");
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
    let database = Database::new("twice");
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
    let database = Database::new("interrupted");
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

#[test]
fn a_wrong_password_is_said_and_not_shown() {
    let (_folder, engine) = gold(Shop::default());
    let database = Database::new("password");
    let url = database.url();
    let (head, tail) = url.split_once('@').unwrap();
    let (user, _) = head.rsplit_once(':').unwrap();
    let server = Server::given(DatabaseUrl::new(format!("{user}:wr0ngSecret@{tail}")));
    let error = load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(text.contains("refused user clickmill"), "{text}");
    assert!(!text.contains("wr0ngSecret"), "{text}");
}

#[test]
fn an_unreachable_server_is_said() {
    let (_folder, engine) = gold(Shop::default());
    let server = Server::given(DatabaseUrl::new("postgresql://me:s3cret@127.0.0.1:1/shop"));
    let error =
        load::load(&engine, &server, &Options::default(), &Progress::hidden()).unwrap_err().to_string();
    assert!(error.contains("cannot reach") && error.contains("127.0.0.1:1"), "{error}");
}

#[test]
fn a_private_server_stops_starts_and_survives_a_stale_pid_file_and_a_taken_port() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Absent);
    assert!(!server::stop(&lake).unwrap(), "nothing to stop");
    assert!(server::url(&lake, &Options::default()).is_err());

    let first = start(&lake);
    assert!(first.is_private());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Running);
    assert_eq!(url_of(&start(&lake)), url_of(&first), "started twice, it is the same");
    let home = server::status(&lake).unwrap().folder;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = home.join("password").metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    assert!(server::stop(&lake).unwrap());
    assert_eq!(server::status(&lake).unwrap().state, server::State::Stopped);
    // Our own number stands for a program that got a killed server's.
    std::fs::write(home.join("cluster/postmaster.pid"), format!("{}\n", std::process::id())).unwrap();
    assert_eq!(url_of(&start(&lake)), url_of(&first), "the port is kept");

    assert!(server::stop(&lake).unwrap());
    let port: u16 = std::fs::read_to_string(home.join("port")).unwrap().trim().parse().unwrap();
    let squatter = std::net::TcpListener::bind(("127.0.0.1", port)).unwrap();
    let moved = start(&lake);
    assert_ne!(url_of(&moved), url_of(&first));
    moved.connect().unwrap();
    drop(squatter);
    assert!(server::stop(&lake).unwrap());
    if home != lake.postgres() {
        std::fs::remove_dir_all(home).unwrap();
    }
}
