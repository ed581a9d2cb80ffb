-- grain: at most one row: the complete day that has least events beside the seven before it
-- key: none
-- reader: clickmill check
with days as (

    select
        date,
        events,
        is_complete,
        avg(cast(events as double)) over (
            order by date
            rows between 7 preceding and 1 preceding
        ) as usual,
        count(*) over (
            order by date
            rows between 7 preceding and 1 preceding
        ) as days_before
    from gold.fact_daily_metrics

),

last as (

    select max(date) as last_date
    from days

),

final as (

    select
        cast(days.date as string) as date,
        days.events,
        days.usual,
        1.0 - cast(days.events as double) / days.usual as volume_drop
    from days
    cross join last
    where
        days.days_before >= 3
        and days.usual > 0
        -- a log that breaks off in mid-day has no fewer events for that
        and (days.is_complete or days.date < last.last_date)

)

select * from final
order by volume_drop desc, date
limit 1
