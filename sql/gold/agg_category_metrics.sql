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
        category_l2
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

recounted as (

    select
        f.event_date as date,
        categories.category_l1,
        categories.category_l2,
        count(
            distinct
            case when f.event_type = 'product_view' then f.session_id end
        ) as viewing_sessions,
        count(distinct case when f.purchase_lines = 1 then f.session_id end)
            as buying_sessions
    from categories
    inner join gold.fact_events as f on categories.product_id = f.product_id
    where
        f.event_type in ('product_view', 'purchase')
        and not exists (
            select 1
            from bots
            where bots.visitor_id = f.visitor_id
        )
    group by f.event_date, categories.category_l1, categories.category_l2

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
