-- question: Do people buy differently at the weekend?
-- read: Compare the averages a day for how much, conversion and order_value
--     for how well. Only days covered whole count. A weekend with more
--     sessions and lower conversion is for browsing.
-- topic: Days and hours
-- grain: one row for weekdays, one for weekends
-- key: part_of_week
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

parts as (

    select
        case
            when dates.is_weekend then 'weekend'
            else 'weekday'
        end as part_of_week,
        count(*) as days,
        sum(days.sessions) as sessions,
        sum(days.converted_sessions) as converted_sessions,
        sum(days.cart_sessions) as cart_sessions,
        sum(days.abandoned_sessions) as abandoned_sessions,
        sum(days.priced_orders) as priced_orders,
        sum(days.revenue) as revenue
    from days
    inner join gold.dim_date as dates on days.date = dates.date
    group by dates.is_weekend

),

final as (

    select
        part_of_week,
        cast(days as bigint) as days,
        cast(
            cast(sessions as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as sessions_a_day,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(days, 0)
            as numeric(18, 2)
        ) as revenue_a_day,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(abandoned_sessions as numeric(18, 4)) / nullif(cart_sessions, 0)
            as numeric(9, 4)
        ) as abandonment,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(priced_orders, 0)
            as numeric(18, 2)
        ) as order_value
    from parts

)

select *
from final
order by part_of_week
