-- At which hours of the week do sessions start, in the business time zone?
-- grain: one row per weekday and hour with at least one session
-- key: day_of_week, hour
-- reader: report/hour_by_weekday
with

sessions as (

    select * from gold.fact_sessions

),

visitors as (

    select * from gold.dim_visitors

),

days as (

    select * from gold.fact_daily_metrics

),

dates as (

    select * from gold.dim_date

),

-- a day that is not covered whole would make its weekday look calm; where
-- no day is whole (an hour of a log), what there is gets drawn
whole as (

    select
        days.date,
        dates.day_of_week,
        coalesce(days.is_complete, true) as is_complete,
        max(case when coalesce(days.is_complete, true) then 1 else 0 end)
            over () as has_complete

    from days
    inner join dates on days.date = dates.date

),

kept as (

    select
        whole.date,
        whole.day_of_week,
        count(*) over (partition by whole.day_of_week) as days

    from whole
    where whole.is_complete or whole.has_complete = 0

),

final as (

    select
        cast(kept.day_of_week as bigint) as day_of_week,
        cast(sessions.session_start_hour as bigint) as hour,
        cast(max(kept.days) as bigint) as days,
        cast(count(*) as bigint) as sessions

    from sessions
    inner join kept on sessions.session_date = kept.date
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot
    group by kept.day_of_week, sessions.session_start_hour

)

select * from final
order by day_of_week, hour
