-- The log's time, and what does not split by device and channel.
-- Visitors are counted once a day: their sum is visitor days.
-- grain: one row per unit of time
-- key: unit
-- reader: page (dates, comparisons, the daily table)
with

days as (

    select * from gold.fact_daily_metrics

),

calendar as (

    select * from page.calendar

),

final as (

    select
        cast(calendar.unit as date) as unit,
        cast(min(days.date) as date) as first_date,
        cast(max(days.date) as date) as last_date,
        cast(count(*) as bigint) as days,
        cast(
            sum(case when coalesce(days.is_complete, true) then 1 else 0 end)
            as bigint
        ) as whole_days,
        cast(sum(days.visitors) as bigint) as visitor_days,
        cast(sum(days.refund_amount * 100) as bigint) as refund_cents

    from days
    inner join calendar on days.date = calendar.date
    group by calendar.unit

)

select * from final
order by unit
