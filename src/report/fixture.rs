//! A small gold layer for tests, made of views over numbers: any number of
//! days, believable shapes, the same on every run.

#![allow(clippy::unwrap_used)]

use super::*;
use crate::engine::{LocalEngine, Options as EngineOptions, Params};

/// What the fixture holds.
#[derive(Debug, Clone)]
pub(super) struct Gold {
    /// Days, from Thursday, 1 January 2026 on.
    pub(super) days: i64,
    /// Sessions on a quiet day.
    pub(super) sessions: i64,
    /// Products, the first of which sell.
    pub(super) products: i64,
    /// Kinds of devices.
    pub(super) devices: i64,
    /// Every how many sessions one orders; 0 for never.
    pub(super) order_every: i64,
    /// Price of everything.
    pub(super) price: f64,
    /// What stands before each product's name.
    pub(super) name: &'static str,
    /// The first and the last day are not covered whole.
    pub(super) partial: bool,
}

impl Default for Gold {
    fn default() -> Self {
        Self {
            days: 30,
            sessions: 300,
            products: 60,
            devices: 3,
            order_every: 31,
            price: 49.9,
            name: "Product",
            partial: false,
        }
    }
}

impl Gold {
    /// An engine that sees these tables.
    pub(super) fn engine(&self) -> LocalEngine {
        let engine = LocalEngine::empty(&EngineOptions::default()).unwrap();
        for (table, sql) in self.tables() {
            engine
                .define_view("gold", table, &sql, &Params::new())
                .unwrap_or_else(|error| panic!("{table}: {error:?}\n{sql}"));
        }
        engine
    }

    fn tables(&self) -> Vec<(&'static str, String)> {
        let Self { days, sessions, products, devices, order_every, price, name, partial } = self;
        let day = "cast(date '2026-01-01' + cast((d.value - 1) || ' days' as interval) as date)";
        let buys = if *order_every > 0 {
            format!("(s.value * 7 + d.value) % {order_every} = 0")
        } else {
            "false".into()
        };
        // More sessions in the evening and at the end of the week.
        let per_day =
            format!("{sessions} + {sessions} * (d.value % 7) / 12 + {sessions} * ((d.value * 5) % 3) / 15");
        vec![
            (
                "fact_sessions",
                format!(
                    "select {day} as session_date, d.value * 1000000 + s.value as session_id,
                        cast(d.value as bigint) as day_number,
                        'v' || ((s.value * 13 + d.value * d.value * 7) % ({sessions} * 9)) as visitor_id,
                        cast((9 + s.value % 7 + s.value / 7 % 9 - (s.value / 63) % 8 + 24) % 24 as int) as session_start_hour,
                        cast((s.value * 7 + d.value * 3) % 10 * (s.value * 3 % 10 + {devices} - 3) % {devices} as bigint) as device_key,
                        cast(s.value % 4 as bigint) as channel_key,
                        case when {buys} then 1 else 0 end as converted_sessions,
                        case when s.value % 8 < 2 or {buys} then 1 else 0 end as cart_sessions,
                        case when s.value % 3 < 2 or {buys} then 1 else 0 end as view_sessions,
                        case when s.value % 16 = 1 or {buys} then 1 else 0 end as checkout_sessions,
                        cast(1 + (s.value * s.value * 7 + d.value) % 97 % 23 * ((s.value % 5) + 1) / 4 as int) as events,
                        cast(((s.value * s.value * 7 + d.value) % 97 % 23) * 41 * (s.value % 5) as bigint) as duration_seconds
                    from generate_series(1, {days}) as d
                    inner join generate_series(1, {sessions} * 2) as s on s.value <= {per_day}"
                ),
            ),
            (
                "dim_visitors",
                "select visitor_id, case when length(visitor_id) < 3 then 'u' || visitor_id else 'v:' || visitor_id end as customer_id,
                    case when length(visitor_id) < 3 then 'u' || visitor_id end as user_id, false as is_bot
                from gold.fact_sessions group by visitor_id".into(),
            ),
            (
                "dim_device",
                format!(
                    "select cast(value - 1 as bigint) as device_key,
                        case value when 1 then 'mobile' when 2 then 'desktop' when 3 then 'tablet'
                            else 'device type number ' || value end as device_type
                    from generate_series(1, {devices})"
                ),
            ),
            (
                "dim_channel",
                "select cast(column1 as bigint) as channel_key, column2 as channel_group
                from (values (0, 'Organic Search'), (1, 'Direct'), (2, 'Paid Search'), (3, 'Email'))".into(),
            ),
            (
                "dim_date",
                "select date, cast((extract(dow from date) + 6) % 7 + 1 as int) as day_of_week,
                    cast(date_trunc('week', date) as date) as week_start
                from (select cast(date '2025-12-01' + cast(value || ' days' as interval) as date) as date
                    from generate_series(0, 1500))".into(),
            ),
            (
                "agg_session_daily",
                format!(
                    "select session_date, device_key, channel_key, count(*) as sessions, sum(events) as events,
                        sum(view_sessions) as product_views, sum(cart_sessions) as adds,
                        sum(checkout_sessions) as checkouts, sum(converted_sessions) as purchase_lines,
                        sum(converted_sessions) as converted_sessions, sum(cart_sessions) as cart_sessions,
                        sum(cart_sessions - converted_sessions) as abandoned_sessions,
                        sum(view_sessions) as reached_product_view, sum(cart_sessions) as reached_cart,
                        sum(checkout_sessions) as reached_checkout, sum(converted_sessions) as reached_purchase,
                        sum(view_sessions) as strict_product_view, sum(cart_sessions * view_sessions) as strict_cart,
                        sum(checkout_sessions * cart_sessions * view_sessions) as strict_checkout,
                        sum(converted_sessions * (events % 2)) as strict_purchase,
                        cast(sum(converted_sessions) * {price} as decimal(18, 2)) as revenue,
                        cast(sum(cart_sessions - converted_sessions) * {price} * 1.4 as decimal(18, 2)) as potential_lost_revenue
                    from gold.fact_sessions group by session_date, device_key, channel_key"
                ),
            ),
            (
                "fact_daily_metrics",
                format!(
                    "select {day} as date, not ({partial} and d.value in (1, {days})) as is_complete,
                        count(s.session_id) * 9 as events, count(s.session_id) * 4 as product_views,
                        count(s.session_id) as sessions, coalesce(sum(s.converted_sessions), 0) as converted_sessions,
                        count(s.session_id) / 4 as bounced_sessions, coalesce(sum(s.cart_sessions), 0) as cart_sessions,
                        coalesce(sum(s.cart_sessions - s.converted_sessions), 0) as abandoned_sessions,
                        coalesce(sum(s.duration_seconds), 0) as session_seconds,
                        cast(coalesce(sum(s.cart_sessions - s.converted_sessions), 0) * {price} * 1.4 as decimal(18, 2)) as potential_lost_revenue,
                        coalesce(sum(s.converted_sessions), 0) as orders, coalesce(sum(s.converted_sessions), 0) as priced_orders,
                        coalesce(sum(s.converted_sessions), 0) * 2 as units,
                        cast(coalesce(sum(s.converted_sessions * (1 + s.events % 4)), 0) * {price} as decimal(18, 2)) as revenue,
                        cast(0 as decimal(18, 2)) as refund_amount,
                        count(distinct s.visitor_id) as visitors
                    from generate_series(1, {days}) as d
                    left join gold.fact_sessions as s on s.day_number = d.value
                    group by d.value"
                ),
            ),
            (
                "agg_user_weekly",
                "select v.customer_id, d.week_start, count(*) as sessions
                from gold.fact_sessions as s
                inner join gold.dim_visitors as v on s.visitor_id = v.visitor_id
                inner join gold.dim_date as d on s.session_date = d.date
                where length(s.visitor_id) > 3 or s.day_number % 5 = 0
                group by v.customer_id, d.week_start".into(),
            ),
            (
                "dim_users",
                format!(
                    "select customer_id, case when orders = 0 then 'No purchase' else segment end as rfm_segment,
                        (select max(session_date) from gold.fact_sessions) as as_of_date, orders, sessions,
                        cast(orders * {price} * (1 + length(segment) % 4) as decimal(18, 2)) as revenue
                    from (select v.customer_id, sum(s.converted_sessions) as orders, count(*) as sessions,
                            case count(*) % 8 when 0 then 'Champions' when 1 then 'Loyal' when 2 then 'Potential loyalists'
                                when 3 then 'New customers' when 4 then 'At risk' when 5 then 'Hibernating'
                                when 6 then 'Need attention' else 'Lost' end as segment
                        from gold.fact_sessions as s
                        inner join gold.dim_visitors as v on s.visitor_id = v.visitor_id
                        group by v.customer_id)"
                ),
            ),
            (
                "dim_products",
                format!(
                    "select 'p' || value as product_id, '{name} ' || value as product_name, '(unknown)' as brand,
                        case value % 3 when 0 then 'Home and garden' when 1 then 'Electronics' else 'Toys' end as category_l1
                    from generate_series(1, {products})"
                ),
            ),
            (
                "dim_product_metrics",
                format!(
                    "select 'p' || value as product_id, 40000 / (value + 3) as views, 30000 / (value + 3) as viewing_sessions,
                        case when {order_every} > 0 then (1000 + value * 31 % 300) / (value + 5) else 0 end as buying_sessions,
                        case when {order_every} > 0 then (1000 + value * 31 % 300) / (value + 5) else 0 end as units,
                        cast(case when {order_every} > 0 then (1000 + value * 31 % 300) / (value + 5) else 0 end * {price} as decimal(18, 2)) as revenue
                    from generate_series(1, {products})"
                ),
            ),
        ]
    }
}
