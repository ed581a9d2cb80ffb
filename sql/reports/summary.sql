-- The key figures of the whole period.
-- grain: one row
-- key: none
-- reader: report/note
with

days as (

    select * from gold.fact_daily_metrics

),

sessions as (

    select * from gold.agg_session_daily

),

visitors as (

    select * from gold.dim_visitors

),

-- of a part of the time, those who came in it
seen as (

    select distinct fact_sessions.visitor_id
    from gold.fact_sessions

),

people as (

    select
        count(*) as visitors,
        count(distinct visitors.customer_id) as customers,
        count(distinct visitors.user_id) as accounts

    from visitors
    inner join seen on visitors.visitor_id = seen.visitor_id
    where not visitors.is_bot

),

totals as (

    select
        sum(days.sessions) as sessions,
        sum(days.converted_sessions) as converted_sessions,
        sum(days.bounced_sessions) as bounced_sessions,
        sum(days.session_seconds) as session_seconds,
        sum(days.cart_sessions) as cart_sessions,
        sum(days.abandoned_sessions) as abandoned_sessions,
        sum(days.potential_lost_revenue) as potential_lost_revenue,
        sum(days.orders) as orders,
        sum(days.priced_orders) as priced_orders,
        sum(days.units) as units,
        sum(days.revenue) as revenue,
        sum(days.refund_amount) as refund_amount

    from days

),

-- a refund is an event of no session, so events come from the sessions
inside as (

    select sum(sessions.events) as events
    from sessions

),

final as (

    select
        cast(people.visitors as bigint) as visitors,
        cast(people.customers as bigint) as customers,
        cast(people.accounts as bigint) as accounts,
        cast(coalesce(totals.sessions, 0) as bigint) as sessions,
        cast(coalesce(totals.converted_sessions, 0) as bigint)
            as converted_sessions,
        cast(coalesce(totals.bounced_sessions, 0) as bigint)
            as bounced_sessions,
        cast(coalesce(totals.session_seconds, 0) as bigint)
            as session_seconds,
        cast(coalesce(totals.cart_sessions, 0) as bigint) as cart_sessions,
        cast(coalesce(totals.abandoned_sessions, 0) as bigint)
            as abandoned_sessions,
        cast(coalesce(totals.potential_lost_revenue, 0) as double)
            as potential_lost_revenue,
        cast(coalesce(inside.events, 0) as bigint) as events,
        cast(coalesce(totals.orders, 0) as bigint) as orders,
        cast(coalesce(totals.priced_orders, 0) as bigint) as priced_orders,
        cast(coalesce(totals.units, 0) as bigint) as units,
        cast(coalesce(totals.revenue, 0) as double) as revenue,
        cast(coalesce(totals.refund_amount, 0) as double) as refund_amount

    from totals
    cross join people
    cross join inside

)

select * from final
