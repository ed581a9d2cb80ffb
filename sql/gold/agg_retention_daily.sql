-- Who comes back, day by day, after the day of the first session, bots left
-- out. A cohort is followed for 90 days; longer spans are for weeks and months.
-- The denominator is the cohort's full size, repeated in every row: retention
-- is sum(active_customers) / sum(cohort_size) with one period in view. Dense:
-- every day begun by as_of_date has a row, zeros kept, and none lies in the
-- future. is_complete is false for a day that the data does not cover whole.
-- grain: one row per day of first sessions and number of days since
-- key: cohort_date, period_number
-- reader: retention charts and views

with

period as (

    select
        last_date,
        as_of_date,
        last_day_complete
    from silver.period

),

known as (

    select activity.*
    from period
    cross join gold.customer_activity as activity
    where activity.date <= period.as_of_date

),

returned as (

    select
        first_date as cohort_date,
        date as period_start,
        sum(case when sessions > 0 then 1 else 0 end) as active_customers,
        sum(case when orders > 0 then 1 else 0 end) as buyers,
        sum(orders) as orders,
        sum(revenue) as revenue
    from known
    group by first_date, date

),

cohorts as (

    select
        first_date as cohort_date,
        count(*) as cohort_size
    from known
    where date = first_date and sessions > 0
    group by first_date

),

horizon as (

    select
        least(
            90,
            max({{ days_between(
                "cohorts.cohort_date", "period.as_of_date"
            ) }})
        ) as last_day
    from cohorts
    cross join period

),

numbers as (

    select numbers.n
    from silver.numbers as numbers
    cross join horizon
    where numbers.n <= horizon.last_day

),

begun as (

    select
        cohorts.cohort_date,
        cohorts.cohort_size,
        numbers.n as period_number,
        {{ add_days("cohorts.cohort_date", "numbers.n") }}
            as period_start
    from cohorts
    cross join numbers

),

bounded as (

    select
        *,
        period_start as period_end
    from begun

),

final as (

    select
        cast(bounded.cohort_date as date) as cohort_date,
        cast(bounded.period_number as int) as period_number,
        cast(bounded.cohort_size as bigint) as cohort_size,
        cast(coalesce(returned.active_customers, 0) as bigint)
            as active_customers,
        cast(coalesce(returned.buyers, 0) as bigint) as buyers,
        cast(coalesce(returned.orders, 0) as bigint) as orders,
        cast(coalesce(returned.revenue, 0) as decimal(18, 2)) as revenue,
        cast(
            bounded.period_end <= period.as_of_date
            and (
                bounded.period_end < period.last_date
                or (
                    bounded.period_end = period.last_date
                    and period.last_day_complete
                )
            ) as boolean
        ) as is_complete
    from bounded
    cross join period
    left join returned
        on
            bounded.cohort_date = returned.cohort_date
            and bounded.period_start = returned.period_start
    where bounded.period_start <= period.as_of_date

)

select *
from final
order by cohort_date, period_number
