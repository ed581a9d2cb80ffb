-- question: Which days of the week are strong, and which are weak?
-- read: Only days covered whole count, and each weekday is an average over
--     its days, so that five Mondays do not beat four Sundays. Where days is
--     1 or 2, wait for more before you act.
-- topic: Days and hours
-- grain: one row per day of the week
-- key: day_of_week
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

days as (

    select *
    from gold.fact_daily_metrics
    where
        is_complete
        and date >= (select since from parameters)
        and date <= (select until from parameters)

),

weekdays as (

    select
        dates.day_of_week,
        dates.day_name,
        count(*) as days,
        sum(days.sessions) as sessions,
        sum(days.converted_sessions) as converted_sessions,
        sum(days.orders) as orders,
        sum(days.priced_orders) as priced_orders,
        sum(days.revenue) as revenue
    from days
    inner join gold.dim_date as dates on days.date = dates.date
    group by dates.day_of_week, dates.day_name

),

final as (

    select
        cast(day_of_week as integer) as day_of_week,
        day_name,
        cast(days as bigint) as days,
        cast(
            cast(sessions as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as sessions_a_day,
        cast(
            cast(orders as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as orders_a_day,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as revenue_a_day,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(priced_orders, 0)
            as numeric(18, 2)
        ) as order_value
    from weekdays

)

select *
from final
order by day_of_week
