-- Customers by ISO week (named by its Monday), bots left out: sessions by their
-- start, events by their own day, orders by their first line. Recomputed as a
-- whole, for stitching and late events move customers between weeks.
-- grain: one row per customer and week with anything in it
-- key: customer_id, week_start
-- reader: cohort retention view

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
        {{ customer_id("f", "v") }} as customer_id,
        f.session_date as date,
        1 as sessions,
        0 as events,
        0 as active_days,
        0 as orders,
        cast(0 as decimal(18, 2)) as revenue,
        f.converted_sessions
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id

    union all

    select
        customer_id,
        date,
        0 as sessions,
        events,
        1 as active_days,
        0 as orders,
        cast(0 as decimal(18, 2)) as revenue,
        0 as converted_sessions
    from gold.customer_days
    where events > 0

    union all

    select
        {{ customer_id("f", "v") }} as customer_id,
        f.order_date as date,
        0 as sessions,
        0 as events,
        0 as active_days,
        1 as orders,
        f.revenue,
        0 as converted_sessions
    from gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

weeks as (

    select
        *,
        {{ iso_week_start("date") }} as week_start
    from parts

),

final as (

    select
        cast(customer_id as string) as customer_id,
        cast(week_start as date) as week_start,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(events) as bigint) as events,
        cast(sum(active_days) as bigint) as active_days,
        cast(sum(orders) as bigint) as orders,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(converted_sessions) as bigint) as converted_sessions
    from weeks
    group by customer_id, week_start

)

select *
from final
order by customer_id, week_start
