//! A tiny gold layer, made by hand: an account, an anonymous visitor and a bot,
//! two products, and the same three sessions on each day.

use clickmill::engine::{Engine, LocalEngine, Options, Params, ParquetTarget};
use clickmill::lake::{Lake, Layer, TableRef};

/// The days of the shop, from 1 January 2026 on, and what is special about one.
#[derive(Clone, Copy)]
pub struct Shop {
    /// Number of days.
    pub days: u32,
    /// On this day (1 = the first) the product costs a cent more.
    pub dearer_day: Option<u32>,
    /// The anonymous visitor logged in on the last day.
    pub stitched: bool,
}

impl Default for Shop {
    fn default() -> Self {
        Self { days: 3, dearer_day: None, stitched: false }
    }
}

impl Shop {
    /// Writes every table of gold into `lake` and opens it.
    pub fn make(self, lake: &Lake) -> LocalEngine {
        let engine = LocalEngine::empty(&Options { threads: 1, memory_limit: None }).unwrap();
        for (name, sql) in self.tables() {
            let table = TableRef::new(Layer::Gold, name);
            let target = ParquetTarget { folder: lake.table(&table), partition_by: Vec::new() };
            let _ = std::fs::remove_dir_all(&target.folder);
            engine.materialize(&table, &sql, &Params::new(), &target).unwrap();
            engine.attach(&table, &lake.table(&table)).unwrap();
        }
        engine
    }

    /// What one order brings on a day.
    pub fn revenue_cents(self, day: u32) -> i64 {
        2 * (1999 + i64::from(self.dearer_day == Some(day)))
    }

    /// The statements that make the tables, each able to read those before it.
    /// Integers are wider, and times finer, than the warehouse has them.
    fn tables(self) -> Vec<(&'static str, String)> {
        let Self { days, stitched, .. } = self;
        let anonymous = if stitched { "u2" } else { "v:v2" };
        vec![
            ("fact_events", format!("{EVENTS} from (values {}) as e (day, visitor_id, user_id, n, event_type, \
                page_type, product_id, price, order_id)", self.event_rows())),
            ("fact_sessions", SESSIONS.to_owned()),
            ("fact_orders", ORDERS.to_owned()),
            ("dim_date", DATES.to_owned()),
            ("dim_event_type", "select * from (values
                ('page_view', 'Page view', cast(null as int), false, true),
                ('product_view', 'Product view', 2, true, true),
                ('add_to_cart', 'Add to cart', 3, true, true),
                ('checkout', 'Checkout', 4, true, true),
                ('purchase', 'Purchase', 5, true, true)
                ) as t (event_type, label, funnel_step, is_commerce, is_session_activity)".to_owned()),
            ("dim_device", "select -1 as device_key, '(unknown)' as device_type, '(unknown)' as browser,
                '(unknown)' as os, cast(null as boolean) as is_mobile
                union all select 1, 'mobile', 'Firefox', 'Android', true".to_owned()),
            ("dim_channel", "select * from (values
                (-1, '(none)', '(none)', '(none)', '(none)', 'Not recorded', false, false, 'test'),
                (1, 'google', 'organic', '(none)', 'google.com', 'Organic Search', false, false, 'test')
                ) as t (channel_key, utm_source, utm_medium, utm_campaign, referrer_host, channel_group,
                is_direct, is_paid, rules_version)".to_owned()),
            ("dim_products", "select product_id, product_name, 'home.kitchen' as category, 'home' as category_l1,
                'kitchen' as category_l2, '(unknown)' as category_l3, 'Ärmel & Co' as brand,
                cast(price as decimal(12, 2)) as current_price, 4.5 as rating, 7 as rating_count, 3 as stock,
                date '2026-01-01' as first_seen_date, date '2026-01-01' as last_seen_date, false as is_inferred,
                cast(null as timestamp) as updated_at
                from (values ('p1', 'Kettle 'x'', 19.99), ('p2', 'Tea', 5.0))
                as t (product_id, product_name, price)".replace("'x'", "''1''")),
            ("dim_product_metrics", "select product_id, 1 as views, 1 as adds, 0 as removes, 1 as purchase_lines,
                2 as units, 0 as refund_units, 1 as viewing_sessions, 1 as cart_sessions, 1 as buying_sessions,
                1 as orders_containing, 1 as visitors, cast(39.98 as decimal(18, 2)) as revenue,
                cast(0 as decimal(18, 2)) as refund_amount, cast(null as decimal(12, 2)) as last_paid_price
                from gold.dim_products".to_owned()),
            ("dim_visitors", format!("{VISITORS} from (values ('v1', 'u1', 'u1', false), ('v2', '{anonymous}',
                {}, false), ('v3', 'v:v3', null, true)) as t (visitor_id, customer_id, user_id, is_bot)",
                if stitched { "'u2'" } else { "null" })),
            ("dim_users", USERS.to_owned()),
            ("fact_daily_metrics", DAILY.to_owned()),
            ("agg_session_daily", AGG_SESSIONS.to_owned()),
            ("agg_product_daily", AGG_PRODUCTS.to_owned()),
            ("agg_cart_product_daily", "select session_date, 'p2' as product_id, 1 as abandoned_sessions,
                1 as abandoned_units, cast(5 as decimal(18, 2)) as potential_lost_revenue
                from (select distinct session_date from gold.fact_sessions) as t".to_owned()),
            ("agg_user_weekly", "select v.customer_id, w.week_start, count(*) as sessions, sum(s.events) as events,
                count(distinct s.session_date) as active_days, sum(s.orders) as orders, sum(s.revenue) as revenue,
                sum(s.converted_sessions) as converted_sessions from gold.fact_sessions as s
                inner join gold.dim_visitors as v on s.visitor_id = v.visitor_id and not v.is_bot
                inner join (values (date '2025-12-29'), (date '2026-01-05')) as w (week_start)
                on s.session_date >= w.week_start and s.session_date < w.week_start + interval '7 days' group by 1, 2".to_owned()),
            ("agg_category_metrics", "select date, 'home' as category_l1, 'kitchen' as category_l2,
                sum(views) as views, sum(adds) as adds, sum(removes) as removes, sum(units) as units,
                sum(refund_units) as refund_units, sum(purchase_lines) as purchase_lines,
                sum(revenue) as revenue, sum(refund_amount) as refund_amount, 2 as viewing_sessions,
                1 as buying_sessions from gold.agg_product_daily group by date".to_owned()),
            ("fact_attribution", "select order_id, 1 as touch_number, 1 as touches, order_date, session_date,
                session_id, channel_key, 240 as seconds_before_order, revenue as first_credit,
                revenue as last_credit, revenue as last_non_direct_credit, revenue as linear_credit,
                revenue as position_based_credit from gold.fact_orders".to_owned()),
            ("agg_attribution_daily", "select order_date, model, channel_key, touches, first_credit as credit
                from gold.fact_attribution cross join (values ('first'), ('linear')) as m (model)".to_owned()),
            ("agg_funnel_daily", "select session_date as entry_date, 'strict' as funnel_kind, 1 as step_number,
                'product_view' as step, 2 as entries, true as is_complete
                from (select distinct session_date from gold.fact_sessions) as t".to_owned()),
            ("agg_journey_daily", "select session_date, 'page_view' as path, 1 as depth, '(start)' as from_step,
                'page_view' as to_step, 2 as sessions, 1 as converted_sessions, 0 as ended_sessions
                from (select distinct session_date from gold.fact_sessions) as t".to_owned()),
            ("agg_retention_daily", RETENTION.replace("COHORT", "cohort_date")),
            ("agg_retention_weekly", RETENTION.replace("COHORT", "cohort_week")),
            ("agg_retention_monthly", RETENTION.replace("COHORT", "cohort_month")),
            ("agg_experiment_daily", "select min(session_date) as exposure_date, 'checkout' as experiment,
                'control' as variant, 2 as visitors, 1 as converted_visitors, 6 as sessions,
                3 as converted_sessions, 3 as orders, sum(revenue) as revenue
                from gold.fact_sessions".to_owned()),
            ("agg_product_affinity", "select 'p1' as product_id_a, 'p2' as product_id_b, 1 as orders_both,
                2 as orders_a, 1 as orders_b, 3 as orders_all, 1.0 / 3 as support, 0.5 as confidence_a_to_b,
                1.0 as confidence_b_to_a, 1.5 as lift".to_owned()),
            ("agg_session_group_daily", GROUPS.to_owned()),
            ("agg_search_daily", "select session_date, 'mobile' as device_type, 'tea' as search_query, 2 as searches,
                1 as search_sessions, 1 as viewing_sessions, 1 as cart_sessions, 0 as converted_sessions,
                0 as ended_sessions from (select distinct session_date from gold.fact_sessions) as t".to_owned()),
            ("agg_lifecycle_weekly", "select date '2025-12-29' as week_start, 'new' as lifecycle_state,
                2 as customers, 0 as lapsed_customers, 6 as sessions, 3 as orders, sum(revenue) as revenue,
                false as is_complete from gold.fact_orders".to_owned()),
            ("agg_first_purchase_daily", "select date '2026-01-01' as first_seen_date,
                'Organic Search' as first_channel_group, '(unknown)' as country,
                case when orders > 0 then 0 else -1 end as days_to_first_purchase, count(*) as customers
                from gold.dim_users group by case when orders > 0 then 0 else -1 end".to_owned()),
            ("agg_product_recommendations", "select product_id_a as product_id, 1 as recommendation_rank,
                product_id_b as recommended_product_id, orders_both, orders_a as orders_product,
                orders_b as orders_recommended, orders_all, support, confidence_a_to_b as confidence, lift
                from gold.agg_product_affinity".to_owned()),
        ]
        .into_iter()
        .filter(|_| days > 0)
        .collect()
    }

    fn event_rows(self) -> String {
        let mut rows = Vec::new();
        for day in 1..=self.days {
            let price = format!("{:.2}", self.revenue_cents(day) as f64 / 200.0);
            let mut add = |visitor: &str,
                           user: &str,
                           n: u32,
                           event_type: &str,
                           product: &str,
                           price: &str,
                           order: &str| {
                let page = if product == "null" { "home" } else { "product" };
                rows.push(format!(
                    "(date '2026-01-{day:02}', '{visitor}', {user}, {n}, '{event_type}', '{page}', {product}, \
                     cast({price} as decimal(12, 2)), {order})"
                ));
            };
            let order = format!("'o{day}'");
            for (visitor, user) in [("v1", "'u1'"), ("v2", "null"), ("v3", "null")] {
                add(visitor, user, 1, "page_view", "null", "null", "null");
            }
            for (n, event_type) in [(2, "product_view"), (3, "add_to_cart"), (4, "checkout"), (5, "purchase")]
            {
                let order = if event_type == "purchase" { order.as_str() } else { "null" };
                add("v1", "'u1'", n, event_type, "'p1'", &price, order);
            }
            for (n, event_type) in [(2, "product_view"), (3, "add_to_cart")] {
                add("v2", "null", n, event_type, "'p2'", "5.00", "null");
            }
        }
        rows.join(", ")
    }
}

const EVENTS: &str = "select day as event_date, md5(cast(day as varchar) || visitor_id || cast(n as varchar))
    as event_id, cast(cast(day as varchar) || 'T10:0' || cast(n as varchar) || ':00Z' as timestamp) as event_time,
    0 as event_time_us, 10 as event_hour, 'test' as source, visitor_id, user_id, day as session_date,
    hash60(cast(day as varchar) || visitor_id) as session_id, n as event_sequence,
    case when n > 1 then 60.0 end as seconds_since_previous, event_type, page_type,
    'https://shop.example/?q=ü' as page_url, cast(null as varchar) as search_query, product_id,
    price as unit_price, case when event_type = 'purchase' then 2 end as quantity, order_id,
    cast(null as varchar) as payment_method, cast(null as varchar) as outcome, 1 as device_key,
    1 as channel_key, case when event_type = 'purchase' then 1 else 0 end as purchase_lines,
    cast(case when event_type = 'purchase' then price * 2 else 0 end as decimal(18, 2)) as revenue,
    cast(0 as decimal(18, 2)) as refund_amount";

const SESSIONS: &str = "with s as (select session_date, session_id, visitor_id, max(user_id) as user_id,
    min(event_time) as session_start, max(event_time) as session_end, count(*) as events,
    sum(purchase_lines) as bought, sum(revenue) as revenue from gold.fact_events group by 1, 2, 3)
    select session_date, session_id, session_start, session_end, 10 as session_start_hour, 'test' as source,
    visitor_id, user_id, 1 as device_key, 1 as channel_key, 'DE' as country, '(unknown)' as city,
    'home' as entry_page_type, 'home' as exit_page_type, cast(null as varchar) as entry_url,
    case events when 5 then 5 when 3 then 3 else 1 end as max_step, 1 as sessions,
    case when events = 1 then 1 else 0 end as bounced_sessions, bought as converted_sessions,
    case when events >= 3 then 1 else 0 end as cart_sessions, bought as checkout_sessions,
    case when events = 3 then 1 else 0 end as abandoned_sessions,
    case when events >= 3 then 1 else 0 end as reached_product_view,
    case when events >= 3 then 1 else 0 end as reached_cart, bought as reached_checkout,
    bought as reached_purchase, case when events >= 3 then 1 else 0 end as strict_product_view,
    case when events >= 3 then 1 else 0 end as strict_cart, bought as strict_checkout,
    bought as strict_purchase, events, 1 as page_views, 0 as searches,
    case when events >= 3 then 1 else 0 end as product_views, case when events >= 3 then 1 else 0 end as adds,
    0 as removes, bought as checkouts, bought as purchase_lines, bought as orders, bought as priced_orders,
    bought * 2 as units, 0 as unpriced_cart_lines, (events - 1) * 60 as duration_seconds, revenue,
    cast(5 as decimal(18, 2)) as cart_value_added, cast(0 as decimal(18, 2)) as cart_value_end,
    cast(case when events = 3 then 5 else 0 end as decimal(18, 2)) as potential_lost_revenue,
    1 as distinct_products from s";

const ORDERS: &str = "select order_id, false as is_order_id_derived, event_date as order_date,
    event_time as order_time, event_hour as order_hour, source, visitor_id, user_id, session_date, session_id,
    device_key, channel_key, payment_method, 1 as orders, 1 as priced_orders, 1 as order_lines,
    0 as unpriced_lines, 2 as units, revenue, 1 as distinct_products from gold.fact_events
    where purchase_lines = 1";

const DATES: &str = "select date, 2026 as year, 1 as quarter, 1 as month, 1 as day, 1 as day_of_week,
    1 as iso_week, 2026 as iso_year, 1 as day_of_year, date '2025-12-29' as week_start,
    date '2026-01-01' as month_start, date '2026-01-01' as quarter_start, 'January' as month_name,
    'Monday' as day_name, false as is_weekend, false as is_holiday, cast(null as varchar) as holiday_name
    from (select distinct event_date as date from gold.fact_events) as t";

const VISITORS: &str = "select visitor_id, customer_id, user_id, 1 as accounts_seen, is_bot,
    cast(null as varchar) as bot_reason, hash60('2026-01-01' || visitor_id) as first_session_id,
    date '2026-01-01' as first_seen_date, cast('2026-01-01T10:00:00Z' as timestamp) as first_seen_at,
    cast('2026-01-01T10:00:00Z' as timestamp) as last_seen_at, 1 as first_channel_key, 1 as first_device_key";

const USERS: &str = "with s as (select v.customer_id, v.user_id, sum(s.orders) as orders, count(*) as sessions,
    sum(s.revenue) as revenue, sum(s.events) as events, max(s.session_date) as last_date
    from gold.fact_sessions as s inner join gold.dim_visitors as v on s.visitor_id = v.visitor_id group by 1, 2)
    select customer_id, user_id, user_id is not null as is_known, cast(null as varchar) as name,
    cast(null as varchar) as gender, cast(null as int) as birth_year, cast(null as varchar) as city,
    cast(null as varchar) as country, cast(null as date) as signup_date, cast(null as timestamp) as updated_at,
    true as is_inferred, date '2026-01-01' as first_seen_date, last_date as last_seen_date,
    cast(null as bigint) as first_session_id, case when orders > 0 then 'o1' end as first_order_id,
    case when orders > 0 then date '2026-01-01' end as first_order_date,
    case when orders > 0 then last_date end as last_order_date, 1 as first_channel_key, 1 as visitors, sessions,
    events, sessions as product_views, sessions as cart_sessions, orders as converted_sessions, orders,
    orders as priced_orders, orders * 2 as units, sessions as active_days, orders as order_days, revenue,
    cast(0 as decimal(18, 2)) as refund_amount, revenue as net_revenue, last_date as as_of_date,
    case when orders > 0 then 0 end as days_since_last_order, case when orders > 0 then 5 end as r_score,
    case when orders > 0 then 5 end as f_score, case when orders > 0 then 5 end as m_score,
    case when orders > 0 then 'Champions' else 'No purchase' end as rfm_segment,
    cast(null as int) as btyd_frequency, cast(null as int) as btyd_recency_days,
    cast(null as int) as btyd_t_days from s";

const DAILY: &str = "select s.session_date as date, true as is_complete, sum(s.events) as events,
    sum(s.product_views) as product_views, sum(s.adds) as adds, sum(s.checkouts) as checkouts,
    cast(0 as decimal(18, 2)) as refund_amount, 0 as refund_events, count(*) as sessions,
    sum(s.converted_sessions) as converted_sessions, sum(s.bounced_sessions) as bounced_sessions,
    sum(s.cart_sessions) as cart_sessions, sum(s.abandoned_sessions) as abandoned_sessions,
    sum(s.duration_seconds) as session_seconds, sum(s.potential_lost_revenue) as potential_lost_revenue,
    sum(s.revenue) as session_revenue, sum(s.orders) as orders, sum(s.priced_orders) as priced_orders,
    sum(s.units) as units, sum(s.revenue) as revenue, 0 as new_visitors, 0 as new_customers, 2 as visitors,
    2 as customers, 1 as buyers from gold.fact_sessions as s inner join gold.dim_visitors as v
    on s.visitor_id = v.visitor_id where not v.is_bot group by s.session_date";

const AGG_SESSIONS: &str = "select s.session_date, s.device_key, s.channel_key, s.country,
    s.session_id = v.first_session_id as is_new_visitor, sum(s.sessions) as sessions,
    sum(bounced_sessions) as bounced_sessions, sum(converted_sessions) as converted_sessions,
    sum(cart_sessions) as cart_sessions, sum(checkout_sessions) as checkout_sessions,
    sum(abandoned_sessions) as abandoned_sessions, sum(reached_product_view) as reached_product_view,
    sum(reached_cart) as reached_cart, sum(reached_checkout) as reached_checkout,
    sum(reached_purchase) as reached_purchase, sum(strict_product_view) as strict_product_view,
    sum(strict_cart) as strict_cart, sum(strict_checkout) as strict_checkout,
    sum(strict_purchase) as strict_purchase, sum(events) as events, sum(page_views) as page_views,
    sum(searches) as searches, sum(product_views) as product_views, sum(adds) as adds, sum(removes) as removes,
    sum(checkouts) as checkouts, sum(purchase_lines) as purchase_lines, sum(orders) as orders,
    sum(priced_orders) as priced_orders, sum(units) as units, sum(unpriced_cart_lines) as unpriced_cart_lines,
    sum(duration_seconds) as duration_seconds, sum(revenue) as revenue,
    sum(cart_value_added) as cart_value_added, sum(cart_value_end) as cart_value_end,
    sum(potential_lost_revenue) as potential_lost_revenue from gold.fact_sessions as s
    inner join gold.dim_visitors as v on s.visitor_id = v.visitor_id where not v.is_bot group by 1, 2, 3, 4, 5";

const RETENTION: &str = "select date '2026-01-01' as COHORT, period_number, 2 as cohort_size,
    2 as active_customers, bought as buyers, bought as orders, case when bought = 1
    then (select sum(revenue) from gold.fact_orders) else cast(0 as decimal(18, 2)) end as revenue,
    true as is_complete from (values (0, 1), (1, 0)) as t (period_number, bought)";

const GROUPS: &str =
    "select s.session_date, d.device_type, c.channel_group, s.country, s.is_new_visitor, s.sessions,
    s.bounced_sessions, s.converted_sessions, s.cart_sessions, s.checkout_sessions, s.abandoned_sessions,
    s.reached_product_view, s.reached_cart, s.reached_checkout, s.reached_purchase, s.strict_product_view,
    s.strict_cart, s.strict_checkout, s.strict_purchase, s.events, s.orders, s.priced_orders,
    s.unpriced_cart_lines, s.duration_seconds, s.revenue, s.cart_value_added, s.cart_value_end,
    s.potential_lost_revenue from gold.agg_session_daily as s
    inner join gold.dim_device as d on s.device_key = d.device_key
    inner join gold.dim_channel as c on s.channel_key = c.channel_key";

const AGG_PRODUCTS: &str = "select event_date as date, product_id, 1 as views, 1 as adds, 0 as removes,
    sum(coalesce(quantity, 0)) as units, 0 as refund_units, sum(purchase_lines) as purchase_lines,
    sum(revenue) as revenue, sum(refund_amount) as refund_amount, min(unit_price) as min_price,
    max(unit_price) as max_price, max(unit_price) as avg_price, 1 as viewing_sessions,
    sum(purchase_lines) as buying_sessions, sum(purchase_lines) as orders_containing from gold.fact_events
    where product_id is not null group by 1, 2";
