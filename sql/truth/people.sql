-- The totals that gold shows, bots left out as far as it knows them; the names
-- are those of truth/answers.json.
-- grain: one row per question
-- key: name
-- reader: the truth check

with

days as (

    select *
    from gold.fact_daily_metrics

),

answers as (

    select 'total events' as name, sum(events) as value from days

    union all

    select 'funnel sessions', sum(sessions) from days

    union all

    select 'funnel purchase', sum(converted_sessions) from days

    union all

    select 'total orders', sum(orders) from days

    union all

    select 'total revenue_cents', cast(sum(revenue) * 100 as bigint) from days

    union all

    select 'total refund_cents', cast(sum(refund_amount) * 100 as bigint)
    from days

),

final as (

    select
        cast(name as string) as name,
        cast(coalesce(value, 0) as bigint) as value
    from answers

)

select *
from final
order by name
