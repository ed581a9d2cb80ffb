-- What every picture says about its time: the first and the last day.
-- grain: one row per calendar day of the data
-- key: date
-- reader: report (every chart)
with

days as (

    select * from gold.fact_daily_metrics

),

final as (

    select
        cast(days.date as date) as date,
        coalesce(days.is_complete, true) as is_complete

    from days

)

select * from final
order by date
