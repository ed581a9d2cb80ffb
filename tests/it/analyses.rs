//! Attribution, funnels, journeys, scores, retention and affinity of small
//! logs, against figures worked out by hand.

use chrono::NaiveDate;
use clickmill::transform::{Analysis, Options};

use super::gold::Warehouse;
use super::identity::log;

const DAY_US: i64 = 86_400_000_000;

fn warehouse(name: &str, lines: &str, analysis: Analysis) -> Warehouse {
    let options = Options { analysis, ..Options::default() };
    Warehouse::with(name, &[("events.csv", &log(lines))], &options)
}

#[test]
fn credit_goes_to_the_visits_of_the_look_back_and_adds_up_to_the_cent() {
    let warehouse = warehouse(
        "attribution",
        "
        v1 . 01-01T10:00:00 page_view . . . google/cpc
        v1 . 01-06T12:00:00 page_view . . . .
        v1 . 01-20T10:00:00 page_view . . . newsletter/email
        v1 . 02-05T11:55:00 page_view . . . .
        v1 . 02-05T12:00:00 purchase o1 10.01 p1
        v1 . 02-06T10:00:00 page_view . . . google/cpc
        phone A 03-01T10:00:00 page_view . . . facebook/social
        pc    A 03-02T10:00:00 purchase o2 0.01 p1 .
        v3 . 03-01T10:00:00 purchase o3 5.00 p1
        v3 . 03-01T18:00:00 page_view . . . google/cpc
        ",
        Analysis::default(),
    );
    // 6 January 12:00 is 30 days before the order to the second, 1 January is too long ago.
    assert_eq!(
        warehouse.rows(
            "select order_id, touch_number, touches, session_date, channel_group, seconds_before_order,
                 first_credit, last_credit, last_non_direct_credit, linear_credit, position_based_credit
             from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
             order by order_id, touch_number"
        ),
        [
            "o1 1 3 2026-01-06 Direct 2592000 10.01 0.00 0.00 3.33 4.00",
            "o1 2 3 2026-01-20 Email 1389600 0.00 0.00 10.01 3.33 2.00",
            "o1 3 3 2026-02-05 Direct 300 0.00 10.01 0.00 3.35 4.01",
            "o2 1 2 2026-03-01 Organic Social 86400 0.01 0.00 0.01 0.00 0.00",
            "o2 2 2 2026-03-02 Direct 0 0.00 0.01 0.00 0.01 0.01",
            "o3 1 1 2026-03-01 Direct 0 5.00 5.00 5.00 5.00 5.00",
        ]
    );
    assert_eq!(
        warehouse.rows(
            "select model, channel_group, touches, credit
             from gold.agg_attribution_daily as a inner join gold.dim_channel as c on a.channel_key = c.channel_key
             where order_date = date '2026-02-05' and model in ('last_non_direct', 'linear') order by 1, 2"
        ),
        [
            "last_non_direct Direct 2 0.00",
            "last_non_direct Email 1 10.01",
            "linear Direct 2 6.68",
            "linear Email 1 3.33",
        ]
    );
}

#[test]
fn a_shorter_look_back_leaves_the_order_to_its_own_visit() {
    let warehouse = warehouse(
        "attribution_short",
        "
        v1 . 01-01T10:00:00 page_view . . . google/cpc
        v1 . 01-03T10:00:00 purchase o1 9.00 p1
        ",
        Analysis { attribution_lookback_us: DAY_US, ..Analysis::default() },
    );
    assert_eq!(warehouse.rows("select touches, first_credit from gold.fact_attribution"), ["1 9.00"]);
}

/// - a takes every step, over a week, in several visits;
/// - b buys without a cart: everything is reached, the strict funnel ends at the view;
/// - c comes too late for the first window, enters again and gets to the cart;
/// - d puts into the cart before any view;
/// - e has it all at one instant, which the rank of the types puts in order;
/// - f's payment fails: the checkout is reached, no step strictly taken.
#[test]
fn funnels_follow_customers_through_the_window_and_let_them_in_again() {
    let warehouse = warehouse(
        "funnel",
        "
        a . 03-02T10:00:00 product_view . 5 p1
        a . 03-03T10:00:00 add_to_cart  . 5 p1
        a . 03-05T10:00:00 product_view . 5 p1
        a . 03-06T10:00:00 checkout
        a . 03-09T10:00:00 purchase o1 5 p1
        b . 03-02T11:00:00 product_view . 5 p1
        b . 03-02T11:01:00 purchase o2 5 p1
        c . 03-02T12:00:00 product_view . 5 p1
        c . 03-09T12:00:01 add_to_cart  . 5 p1
        c . 03-10T12:00:00 product_view . 5 p1
        c . 03-10T12:01:00 add_to_cart  . 5 p1
        d . 03-02T13:00:00 add_to_cart  . 5 p1
        d . 03-02T13:01:00 product_view . 5 p1
        e . 03-02T14:00:00 purchase o3 5 p1
        e . 03-02T14:00:00 checkout
        e . 03-02T14:00:00 add_to_cart  . 5 p1
        e . 03-02T14:00:00 product_view . 5 p1
        f . 03-02T15:00:00 page_view
        f . 03-20T15:00:00 page_view
        ",
        Analysis::default(),
    );
    let rows = warehouse.rows(
        "select entry_date, funnel_kind, step_number, step, entries, is_complete
         from gold.agg_funnel_daily order by entry_date, funnel_kind desc, step_number",
    );
    assert_eq!(
        rows,
        [
            "2026-03-02 strict 1 product_view 5 true",
            "2026-03-02 strict 2 add_to_cart 2 true",
            "2026-03-02 strict 3 checkout 2 true",
            "2026-03-02 strict 4 purchase 2 true",
            "2026-03-02 reached 1 product_view 5 true",
            "2026-03-02 reached 2 add_to_cart 4 true",
            "2026-03-02 reached 3 checkout 3 true",
            "2026-03-02 reached 4 purchase 3 true",
            // c's cart comes a second after the window: a new entry for reached, not for strict.
            "2026-03-09 reached 1 product_view 1 true",
            "2026-03-09 reached 2 add_to_cart 1 true",
            "2026-03-09 reached 3 checkout 0 true",
            "2026-03-09 reached 4 purchase 0 true",
            "2026-03-10 strict 1 product_view 1 true",
            "2026-03-10 strict 2 add_to_cart 1 true",
            "2026-03-10 strict 3 checkout 0 true",
            "2026-03-10 strict 4 purchase 0 true",
        ]
    );
}

#[test]
fn steps_and_window_are_the_users_to_choose_and_devices_are_one_customer() {
    let analysis = Analysis {
        funnel_steps: vec!["search".to_owned(), "purchase".to_owned()],
        funnel_window_us: DAY_US,
        ..Analysis::default()
    };
    let warehouse = warehouse(
        "funnel_steps",
        "
        phone A 03-02T10:00:00 search
        pc    A 03-03T10:00:00 purchase o1 5 p1
        v2    . 03-02T10:00:00 search
        v2    . 03-03T10:00:01 purchase o2 5 p1
        v3    . 03-02T10:00:00 search
        v3    . 03-03T09:00:00 search
        v3    . 03-03T10:00:01 search
        ",
        analysis,
    );
    assert_eq!(
        warehouse.rows(
            "select entry_date, step, entries, is_complete from gold.agg_funnel_daily
             where funnel_kind = 'strict' order by entry_date, step_number"
        ),
        [
            "2026-03-02 search 3 false",
            "2026-03-02 purchase 1 false",
            // v3's second search lies within the first window, its third does not.
            "2026-03-03 search 1 false",
            "2026-03-03 purchase 0 false",
        ]
    );
}

#[test]
fn journeys_tell_a_repeated_step_once_and_count_who_went_on() {
    let warehouse = warehouse(
        "journeys",
        "
        v1 . 03-02T10:00:00 page_view
        v1 . 03-02T10:01:00 page_view
        v1 . 03-02T10:02:00 product_view . 5 p1
        v1 . 03-02T10:03:00 page_view
        v1 . 03-02T10:04:00 purchase o1 5 p1
        v2 . 03-02T11:00:00 page_view
        v2 . 03-02T11:01:00 product_view . 5 p1
        v3 . 03-02T12:00:00 product_view . 5 p1
        v4 . 03-03T00:00:00 page_view
        ",
        Analysis { journey_depth: 3, ..Analysis::default() },
    );
    assert_eq!(
        warehouse.rows(
            "select session_date, depth, path, from_step, to_step, sessions, converted_sessions, ended_sessions
             from gold.agg_journey_daily order by session_date, path"
        ),
        [
            "2026-03-02 1 page_view (start) page_view 2 1 0",
            "2026-03-02 2 page_view > product_view page_view product_view 2 1 1",
            "2026-03-02 3 page_view > product_view > page_view product_view page_view 1 1 0",
            "2026-03-02 1 product_view (start) product_view 1 0 1",
            "2026-03-03 1 page_view (start) page_view 1 0 1",
        ]
    );
}

/// Five buyers, 20 March as the day to measure from:
///
/// | customer | order days | orders | days since | net |
/// |---|---|---|---|---|
/// | a | 1, 5, 5, 19 March | 4 | 1 | 40 |
/// | b | 10 March | 1 | 10 | 100 - 90 = 10 |
/// | c | 10 March | 1 | 10 | 10 |
/// | d | 2, 12 March | 2 | 8 | 30 |
/// | e | 20 March | 1 | 0 | 5 |
///
/// f buys on 21 March, which is not yet known. Ranks of recency from the
/// longest ago: b, c 1; d 3; a 4; e 5. Of orders: b, c, e 1; d 4; a 5. Of
/// money: e 1; b, c 2; d 4; a 5. A score is 1 + floor(5 (rank - 1) / 5) = rank.
#[test]
fn scores_are_ranks_with_ties_as_of_a_day() {
    let lines = "
        a . 03-01T10:00:00 purchase o1 10 p1
        a . 03-05T10:00:00 purchase o2 10 p1
        a . 03-05T20:00:00 purchase o3 10 p1
        a . 03-19T10:00:00 purchase o4 10 p1
        b . 03-10T10:00:00 purchase o5 100 p1
        b . 03-11T10:00:00 refund   o5 90 p1
        c . 03-10T10:00:00 purchase o6 10 p1
        d . 03-02T10:00:00 purchase o7 15 p1
        d . 03-12T10:00:00 purchase o8 15 p1
        e . 03-20T10:00:00 purchase o9 5 p1
        f . 03-21T10:00:00 purchase o10 500 p1
        g . 03-10T10:00:00 page_view
    ";
    let as_of = NaiveDate::from_ymd_opt(2026, 3, 20);
    let options = Options { as_of, ..Options::default() };
    let warehouse = Warehouse::with("scores", &[("events.csv", &log(lines))], &options);
    assert_eq!(
        warehouse.rows(
            "select customer_id, days_since_last_order, r_score, f_score, m_score, rfm_segment,
                 btyd_frequency, btyd_recency_days, btyd_t_days
             from gold.dim_users order by customer_id"
        ),
        [
            // Three order days, of which two repeat; 18 days from first to last, 19 to the end.
            "v:a 1 4 5 5 Champions 2 18 19",
            "v:b 10 1 1 2 Hibernating 0 0 10",
            "v:c 10 1 1 2 Hibernating 0 0 10",
            "v:d 8 3 4 4 Loyal 1 10 18",
            "v:e 0 5 1 1 New customers 0 0 0",
            "v:f - - - - No purchase - - -",
            "v:g - - - - No purchase - - -",
        ]
    );
}

#[test]
fn retention_divides_by_the_whole_cohort_and_keeps_zeros() {
    let warehouse = warehouse(
        "retention",
        "
        a . 01-30T10:00:00 page_view
        a . 01-30T20:00:00 purchase o1 5 p1
        a . 01-31T10:00:00 page_view
        a . 02-03T10:00:00 purchase o2 7 p1
        b . 01-30T10:00:00 page_view
        c . 02-02T10:00:00 page_view
        ",
        Analysis::default(),
    );
    // 30 January 2026 is a Friday.
    assert_eq!(
        warehouse.rows("select * from gold.agg_retention_daily order by cohort_date, period_number"),
        [
            "2026-01-30 0 2 2 1 1 5.00 true",
            "2026-01-30 1 2 1 0 0 0.00 true",
            "2026-01-30 2 2 0 0 0 0.00 true",
            "2026-01-30 3 2 0 0 0 0.00 true",
            "2026-01-30 4 2 1 1 1 7.00 false",
            "2026-02-02 0 1 1 0 0 0.00 true",
            "2026-02-02 1 1 0 0 0 0.00 false",
        ]
    );
    assert_eq!(
        warehouse.rows("select * from gold.agg_retention_weekly order by cohort_week, period_number"),
        [
            "2026-01-26 0 2 2 1 1 5.00 true",
            "2026-01-26 1 2 1 1 1 7.00 false",
            "2026-02-02 0 1 1 0 0 0.00 false",
        ]
    );
    assert_eq!(
        warehouse.rows("select * from gold.agg_retention_monthly order by cohort_month, period_number"),
        [
            "2026-01-01 0 2 2 1 1 5.00 true",
            "2026-01-01 1 2 1 1 1 7.00 false",
            "2026-02-01 0 1 1 0 0 0.00 false",
        ]
    );
}

#[test]
fn affinity_counts_orders_and_leaves_huge_baskets_out() {
    let warehouse = warehouse(
        "affinity",
        "
        v1 . 03-02T10:00:00 purchase o1 1 p1
        v1 . 03-02T10:00:01 purchase o1 1 p2
        v2 . 03-02T10:00:00 purchase o2 1 p1
        v2 . 03-02T10:00:01 purchase o2 1 p2
        v2 . 03-02T10:00:02 purchase o2 1 p3
        v3 . 03-02T10:00:00 purchase o3 1 p1
        v4 . 03-02T10:00:00 purchase o4 1 p2
        v4 . 03-02T10:00:01 purchase o4 1 p2
        v5 . 03-02T10:00:00 purchase o5 1 p1
        v5 . 03-02T10:00:01 purchase o5 1 p2
        v5 . 03-02T10:00:02 purchase o5 1 p3
        v5 . 03-02T10:00:03 purchase o5 1 p4
        ",
        Analysis { affinity_max_basket: 3, ..Analysis::default() },
    );
    assert_eq!(
        warehouse.rows(
            "select product_id_a, product_id_b, orders_both, orders_a, orders_b, orders_all, support,
                 round(confidence_a_to_b, 4), round(confidence_b_to_a, 4), round(lift, 4)
             from gold.agg_product_affinity order by 1, 2"
        ),
        [
            "p1 p2 2 3 3 4 0.5 0.6667 0.6667 0.8889",
            "p1 p3 1 3 1 4 0.25 0.3333 1.0 1.3333",
            "p2 p3 1 3 1 4 0.25 0.3333 1.0 1.3333",
        ]
    );
}
