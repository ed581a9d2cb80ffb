-- check: orders and revenue agree to the cent between events, orders, sessions, days, customers and aggregates.
-- layer: gold

-- Facts hold bots, aggregates do not: both sides are compared without them.
with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

expected as (

    select
        coalesce(sum(orders.orders), 0) as orders,
        coalesce(sum(orders.revenue), 0) as revenue
    from gold.fact_orders as orders
    inner join visitors on orders.visitor_id = visitors.visitor_id

),

totals as (

    select
        'fact_sessions' as table_name,
        coalesce(sum(sessions.orders), 0) as orders,
        coalesce(sum(sessions.revenue), 0) as revenue
    from gold.fact_sessions as sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    union all
    select
        'fact_daily_metrics' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue
    from gold.fact_daily_metrics
    union all
    select
        'fact_daily_metrics by session' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(session_revenue), 0) as revenue
    from gold.fact_daily_metrics
    {%- for table in ["agg_session_daily", "dim_users", "agg_user_weekly"] %}
    union all
    select
        '{{ table }}' as table_name,
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue
    from gold.{{ table }}
    {%- endfor %}

),

events as (

    select coalesce(sum(revenue), 0) as revenue
    from gold.fact_events

),

orders_with_bots as (

    select
        coalesce(sum(orders), 0) as orders,
        coalesce(sum(revenue), 0) as revenue
    from gold.fact_orders

),

compared as (

    select
        totals.table_name,
        totals.orders,
        expected.orders as expected_orders,
        totals.revenue,
        expected.revenue as expected_revenue
    from totals
    cross join expected
    union all
    select
        'fact_orders with bots' as table_name,
        orders_with_bots.orders,
        orders_with_bots.orders as expected_orders,
        orders_with_bots.revenue,
        events.revenue as expected_revenue
    from orders_with_bots
    cross join events

)

select
    table_name,
    orders,
    expected_orders,
    revenue,
    expected_revenue
from compared
where orders <> expected_orders or revenue <> expected_revenue
