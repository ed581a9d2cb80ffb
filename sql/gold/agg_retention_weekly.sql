-- Who comes back, week by week, after the ISO week of the first session (named
-- by its Monday), bots left out.
-- The denominator is the cohort's full size, repeated in every row: retention
-- is sum(active_customers) / sum(cohort_size) with one period in view. Dense:
-- every week begun by as_of_date has a row, zeros kept, and none lies in the
-- future. is_complete is false for a week that the data does not cover whole.
-- grain: one row per week of first sessions and number of weeks since
-- key: cohort_week, period_number
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

-- A customer counts once in each week, however often it came.
activity as (

    select
        customer_key,
        {{ iso_week_start("first_date") }} as cohort_week,
        {{ iso_week_start("date") }} as period_start,
        sum(sessions) as sessions,
        sum(orders) as orders,
        sum(revenue) as revenue
    from known
    group by
        customer_key,
        {{ iso_week_start("first_date") }},
        {{ iso_week_start("date") }}

),

returned as (

    select
        cohort_week,
        period_start,
        sum(case when sessions > 0 then 1 else 0 end) as active_customers,
        sum(case when orders > 0 then 1 else 0 end) as buyers,
        sum(orders) as orders,
        sum(revenue) as revenue
    from activity
    group by cohort_week, period_start

),

cohorts as (

    select
        {{ iso_week_start("first_date") }} as cohort_week,
        count(*) as cohort_size
    from known
    where date = first_date and sessions > 0
    group by {{ iso_week_start("first_date") }}

),

horizon as (

    select
        max({{ days_between(
            "cohorts.cohort_week", "period.as_of_date"
        ) }}) as last_day
    from cohorts
    cross join period

),

numbers as (

    select numbers.n
    from silver.numbers as numbers
    cross join horizon
    where 7 * numbers.n <= horizon.last_day

),

begun as (

    select
        cohorts.cohort_week,
        cohorts.cohort_size,
        numbers.n as period_number,
        {{ add_days("cohorts.cohort_week", "7 * numbers.n") }}
            as period_start
    from cohorts
    cross join numbers

),

bounded as (

    select
        *,
        {{ add_days("period_start", "6") }} as period_end
    from begun

),

final as (

    select
        cast(bounded.cohort_week as date) as cohort_week,
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
            bounded.cohort_week = returned.cohort_week
            and bounded.period_start = returned.period_start
    where bounded.period_start <= period.as_of_date

)

select *
from final
order by cohort_week, period_number
