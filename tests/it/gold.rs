//! Hand-made visits through the whole mill, and every number they must give.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use clickmill::engine::{self, Engine, LocalEngine, Params, ParquetTarget};
use clickmill::lake::{Lake, Layer, TableRef};
use clickmill::progress::Progress;
use clickmill::{ingest, transform};

/// What happened; `.` is nothing. March 2, 2026 is a Monday.
///
/// - v1 buys over midnight and logs in as A on the second line; B comes later
///   on the same device; the server refunds one line of A's.
/// - v2's payment fails, v3 buys without a cart, v4 empties the cart by hand.
/// - v6 is a crawler, v7's events share one instant, v8 has a refund only.
/// - v9 adds a product whose price nobody knows.
const EVENTS: &str = "
    v1 . 03-02T23:50:00 page_view        .  .      . .  .
    v1 . 03-02T23:52:00 product_view     p1 10.00  . .  .
    v1 . 03-02T23:54:00 add_to_cart      p1 10.00  2 .  .
    v1 . 03-02T23:58:00 checkout         .  .      . .  .
    v1 . 03-02T23:59:30 purchase         p1 10.00  2 o1 success
    v1 A 03-03T00:00:30 purchase         p2 5.00   1 o1 success
    v1 A 03-05T12:00:00 refund           p2 5.00   1 o1 .
    v1 B 03-09T10:00:00 product_view     p1 10.00  . .  .
    v2 . 03-03T10:00:00 product_view     p2 5.00   . .  .
    v2 . 03-03T10:01:00 add_to_cart      p2 5.00   1 .  .
    v2 . 03-03T10:02:00 add_to_cart      p2 5.50   1 .  .
    v2 . 03-03T10:03:00 checkout         .  .      . .  .
    v2 . 03-03T10:04:00 purchase         p2 5.50   2 o2 failure
    v3 . 03-03T11:00:00 product_view     p1 9.00   . .  .
    v3 . 03-03T11:01:00 purchase         p1 9.00   . o3 .
    v4 . 03-04T08:00:00 add_to_cart      p1 10.00  1 .  .
    v4 . 03-04T08:01:00 remove_from_cart p1 10.00  1 .  .
    v4 . 03-04T08:02:00 product_view     p1 10.00  . .  .
    v6 . 03-04T09:00:00 product_view     p1 10.00  . .  .
    v6 . 03-04T09:01:00 purchase         p1 100.00 1 o6 success
    v7 . 03-04T10:00:00 purchase         p1 10.00  1 o7 success
    v7 . 03-04T10:00:00 add_to_cart      p1 10.00  1 .  .
    v7 . 03-04T10:00:00 product_view     p1 10.00  . .  .
    v8 . 03-06T12:00:00 refund           p1 9.00   1 o3 .
    v9 . 03-04T12:00:00 add_to_cart      p3 .      3 .  .
";

const PRODUCTS: &str = "\
product_id,product_name,category,brand,price,updated_at
p1,Lamp,home.lighting.lamps,Acme,10.00,2026-03-01T00:00:00Z
p2,Mug,kitchen.mugs,Clay,5.00,2026-03-01T00:00:00Z
";

const USERS: &str = "\
user_id,name,country,signup_date,updated_at
A,Ann,DE,2026-01-05,2026-03-01T00:00:00Z
N,Nora,FR,2026-01-06,2026-03-01T00:00:00Z
";

/// The warehouse that a folder of raw files gives.
pub struct Warehouse {
    lake: Lake,
    engine: LocalEngine,
}

/// The warehouse of the visits told above, made once.
static TOLD: LazyLock<Warehouse> = LazyLock::new(|| {
    Warehouse::of("told", &[("events.csv", &events()), ("products.csv", PRODUCTS), ("users.csv", USERS)])
});

impl Warehouse {
    /// Made anew in a folder of that name; `files` are names and contents of raw files.
    pub fn of(name: &str, files: &[(&str, &str)]) -> Self {
        Self::with(name, files, &transform::Options::default())
    }

    /// As [`Warehouse::of`], made by other rules.
    pub fn with(name: &str, files: &[(&str, &str)], options: &transform::Options) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("gold").join(name);
        let _ = fs::remove_dir_all(&folder);
        let raw = folder.join("raw");
        fs::create_dir_all(&raw).unwrap();
        let inputs = files.iter().map(|(name, content)| write(&raw, name, content)).collect();
        let lake = Lake::new(folder.join("data"));
        let progress = Progress::hidden();
        let now = DateTime::parse_from_rfc3339("2026-04-01T00:00:00Z").unwrap().to_utc();
        let inputs = ingest::Options { inputs, ..ingest::Options::default() };
        ingest::ingest(&lake, &inputs, now, &progress).unwrap();
        transform::transform(&lake, options, &progress).unwrap();
        let engine = LocalEngine::open(&lake, &engine::Options::default()).unwrap();
        Self { lake, engine }
    }

    /// Puts the rows of a statement in a table's place.
    fn spoil(&self, table: &str, sql: &str) {
        let table = TableRef::parse(table).unwrap();
        let (place, spoilt) = (self.lake.table(&table), self.lake.root().join("spoilt"));
        let target = ParquetTarget { folder: spoilt.clone(), partition_by: Vec::new() };
        self.engine.materialize(&table, sql, &Params::new(), &target).unwrap();
        fs::remove_dir_all(&place).unwrap();
        fs::rename(spoilt, place).unwrap();
    }

    /// Rows of a statement, cells separated by a space, nulls as `-`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let options = FormatOptions::default().with_null("-");
        let engine: &dyn Engine = &self.engine;
        let mut rows = Vec::new();
        for batch in engine.collect(sql, &Params::new()).unwrap() {
            let columns: Vec<_> = batch
                .columns()
                .iter()
                .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
                .collect();
            for row in 0..batch.num_rows() {
                let cells: Vec<_> = columns.iter().map(|column| column.value(row).to_string()).collect();
                rows.push(cells.join(" "));
            }
        }
        rows
    }
}

fn write(folder: &Path, name: &str, content: &str) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path
}

/// `EVENTS` as a raw file: device, agent and origin are each visitor's own.
fn events() -> String {
    let mut csv = "event_id,visitor_id,user_id,event_time,event_type,product_id,category,price,quantity,\
        order_id,outcome,device_type,browser,os,user_agent,country,referrer,utm_source,utm_medium,utm_campaign\n"
        .to_owned();
    for (number, line) in EVENTS.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let cells: Vec<_> = line.split_whitespace().map(|cell| if cell == "." { "" } else { cell }).collect();
        let &[visitor, user, time, event_type, product, price, quantity, order, outcome] = cells.as_slice()
        else {
            panic!("not nine cells: {line}");
        };
        let category = if product == "p3" { "toys" } else { "" };
        let agent = if visitor == "v6" { "Googlebot/2.1" } else { "Mozilla/5.0" };
        let origin = match visitor {
            "v1" => "https://www.google.com/search,,,",
            "v2" => ",Facebook,cpc,spring",
            _ => ",,,",
        };
        writeln!(
            csv,
            "00000000-0000-4000-8000-{number:012},{visitor},{user},2026-{time}Z,{event_type},{product},\
             {category},{price},{quantity},{order},{outcome},mobile,Chrome,Android,{agent},DE,{origin}"
        )
        .unwrap();
    }
    csv
}

#[test]
fn sessions_count_each_step_cart_and_order() {
    let rows = TOLD.rows(
        "select visitor_id, session_date, user_id, events, duration_seconds, max_step,
             converted_sessions, cart_sessions, checkout_sessions, abandoned_sessions,
             reached_product_view, reached_cart, reached_checkout, reached_purchase,
             strict_product_view, strict_cart, strict_checkout, strict_purchase,
             orders, units, unpriced_cart_lines, distinct_products,
             revenue, cart_value_added, cart_value_end, potential_lost_revenue
         from gold.fact_sessions order by visitor_id, session_date",
    );
    assert_eq!(
        rows,
        [
            "v1 2026-03-02 A 6 630 4 1 1 1 0 1 1 1 1 1 1 1 1 1 3 0 2 25.00 20.00 0.00 0.00",
            "v1 2026-03-09 B 1 0 1 0 0 0 0 1 0 0 0 1 0 0 0 0 0 0 1 0.00 0.00 0.00 0.00",
            "v2 2026-03-03 - 5 240 3 0 1 1 1 1 1 1 0 1 1 1 0 0 0 0 1 0.00 10.50 11.00 11.00",
            "v3 2026-03-03 - 2 60 4 1 0 0 0 1 1 1 1 1 0 0 0 1 1 0 1 9.00 0.00 0.00 0.00",
            "v4 2026-03-04 - 3 120 2 0 1 0 1 1 1 0 0 1 0 0 0 0 0 0 1 0.00 10.00 0.00 0.00",
            "v6 2026-03-04 - 2 60 4 1 0 0 0 1 1 1 1 1 0 0 0 1 1 0 1 100.00 0.00 0.00 0.00",
            "v7 2026-03-04 - 3 0 4 1 1 0 0 1 1 1 1 1 1 0 0 1 1 0 1 10.00 10.00 0.00 0.00",
            "v9 2026-03-04 - 1 0 2 0 1 0 1 1 1 0 0 0 0 0 0 0 0 1 1 0.00 0.00 0.00 0.00",
        ]
    );
}

#[test]
fn orders_are_dated_by_their_first_line_and_owned_by_the_account_seen() {
    let rows = TOLD.rows(
        "select order_id, is_order_id_derived, order_date, order_hour, session_date, visitor_id, user_id,
             orders, priced_orders, order_lines, unpriced_lines, units, revenue, distinct_products
         from gold.fact_orders order by order_id",
    );
    assert_eq!(
        rows,
        [
            "o1 false 2026-03-02 23 2026-03-02 v1 A 1 1 2 0 3 25.00 2",
            "o3 false 2026-03-03 11 2026-03-03 v3 - 1 1 1 0 1 9.00 1",
            "o6 false 2026-03-04 9 2026-03-04 v6 - 1 1 1 0 1 100.00 1",
            "o7 false 2026-03-04 10 2026-03-04 v7 - 1 1 1 0 1 10.00 1",
        ]
    );
}

#[test]
fn events_keep_their_own_day_and_their_sessions_origin() {
    let rows = TOLD.rows(
        "select event_date, session_date, event_sequence, event_type, f.user_id, f.order_id, quantity,
             purchase_lines, f.revenue, refund_amount, device_key = -1, channel_group
         from gold.fact_events as f
         inner join gold.dim_channel as c on f.channel_key = c.channel_key
         where visitor_id = 'v1' order by event_time_us",
    );
    assert_eq!(
        rows,
        [
            "2026-03-02 2026-03-02 1 page_view - - - 0 0.00 0.00 false Organic Search",
            "2026-03-02 2026-03-02 2 product_view - - - 0 0.00 0.00 false Organic Search",
            "2026-03-02 2026-03-02 3 add_to_cart - - 2 0 0.00 0.00 false Organic Search",
            "2026-03-02 2026-03-02 4 checkout - - - 0 0.00 0.00 false Organic Search",
            "2026-03-02 2026-03-02 5 purchase - o1 2 1 20.00 0.00 false Organic Search",
            "2026-03-03 2026-03-02 6 purchase A o1 1 1 5.00 0.00 false Organic Search",
            "2026-03-05 - - refund A o1 1 0 0.00 5.00 true Not recorded",
            "2026-03-09 2026-03-09 1 product_view B - - 0 0.00 0.00 false Organic Search",
        ]
    );
}

#[test]
fn days_are_dense_and_leave_the_crawler_out() {
    let rows = TOLD.rows(
        "select date, is_complete, events, product_views, adds, checkouts, refund_amount, refund_events,
             sessions, converted_sessions, bounced_sessions, cart_sessions, abandoned_sessions,
             session_seconds, potential_lost_revenue, session_revenue, orders, priced_orders, units,
             revenue, new_visitors, new_customers, visitors, customers, buyers
         from gold.fact_daily_metrics order by date",
    );
    assert_eq!(
        rows,
        [
            "2026-03-02 false 5 1 1 1 0.00 0 1 1 0 1 0 630 0.00 25.00 1 1 3 25.00 1 1 1 1 1",
            "2026-03-03 true 8 2 2 1 0.00 0 2 1 0 1 1 300 11.00 9.00 1 1 1 9.00 2 2 2 2 1",
            "2026-03-04 true 7 2 3 0 0.00 0 3 1 1 3 2 120 0.00 10.00 1 1 1 10.00 3 3 3 3 1",
            "2026-03-05 true 1 0 0 0 5.00 1 0 0 0 0 0 0 0.00 0.00 0 0 0 0.00 0 0 0 0 0",
            "2026-03-06 true 1 0 0 0 9.00 1 0 0 0 0 0 0 0.00 0.00 0 0 0 0.00 0 0 0 0 0",
            "2026-03-07 true 0 0 0 0 0.00 0 0 0 0 0 0 0 0.00 0.00 0 0 0 0.00 0 0 0 0 0",
            "2026-03-08 true 0 0 0 0 0.00 0 0 0 0 0 0 0 0.00 0.00 0 0 0 0.00 0 0 0 0 0",
            "2026-03-09 false 1 1 0 0 0.00 0 1 0 1 0 0 0 0.00 0.00 0 0 0 0.00 0 1 1 1 0",
        ]
    );
}

#[test]
fn the_next_login_on_a_shared_device_takes_only_rows_without_an_account() {
    assert_eq!(
        TOLD.rows(
            "select visitor_id, customer_id, user_id, accounts_seen, is_bot, bot_reason, first_seen_date,
                 first_session_id is null
             from gold.dim_visitors where visitor_id in ('v1', 'v3', 'v6', 'v8') order by visitor_id"
        ),
        [
            "v1 B B 2 false - 2026-03-02 false",
            "v3 v:v3 - 0 false - 2026-03-03 false",
            "v6 v:v6 - 0 true user agent 2026-03-04 false",
            "v8 v:v8 - 0 false - 2026-03-06 true",
        ]
    );
    assert_eq!(
        TOLD.rows(
            "select customer_id, is_known, is_inferred, name, first_seen_date, sessions, events,
                 orders, units, revenue, refund_amount, net_revenue, first_order_id
             from gold.dim_users order by customer_id"
        ),
        [
            "A true false Ann 2026-03-03 1 1 1 3 25.00 5.00 20.00 o1",
            "B true true - 2026-03-02 1 6 0 0 0.00 0.00 0.00 -",
            "N true false Nora - 0 0 0 0 0.00 0.00 0.00 -",
            "v:v2 false false - 2026-03-03 1 5 0 0 0.00 0.00 0.00 -",
            "v:v3 false false - 2026-03-03 1 2 1 1 9.00 0.00 9.00 o3",
            "v:v4 false false - 2026-03-04 1 3 0 0 0.00 0.00 0.00 -",
            "v:v6 false false - - 0 0 0 0 0.00 0.00 0.00 -",
            "v:v7 false false - 2026-03-04 1 3 1 1 10.00 0.00 10.00 o7",
            "v:v8 false false - - 0 0 0 0 0.00 9.00 -9.00 -",
            "v:v9 false false - 2026-03-04 1 1 0 0 0.00 0.00 0.00 -",
        ]
    );
}

#[test]
fn scores_give_equal_customers_equal_numbers() {
    let rows = TOLD.rows(
        "select customer_id, as_of_date, days_since_last_order, r_score, f_score, m_score, rfm_segment,
             btyd_frequency, btyd_recency_days, btyd_t_days
         from gold.dim_users where customer_id in ('A', 'B', 'v:v3', 'v:v7') order by customer_id",
    );
    assert_eq!(
        rows,
        [
            "A 2026-03-09 7 1 1 4 Hibernating 0 0 7",
            "B 2026-03-09 - - - - No purchase - - -",
            "v:v3 2026-03-09 6 2 1 1 Hibernating 0 0 6",
            "v:v7 2026-03-09 5 4 1 2 New customers 0 0 5",
        ]
    );
}

#[test]
fn products_carts_categories_and_weeks_add_up() {
    assert_eq!(
        TOLD.rows(
            "select product_id, product_name, category_l1, category_l2, category_l3, brand, current_price,
                 is_inferred
             from gold.dim_products order by product_id"
        ),
        [
            "(unknown) (unknown) (unknown) (unknown) (unknown) (unknown) - true",
            "p1 Lamp home lighting lamps Acme 10.00 false",
            "p2 Mug kitchen mugs (unknown) Clay 5.00 false",
            "p3 p3 toys (unknown) (unknown) (unknown) - true",
        ]
    );
    // The failed payment showed a price, and sold nothing.
    assert_eq!(
        TOLD.rows("select * from gold.agg_product_daily where product_id = 'p2' order by date"),
        [
            "2026-03-03 p2 1 2 0 1 0 1 5.00 0.00 5.00 5.50 5.20 1 1 1",
            "2026-03-05 p2 0 0 0 0 1 0 0.00 5.00 - - - 0 0 0",
        ]
    );
    assert_eq!(
        TOLD.rows("select * from gold.agg_cart_product_daily order by session_date, product_id"),
        ["2026-03-03 p2 1 2 11.00", "2026-03-04 p3 1 3 0.00"]
    );
    assert_eq!(
        TOLD.rows(
            "select product_id, views, adds, removes, purchase_lines, units, refund_units, viewing_sessions,
                 cart_sessions, buying_sessions, orders_containing, visitors, revenue, refund_amount,
                 last_paid_price
             from gold.dim_product_metrics order by product_id"
        ),
        [
            "(unknown) 0 0 0 0 0 0 0 0 0 0 0 0.00 0.00 -",
            "p1 5 3 1 3 4 1 5 3 3 3 4 39.00 9.00 10.00",
            "p2 1 2 0 1 1 1 1 1 1 1 2 5.00 5.00 5.00",
            "p3 0 1 0 0 0 0 0 1 0 0 1 0.00 0.00 -",
        ]
    );
    assert_eq!(
        TOLD.rows("select * from gold.agg_category_metrics where category_l1 = 'home' order by date"),
        [
            "2026-03-02 home lighting 1 1 0 2 0 1 20.00 0.00 1 1",
            "2026-03-03 home lighting 1 0 0 1 0 1 9.00 0.00 1 1",
            "2026-03-04 home lighting 2 2 1 1 0 1 10.00 0.00 2 1",
            "2026-03-06 home lighting 0 0 0 0 1 0 0.00 9.00 0 0",
            "2026-03-09 home lighting 1 0 0 0 0 0 0.00 0.00 1 0",
        ]
    );
    assert_eq!(
        TOLD.rows(
            "select * from gold.agg_user_weekly where customer_id in ('A', 'B')
             order by customer_id, week_start"
        ),
        ["A 2026-03-02 1 1 1 1 25.00 1", "B 2026-03-02 0 5 1 0 0.00 0", "B 2026-03-09 1 1 1 0 0.00 0",]
    );
    assert_eq!(
        TOLD.rows(
            "select session_date, channel_group, country, is_new_visitor, sessions, abandoned_sessions,
                 reached_checkout, revenue, potential_lost_revenue
             from gold.agg_session_daily as s inner join gold.dim_channel as c on s.channel_key = c.channel_key
             order by session_date, channel_group"
        ),
        [
            "2026-03-02 Organic Search DE true 1 0 1 25.00 0.00",
            "2026-03-03 Direct DE true 1 0 1 9.00 0.00",
            "2026-03-03 Paid Social DE true 1 1 1 0.00 11.00",
            "2026-03-04 Direct DE true 3 2 1 10.00 0.00",
            "2026-03-09 Organic Search DE false 1 0 0 0.00 0.00",
        ]
    );
}

/// A log like that of REES46 has no accounts, devices, channels, checkouts or order ids.
#[test]
fn a_log_without_orders_gives_one_order_per_tracker_session() {
    let warehouse = Warehouse::of(
        "without_orders",
        &[(
            "rees46.csv",
            "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n\
         2019-10-01 00:00:00 UTC,view,1,10,a.b,acme,2.50,7,s1\n\
         2019-10-01 00:01:00 UTC,purchase,1,10,a.b,acme,2.50,7,s1\n\
         2019-10-01 00:20:00 UTC,purchase,2,11,,,4.00,7,s1\n\
         2019-10-01 00:21:00 UTC,purchase,2,11,,,4.00,7,s2\n",
        )],
    );
    assert_eq!(
        warehouse.rows(
            "select order_id like 'd:%', is_order_id_derived, order_time, order_lines, revenue, user_id,
                 device_key, channel_key
             from gold.fact_orders order by order_time"
        ),
        ["true true 2019-10-01T00:01:00Z 2 6.50 - -1 -1", "true true 2019-10-01T00:21:00Z 1 4.00 - -1 -1",]
    );
    assert_eq!(
        warehouse.rows(
            "select sessions, converted_sessions, orders, purchase_lines, reached_checkout, strict_purchase,
                 revenue
             from gold.fact_sessions"
        ),
        ["1 1 2 3 1 0 10.50"]
    );
    assert_eq!(
        warehouse.rows("select channel_key, channel_group, is_direct from gold.dim_channel"),
        ["-1 Not recorded false"]
    );
}

/// A log like that of RetailRocket has order ids and no prices: revenue is 0 and no order is priced.
#[test]
fn a_log_without_prices_has_orders_without_value() {
    let warehouse = Warehouse::of(
        "without_prices",
        &[(
            "retailrocket.csv",
            "timestamp,visitorid,event,itemid,transactionid\n\
         1433193132000,1,view,5,\n\
         1433193133000,1,addtocart,5,\n\
         1433193134000,1,transaction,5,77\n\
         1433193135000,1,transaction,6,77\n\
         1433193136000,2,addtocart,5,\n",
        )],
    );
    assert_eq!(
        warehouse.rows(
            "select orders, priced_orders, order_lines, unpriced_lines, units, revenue from gold.fact_orders"
        ),
        ["1 0 2 2 2 0.00"]
    );
    assert_eq!(
        warehouse.rows(
            "select visitor_id, abandoned_sessions, unpriced_cart_lines, potential_lost_revenue
             from gold.fact_sessions order by visitor_id"
        ),
        ["1 0 1 0.00", "2 1 1 0.00"]
    );
}

/// The first law: late, out of order and in several files, the same events give the same rows.
#[test]
fn the_order_and_the_files_of_the_input_change_nothing() {
    let events = events();
    let (header, rows) = events.split_once('\n').unwrap();
    let backwards: Vec<_> = rows.lines().rev().collect();
    let (late, early) = backwards.split_at(backwards.len() / 2);
    let file = |rows: &[&str]| format!("{header}\n{}\n", rows.join("\n"));
    let warehouse = Warehouse::of(
        "backwards",
        &[("a.csv", &file(late)), ("b.csv", &file(early)), ("products.csv", PRODUCTS), ("users.csv", USERS)],
    );
    let tables = warehouse.lake.tables(Layer::Gold).unwrap();
    assert_eq!(tables.len(), 31);
    for table in tables {
        let all = format!("select * from {table}");
        let (mut expected, mut found) = (TOLD.rows(&all), warehouse.rows(&all));
        expected.sort();
        found.sort();
        assert_eq!(expected, found, "{table}");
    }
}

/// Tables are spoilt one way for each check, and each check must see it.
#[test]
fn every_check_finds_its_fault() {
    let warehouse = Warehouse::of("spoilt", &[("events.csv", &events())]);
    // All columns of a table, some of them with another value.
    let all = |table: &str, changes: &[(&str, &str)]| {
        let columns = warehouse.engine.columns("gold", table);
        let columns: Vec<_> = columns
            .iter()
            .map(|(name, _)| match changes.iter().find(|(changed, _)| changed == name) {
                Some((_, value)) => format!("{value} as {name}"),
                None => name.clone(),
            })
            .collect();
        format!("select {} from gold.{table}", columns.join(", "))
    };
    let spoil = |table: &str, sql: String| warehouse.spoil(&format!("gold.{table}"), &sql);
    spoil("dim_device", "select * from gold.dim_device where device_key <> -1".into());
    spoil(
        "dim_users",
        format!(
            "{} union all select * from gold.dim_users",
            all("dim_users", &[("r_score", "cast(6 as smallint)"), ("rfm_segment", "cast(null as string)")])
        ),
    );
    let nobodys = [("user_id", "'Z'"), ("first_session_id", "first_session_id + 1")];
    spoil("dim_visitors", all("dim_visitors", &nobodys));
    spoil("fact_orders", all("fact_orders", &[("revenue", "cast(revenue + 0.01 as decimal(18, 2))")]));
    spoil(
        "fact_sessions",
        all(
            "fact_sessions",
            &[("potential_lost_revenue", "cast(1 as decimal(18, 2))"), ("reached_cart", "1 - reached_cart")],
        ),
    );
    spoil("agg_session_daily", all("agg_session_daily", &[("sessions", "sessions + 1")]));
    spoil("agg_product_daily", all("agg_product_daily", &[("units", "units + 1")]));
    let cent = "cast(linear_credit + 0.01 as decimal(18, 2))";
    spoil("fact_attribution", all("fact_attribution", &[("linear_credit", cent)]));
    spoil("agg_funnel_daily", all("agg_funnel_daily", &[("entries", "cast(step_number as bigint)")]));
    spoil("agg_journey_daily", all("agg_journey_daily", &[("ended_sessions", "ended_sessions + 1")]));
    spoil("agg_retention_weekly", all("agg_retention_weekly", &[("cohort_size", "cohort_size + 1")]));
    spoil("agg_product_affinity", all("agg_product_affinity", &[("orders_both", "orders_both + 5")]));
    let revenue = "cast(revenue + 0.01 as decimal(18, 2))";
    spoil("agg_session_group_daily", all("agg_session_group_daily", &[("revenue", revenue)]));
    spoil("agg_lifecycle_weekly", all("agg_lifecycle_weekly", &[("lapsed_customers", "customers + 1")]));
    spoil("agg_first_purchase_daily", all("agg_first_purchase_daily", &[("customers", "customers + 1")]));
    // Nobody searched in these visits.
    spoil(
        "agg_search_daily",
        "select date '2026-03-03' as session_date, 'desktop' as device_type, 'mug' as search_query,
            1 as searches, 1 as search_sessions, 2 as viewing_sessions, 0 as cart_sessions,
            0 as converted_sessions, 0 as ended_sessions"
            .into(),
    );
    spoil(
        "agg_product_recommendations",
        "select 'p1' as product_id, 2 as recommendation_rank, 'p2' as recommended_product_id, 1 as orders_both,
            1 as orders_product, 1 as orders_recommended, 1 as orders_all, 1.0 as support, 1.0 as confidence,
            1.0 as lift"
            .into(),
    );
    spoil(
        "agg_experiment_daily",
        all("agg_experiment_daily", &[])
            + " union all select date '2026-03-02', 'checkout', 'control', 1, 2, 1, 1, 1, cast(0 as decimal(18, 2))",
    );
    spoil(
        "fact_daily_metrics",
        all("fact_daily_metrics", &[("converted_sessions", "sessions + 1")])
            + " where date <> date '2026-03-07'",
    );
    let changes = [
        ("source", "case when event_type = 'refund' then 'other shop' else source end"),
        ("session_date", "cast(null as date)"),
        ("event_sequence", "case when visitor_id = 'v2' then 1 else event_sequence end"),
        ("purchase_lines", "cast(1 as smallint)"),
        ("revenue", "cast(1 as decimal(18, 2))"),
    ];
    let events = all("fact_events", &changes) + " where event_type <> 'page_view'";
    spoil(
        "fact_events",
        format!("{events} union all select * from ({events}) where event_type = 'checkout'"),
    );

    let outcomes = transform::check(&warehouse.lake, &engine::Options::default()).unwrap();
    let silent: Vec<_> = outcomes
        .iter()
        .filter(|outcome| outcome.name.starts_with("gold_") && outcome.bad_rows == 0)
        .map(|outcome| outcome.name.as_str())
        .collect();
    // These two speak of other input: ids like ours, a thousand made carts.
    assert_eq!(silent, ["gold_derived_order_ids_are_ours", "gold_made_carts_lose_revenue"]);
}
