-- Categories by day: the additive measures of agg_product_daily summed, viewing
-- and buying sessions counted anew (a session that views two products of a
-- category is one viewing session of it), bots left out.
-- grain: one row per day, first and second level of the category
-- key: date, category_l1, category_l2
-- reader: category charts and views

with

-- Few products come first, for the side of a join that is held in memory.
categories as (

    select
        product_id,
        category_l1,
        category_l2,
        dense_rank() over (order by category_l1, category_l2)
            as category_number
    from gold.dim_products

),

-- The few bots are sought out: to look up every event's visitor costs far more.
bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

totals as (

    select
        daily.date,
        categories.category_l1,
        categories.category_l2,
        sum(daily.views) as views,
        sum(daily.adds) as adds,
        sum(daily.removes) as removes,
        sum(daily.units) as units,
        sum(daily.refund_units) as refund_units,
        sum(daily.purchase_lines) as purchase_lines,
        sum(daily.revenue) as revenue,
        sum(daily.refund_amount) as refund_amount
    from categories
    inner join gold.agg_product_daily as daily
        on categories.product_id = daily.product_id
    group by daily.date, categories.category_l1, categories.category_l2

),

-- Further views of a product in a session tell nothing new.
first_events as (

    select
        f.event_date,
        f.product_id,
        f.session_id,
        f.purchase_lines,
        case when f.event_type = 'product_view' then 1 else 0 end as views
    from gold.fact_events as f
    where
        f.event_type in ('product_view', 'purchase')
        and f.is_first_of_day
        and not exists (
            select 1
            from bots
            where bots.visitor_id = f.visitor_id
        )

),

-- By session first, and categories by number: sessions are then counted as
-- rows, which costs far less than distinct counts.
category_sessions as (

    select
        first_events.event_date,
        categories.category_number,
        first_events.session_id,
        max(first_events.views) as viewing_sessions,
        max(first_events.purchase_lines) as buying_sessions
    from categories
    inner join first_events on categories.product_id = first_events.product_id
    group by
        first_events.event_date,
        categories.category_number,
        first_events.session_id

),

counted as (

    select
        event_date,
        category_number,
        sum(viewing_sessions) as viewing_sessions,
        sum(buying_sessions) as buying_sessions
    from category_sessions
    group by event_date, category_number

),

names as (

    select distinct
        category_number,
        category_l1,
        category_l2
    from categories

),

recounted as (

    select
        counted.event_date as date,
        names.category_l1,
        names.category_l2,
        counted.viewing_sessions,
        counted.buying_sessions
    from counted
    inner join names on counted.category_number = names.category_number

),

final as (

    select
        cast(totals.date as date) as date,
        cast(totals.category_l1 as string) as category_l1,
        cast(totals.category_l2 as string) as category_l2,
        cast(totals.views as bigint) as views,
        cast(totals.adds as bigint) as adds,
        cast(totals.removes as bigint) as removes,
        cast(totals.units as bigint) as units,
        cast(totals.refund_units as bigint) as refund_units,
        cast(totals.purchase_lines as bigint) as purchase_lines,
        cast(totals.revenue as decimal(18, 2)) as revenue,
        cast(totals.refund_amount as decimal(18, 2)) as refund_amount,
        cast(coalesce(recounted.viewing_sessions, 0) as bigint)
            as viewing_sessions,
        cast(coalesce(recounted.buying_sessions, 0) as bigint)
            as buying_sessions
    from totals
    left join recounted
        on
            totals.date = recounted.date
            and totals.category_l1 = recounted.category_l1
            and totals.category_l2 = recounted.category_l2

)

select *
from final
order by date, category_l1, category_l2
