-- The shop's day, bots left out, every day between the first and the last with
-- events, zeros kept. Each block has the date its thing is dated by: events by
-- their own day, sessions by their start, orders by their first line; so
-- session_revenue and revenue may differ on a day and agree in total.
-- Visitors, customers and buyers are counted once per day: never sum them over
-- days. New visitors and new customers come once in life: those add up.
-- grain: one row per calendar day
-- key: date
-- reader: executive view, daily charts

with

period as (

    select *
    from silver.period

),

visitors as (

    select
        visitor_id,
        customer_id,
        first_session_id
    from gold.dim_visitors
    where not is_bot

),

events_by_day as (

    select
        f.event_date as date,
        count(*) as events,
        sum(case when f.event_type = 'product_view' then 1 else 0 end)
            as product_views,
        sum(case when f.event_type = 'add_to_cart' then 1 else 0 end) as adds,
        sum(case when f.event_type = 'checkout' then 1 else 0 end)
            as checkouts,
        sum(f.refund_amount) as refund_amount,
        sum(case when f.event_type = 'refund' then 1 else 0 end)
            as refund_events
    from gold.fact_events as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    group by f.event_date

),

sessions as (

    select
        f.*,
        {{ customer_id("f", "v") }} as customer_id,
        v.first_session_id
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

sessions_by_day as (

    select
        session_date as date,
        count(*) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(bounced_sessions) as bounced_sessions,
        sum(cart_sessions) as cart_sessions,
        sum(abandoned_sessions) as abandoned_sessions,
        sum(duration_seconds) as session_seconds,
        sum(potential_lost_revenue) as potential_lost_revenue,
        sum(revenue) as session_revenue,
        sum(case when session_id = first_session_id then 1 else 0 end)
            as new_visitors
    from sessions
    group by session_date

),

-- Counted as rows, which costs far less than distinct counts and can go to disk.
visitors_by_day as (

    select
        session_date as date,
        count(*) as visitors
    from (
        select distinct
            session_date,
            visitor_id
        from sessions
    ) as visitor_days
    group by session_date

),

customers_by_day as (

    select
        session_date as date,
        count(*) as customers
    from (
        select distinct
            session_date,
            customer_id
        from sessions
    ) as customer_days
    group by session_date

),

first_days as (

    select
        customer_id,
        min(session_date) as date
    from sessions
    group by customer_id

),

new_customers_by_day as (

    select
        date,
        count(*) as new_customers
    from first_days
    group by date

),

orders_by_day as (

    select
        f.order_date as date,
        count(*) as orders,
        sum(f.priced_orders) as priced_orders,
        sum(f.units) as units,
        sum(f.revenue) as revenue,
        count(distinct {{ customer_id("f", "v") }}) as buyers
    from gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    group by f.order_date

),

days as (

    select
        calendar.date,
        (calendar.date <> period.first_date or period.first_day_complete)
        and (calendar.date <> period.last_date or period.last_day_complete)
            as is_complete
    from gold.dim_date as calendar
    cross join period
    where
        calendar.date >= period.first_date
        and calendar.date <= period.last_date

),

final as (

    select
        cast(days.date as date) as date,
        cast(days.is_complete as boolean) as is_complete,
        cast(coalesce(events_by_day.events, 0) as bigint) as events,
        cast(coalesce(events_by_day.product_views, 0) as bigint)
            as product_views,
        cast(coalesce(events_by_day.adds, 0) as bigint) as adds,
        cast(coalesce(events_by_day.checkouts, 0) as bigint) as checkouts,
        cast(coalesce(events_by_day.refund_amount, 0) as decimal(18, 2))
            as refund_amount,
        cast(coalesce(events_by_day.refund_events, 0) as bigint)
            as refund_events,
        cast(coalesce(sessions_by_day.sessions, 0) as bigint) as sessions,
        cast(coalesce(sessions_by_day.converted_sessions, 0) as bigint)
            as converted_sessions,
        cast(coalesce(sessions_by_day.bounced_sessions, 0) as bigint)
            as bounced_sessions,
        cast(coalesce(sessions_by_day.cart_sessions, 0) as bigint)
            as cart_sessions,
        cast(coalesce(sessions_by_day.abandoned_sessions, 0) as bigint)
            as abandoned_sessions,
        cast(coalesce(sessions_by_day.session_seconds, 0) as bigint)
            as session_seconds,
        cast(
            coalesce(sessions_by_day.potential_lost_revenue, 0)
            as decimal(18, 2)
        ) as potential_lost_revenue,
        cast(coalesce(sessions_by_day.session_revenue, 0) as decimal(18, 2))
            as session_revenue,
        cast(coalesce(orders_by_day.orders, 0) as bigint) as orders,
        cast(coalesce(orders_by_day.priced_orders, 0) as bigint)
            as priced_orders,
        cast(coalesce(orders_by_day.units, 0) as bigint) as units,
        cast(coalesce(orders_by_day.revenue, 0) as decimal(18, 2)) as revenue,
        cast(coalesce(sessions_by_day.new_visitors, 0) as bigint)
            as new_visitors,
        cast(coalesce(new_customers_by_day.new_customers, 0) as bigint)
            as new_customers,
        cast(coalesce(visitors_by_day.visitors, 0) as bigint) as visitors,
        cast(coalesce(customers_by_day.customers, 0) as bigint) as customers,
        cast(coalesce(orders_by_day.buyers, 0) as bigint) as buyers
    from days
    left join events_by_day on days.date = events_by_day.date
    left join sessions_by_day on days.date = sessions_by_day.date
    left join visitors_by_day on days.date = visitors_by_day.date
    left join customers_by_day on days.date = customers_by_day.date
    left join new_customers_by_day on days.date = new_customers_by_day.date
    left join orders_by_day on days.date = orders_by_day.date

)

select *
from final
order by date
