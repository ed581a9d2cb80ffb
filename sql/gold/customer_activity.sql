-- On which days each customer came and bought, bots left out: sessions by
-- their start, orders by their first line. A customer's cohort is the day of
-- its first session; who never had one of its own (its orders were made in
-- another account's session) belongs to none.
-- grain: one row per customer and day with a session or an order
-- key: customer_key, date
-- reader: gold.agg_retention_daily, gold.agg_retention_weekly,
--     gold.agg_retention_monthly
-- materialized: working

with

visitors as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where not is_bot

),

parts as (

    select
        customer_key,
        session_date as date,
        1 as sessions,
        0 as orders,
        cast(0 as decimal(18, 2)) as revenue
    from gold.customer_sessions

    union all

    select
        {{ hash60(customer_id("f", "v")) }} as customer_key,
        f.order_date as date,
        0 as sessions,
        1 as orders,
        f.revenue
    from gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

days as (

    select
        customer_key,
        date,
        sum(sessions) as sessions,
        sum(orders) as orders,
        sum(revenue) as revenue
    from parts
    group by customer_key, date

),

firsts as (

    select
        customer_key,
        min(date) as first_date
    from days
    where sessions > 0
    group by customer_key

),

final as (

    select
        cast(days.customer_key as bigint) as customer_key,
        cast(firsts.first_date as date) as first_date,
        cast(days.date as date) as date,
        cast(days.sessions as bigint) as sessions,
        cast(days.orders as bigint) as orders,
        cast(days.revenue as decimal(18, 2)) as revenue
    from days
    inner join firsts on days.customer_key = firsts.customer_key

)

select * from final
