-- question: How does each month compare with the one before?
-- read: A change is given only between two months that the data covers whole
--     (is_whole), for half a month always looks like a fall. Months differ by
--     up to three days: see revenue_a_day too.
-- topic: Days and hours
-- grain: one row per month
-- key: month
with

months as (

    select
        dates.month_start as month,
        count(*) as calendar_days,
        count(days.date) as days,
        sum(case when days.is_complete then 1 else 0 end) as whole_days,
        sum(days.sessions) as sessions,
        sum(days.converted_sessions) as converted_sessions,
        sum(days.orders) as orders,
        sum(days.revenue) as revenue
    from gold.dim_date as dates
    left join gold.fact_daily_metrics as days on dates.date = days.date
    group by dates.month_start
    having count(days.date) > 0

),

compared as (

    select
        *,
        calendar_days = whole_days as is_whole,
        lag(sessions) over (order by month) as sessions_before,
        lag(revenue) over (order by month) as revenue_before,
        lag(calendar_days - whole_days) over (order by month) as days_missing_before
    from months

),

judged as (

    select
        *,
        is_whole and coalesce(days_missing_before, 1) = 0 as is_comparable
    from compared

),

final as (

    select
        month,
        is_whole,
        cast(sessions as bigint) as sessions,
        cast(orders as bigint) as orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as revenue_a_day,
        case when is_comparable then
        cast(
            cast(sessions - sessions_before as numeric(18, 4)) / nullif(sessions_before, 0)
            as numeric(9, 4)
        )
        end as sessions_change,
        case when is_comparable then
        cast(
            cast(revenue - revenue_before as numeric(18, 4)) / nullif(revenue_before, 0)
            as numeric(9, 4)
        )
        end as revenue_change
    from judged

)

select *
from final
order by month
