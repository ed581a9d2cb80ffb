-- question: How does the shop do from day to day?
-- read: A day alone is noise; look at revenue_7_days, the sum of the day and
--     the six before it, which holds every weekday once. It is empty until
--     seven days are there. A day with is_complete = false is covered in
--     part: its drop is no news.
-- topic: Days and hours
-- grain: one row per day
-- key: date
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
        date >= (select since from parameters)
        and date <= (select until from parameters)

),

final as (

    select
        date,
        is_complete,
        sessions,
        visitors,
        orders,
        revenue,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(priced_orders, 0)
            as numeric(18, 2)
        ) as order_value,
        case
            when count(*) over (
                order by date rows between 6 preceding and current row
            ) = 7 then cast(
                sum(revenue) over (
                    order by date rows between 6 preceding and current row
                ) as numeric(18, 2)
            )
        end as revenue_7_days
    from days

)

select *
from final
order by date
