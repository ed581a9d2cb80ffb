//! Who is who: accounts, devices, and what a login changes.

use std::fmt::Write as _;

use super::gold::Warehouse;

/// Lines of `visitor account time type order price`, `.` for nothing, as a raw file.
pub fn log(lines: &str) -> String {
    let mut csv = "event_id,visitor_id,user_id,event_time,event_type,product_id,price,order_id,page_url,\
        utm_source,utm_medium,referrer\n"
        .to_owned();
    for (number, line) in lines.lines().filter(|line| !line.trim().is_empty()).enumerate() {
        let cells: Vec<_> = line.split_whitespace().map(|cell| if cell == "." { "" } else { cell }).collect();
        let (visitor, user, time, event_type) = (cells[0], cells[1], cells[2], cells[3]);
        let cell = |position: usize| cells.get(position).copied().unwrap_or_default();
        let (order, price, product) = (cell(4), cell(5), cell(6));
        // source/medium
        let (source, medium) = cell(7).split_once('/').unwrap_or_default();
        writeln!(
            csv,
            "00000000-0000-4000-8000-{number:012},{visitor},{user},2026-{time}Z,{event_type},{product},{price},\
             {order},https://shop.example/,{source},{medium},"
        )
        .unwrap();
    }
    csv
}

fn customers_of_sessions(warehouse: &Warehouse) -> Vec<String> {
    warehouse.rows(
        "select f.visitor_id, f.session_date, f.events, f.user_id, coalesce(f.user_id, v.customer_id)
         from gold.fact_sessions as f
         inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id
         order by f.visitor_id, f.session_start",
    )
}

#[test]
fn a_login_makes_earlier_visits_the_accounts_and_changes_no_fact() {
    let before = "
        v1 . 03-01T10:00:00 product_view . 5 p1
        v1 . 03-02T10:00:00 purchase o1 5 p1
    ";
    let early = Warehouse::of("login_before", &[("events.csv", &log(before))]);
    let late = Warehouse::of(
        "login_after",
        &[("events.csv", &log(&format!("{before}\nv1 A 03-09T10:00:00 login")))],
    );
    assert_eq!(early.rows("select visitor_id, customer_id, user_id from gold.dim_visitors"), ["v1 v:v1 -"]);
    assert_eq!(late.rows("select visitor_id, customer_id, user_id from gold.dim_visitors"), ["v1 A A"]);
    // The rows of before are the same: the account stands in dim_visitors alone.
    for table in ["fact_events", "fact_sessions", "fact_orders"] {
        let date = match table {
            "fact_events" => "event_date",
            "fact_sessions" => "session_date",
            _ => "order_date",
        };
        let rows = format!("select * from gold.{table} where {date} < date '2026-03-09' order by 1, 2");
        assert_eq!(early.rows(&rows), late.rows(&rows), "{table}");
    }
    assert_eq!(late.rows("select user_id from gold.fact_orders"), ["-"]);
    assert_eq!(
        late.rows("select customer_id, sessions, orders, revenue, first_seen_date from gold.dim_users"),
        ["A 3 1 5.00 2026-03-01"]
    );
}

#[test]
fn devices_of_one_account_are_one_customer() {
    let warehouse = Warehouse::of(
        "devices",
        &[(
            "events.csv",
            &log("
                phone  . 03-01T10:00:00 product_view . 5 p1
                phone  A 03-01T10:01:00 login
                laptop . 03-02T10:00:00 product_view . 5 p1
                laptop A 03-02T10:01:00 purchase o1 5 p1
                tablet . 03-03T10:00:00 page_view
            "),
        )],
    );
    assert_eq!(
        warehouse.rows(
            "select customer_id, visitors, sessions, events, active_days, orders, revenue
             from gold.dim_users order by customer_id"
        ),
        ["A 2 2 4 2 1 5.00", "v:tablet 1 1 1 1 0 0.00"]
    );
    assert_eq!(
        warehouse.rows("select sum(new_customers), sum(new_visitors) from gold.fact_daily_metrics"),
        ["2 3"]
    );
}

#[test]
fn a_login_in_mid_session_does_not_split_it() {
    let warehouse = Warehouse::of(
        "mid_session",
        &[(
            "events.csv",
            &log("
                v1 . 03-01T10:00:00 product_view . 5 p1
                v1 . 03-01T10:05:00 add_to_cart  . 5 p1
                v1 A 03-01T10:10:00 login
                v1 A 03-01T10:15:00 checkout
                v1 . 03-01T10:20:00 purchase o1 5 p1
            "),
        )],
    );
    assert_eq!(customers_of_sessions(&warehouse), ["v1 2026-03-01 5 A A"]);
    // What was seen on each row stays; the order takes its session's account.
    assert_eq!(
        warehouse.rows("select event_sequence, user_id from gold.fact_events order by event_sequence"),
        ["1 -", "2 -", "3 A", "4 A", "5 -"]
    );
    assert_eq!(warehouse.rows("select order_id, user_id from gold.fact_orders"), ["o1 A"]);
}

#[test]
fn on_a_shared_device_nobody_takes_what_anothers_account_did() {
    let warehouse = Warehouse::of(
        "shared_device",
        &[(
            "events.csv",
            &log("
                v1 A 03-01T10:00:00 login
                v1 A 03-01T10:01:00 purchase o1 10 p1
                v1 . 03-02T10:00:00 purchase o2 20 p1
                v1 B 03-03T10:00:00 login
                v1 B 03-03T10:01:00 purchase o3 40 p1
                v1 . 03-04T10:00:00 purchase o4 80 p1
            "),
        )],
    );
    assert_eq!(warehouse.rows("select customer_id, accounts_seen from gold.dim_visitors"), ["B 2"]);
    // Rows without an account follow the last login; A keeps what is A's.
    assert_eq!(
        warehouse.rows("select customer_id, orders, revenue from gold.dim_users order by customer_id"),
        ["A 1 10.00", "B 3 140.00"]
    );
    assert_eq!(
        warehouse.rows("select order_id, touches, touch_number from gold.fact_attribution order by 1, 3"),
        ["o1 1 1", "o2 1 1", "o3 2 1", "o3 2 2", "o4 3 1", "o4 3 2", "o4 3 3"]
    );
}

#[test]
fn a_refund_by_the_server_tells_nothing_of_who_the_visitor_is() {
    let warehouse = Warehouse::of(
        "refund_identity",
        &[(
            "events.csv",
            &log("
                v1 . 03-01T10:00:00 purchase o1 10 p1
                v1 A 03-02T10:00:00 refund   o1 10 p1
                v2 B 03-01T10:00:00 login
                v2 A 03-05T10:00:00 refund   o9 3 p1
            "),
        )],
    );
    assert_eq!(
        warehouse.rows("select visitor_id, customer_id, accounts_seen from gold.dim_visitors order by 1"),
        ["v1 v:v1 0", "v2 B 1"]
    );
    // The money goes back to the account that the refund names.
    assert_eq!(
        warehouse.rows("select customer_id, revenue, refund_amount from gold.dim_users order by customer_id"),
        ["A 0.00 13.00", "B 0.00 0.00", "v:v1 10.00 0.00"]
    );
}
