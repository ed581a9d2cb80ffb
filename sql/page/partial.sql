-- Days that the data do not cover whole.
-- grain: one row per such day
-- key: date
-- reader: page (hollow points, means by weekday)
with

days as (

    select * from gold.fact_daily_metrics

),

final as (

    select cast(days.date as date) as date
    from days
    where not coalesce(days.is_complete, true)

)

select * from final
order by date
