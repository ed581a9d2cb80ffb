-- question: How far has revenue come, in the month and in all?
-- read: month_to_date starts at zero each month; compare the same day of two
--     months. share_of_total is of all revenue in the chosen days.
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

    select
        days.date,
        dates.month_start,
        days.revenue
    from gold.fact_daily_metrics as days
    inner join gold.dim_date as dates on days.date = dates.date
    where
        days.date >= (select since from parameters)
        and days.date <= (select until from parameters)

),

sums as (

    select
        date,
        revenue,
        sum(revenue) over (
            partition by month_start
            order by date rows between unbounded preceding and current row
        ) as month_to_date,
        sum(revenue) over (
            order by date rows between unbounded preceding and current row
        ) as running_revenue,
        sum(revenue) over () as total
    from days

),

final as (

    select
        date,
        revenue,
        cast(month_to_date as numeric(18, 2)) as month_to_date,
        cast(running_revenue as numeric(18, 2)) as running_revenue,
        cast(
            cast(running_revenue as numeric(18, 4)) / nullif(total, 0)
            as numeric(9, 4)
        ) as share_of_total
    from sums

)

select *
from final
order by date
