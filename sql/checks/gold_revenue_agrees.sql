-- check: orders and revenue agree to the cent between events, orders, sessions, days, customers and aggregates.
-- layer: gold

-- Facts hold bots, aggregates do not: both sides are compared without them.
with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

orders_total as (

    select
        coalesce(sum(orders.orders), 0) as orders,
        coalesce(sum(orders.revenue), 0) as revenue
    from gold.fact_orders as orders
    inner join visitors on orders.visitor_id = visitors.visitor_id

),

totals as (

    select
        'fact_orders with bots' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        coalesce(sum(orders), 0) as expected_orders,
        (
            select coalesce(sum(revenue), 0)
            from gold.fact_events
        ) as expected_revenue
    from gold.fact_orders
    union all
    select
        'fact_sessions' as table_name,
        coalesce(sum(sessions.orders), 0) as orders,
        coalesce(sum(sessions.revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.fact_sessions as sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    union all
    select
        'fact_daily_metrics' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.fact_daily_metrics
    union all
    select
        'fact_daily_metrics by session' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(session_revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.fact_daily_metrics
    union all
    select
        'agg_session_daily' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.agg_session_daily
    union all
    select
        'dim_users' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.dim_users
    union all
    select
        'agg_user_weekly' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue,
        (select orders from orders_total) as expected_orders,
        (select revenue from orders_total) as expected_revenue
    from gold.agg_user_weekly
)

select
    table_name,
    orders,
    expected_orders,
    revenue,
    expected_revenue
from totals
where orders <> expected_orders or revenue <> expected_revenue
