-- What the warehouse answers where the generator knows the answer; the names
-- are those of truth/answers.json, amounts are whole cents, zeros are left out.
-- All visitors count: where a table leaves out those it takes for bots, they are
-- counted beside it, so that an answer does not depend on who is called a bot.
-- grain: one row per question
-- key: name
-- reader: the truth check

with

bots as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where is_bot

),

sessions as (

    select *
    from gold.fact_sessions

),

bot_sessions as (

    select
        coalesce(s.user_id, b.customer_id) as customer_id,
        s.session_date,
        s.converted_sessions
    from sessions as s
    inner join bots as b on s.visitor_id = b.visitor_id

),

parts as (

    select
        date,
        events,
        sessions,
        converted_sessions,
        orders,
        cast(revenue * 100 as bigint) as revenue_cents,
        cast(refund_amount * 100 as bigint) as refund_cents
    from gold.fact_daily_metrics

    union all

    select
        e.event_date as date,
        1 as events,
        0 as sessions,
        0 as converted_sessions,
        0 as orders,
        0 as revenue_cents,
        cast(coalesce(e.refund_amount, 0) * 100 as bigint) as refund_cents
    from gold.fact_events as e
    inner join bots as b on e.visitor_id = b.visitor_id

    union all

    select
        session_date as date,
        0 as events,
        1 as sessions,
        converted_sessions,
        0 as orders,
        0 as revenue_cents,
        0 as refund_cents
    from bot_sessions

    union all

    select
        o.order_date as date,
        0 as events,
        0 as sessions,
        0 as converted_sessions,
        1 as orders,
        cast(o.revenue * 100 as bigint) as revenue_cents,
        0 as refund_cents
    from gold.fact_orders as o
    inner join bots as b on o.visitor_id = b.visitor_id

),

days as (

    select
        cast(date as string) as day,
        sum(events) as events,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(orders) as orders,
        sum(revenue_cents) as revenue_cents,
        sum(refund_cents) as refund_cents
    from parts
    group by date

),

-- a visitor is in one arm for good
arms as (

    select
        session_id,
        max(variant) as variant
    from silver.events
    where session_id is not null
    group by session_id

),

weeks as (

    select
        customer_id,
        week_start
    from gold.agg_user_weekly
    where sessions > 0

    union

    select
        customer_id,
        cast(date_trunc('week', session_date) as date) as week_start
    from bot_sessions

),

active as (

    select
        customer_id,
        week_start,
        min(week_start) over (partition by customer_id) as cohort
    from weeks

),

answers as (

    select
        'events ' || e.event_type as name,
        count(*) as value
    from gold.fact_events as e
    group by e.event_type

    union all

    select 'funnel sessions', count(*) from sessions

    union all

    select 'funnel product_view', sum(reached_product_view) from sessions

    union all

    select 'funnel cart', sum(reached_cart) from sessions

    union all

    select 'funnel checkout', sum(reached_checkout) from sessions

    union all

    select 'funnel purchase', sum(reached_purchase) from sessions

    union all

    select 'total visitors', count(distinct visitor_id) from sessions

    union all

    select 'total bounced_sessions', sum(bounced_sessions) from sessions

    union all

    select 'total events', sum(events) from days

    union all

    select 'total orders', count(*) from gold.fact_orders

    union all

    select 'total units', sum(units) from gold.fact_orders

    union all

    select 'total revenue_cents', cast(sum(revenue) * 100 as bigint)
    from gold.fact_orders

    union all

    select 'total refund_cents', sum(refund_cents) from days

    union all

    select 'day ' || day || ' events', events from days

    union all

    select 'day ' || day || ' sessions', sessions from days

    union all

    select 'day ' || day || ' converted_sessions', converted_sessions from days

    union all

    select 'day ' || day || ' orders', orders from days

    union all

    select 'day ' || day || ' revenue_cents', revenue_cents from days

    union all

    select 'day ' || day || ' refund_cents', refund_cents from days

    union all

    select
        'arm ' || arms.variant || ' sessions',
        count(*)
    from sessions
    inner join arms on sessions.session_id = arms.session_id
    group by arms.variant

    union all

    select
        'arm ' || arms.variant || ' converted_sessions',
        sum(sessions.converted_sessions)
    from sessions
    inner join arms on sessions.session_id = arms.session_id
    group by arms.variant

    union all

    select
        'cohort ' || cast(cohort as string)
            || ' active ' || cast(week_start as string),
        count(*)
    from active
    group by cohort, week_start

),

final as (

    select
        cast(name as string) as name,
        cast(value as bigint) as value
    from answers
    where value <> 0

)

select *
from final
order by name
