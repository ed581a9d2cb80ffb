-- How many of the customers of a week come back in the weeks after it?
-- grain: one row per cohort week and number of weeks later, begun weeks only
-- key: cohort_week, period_number
-- reader: report/cohort_retention
with

weekly as (

    select * from gold.agg_user_weekly

),

days as (

    select * from gold.fact_daily_metrics

),

dates as (

    select * from gold.dim_date

),

-- every week the data touches, numbered, so that periods are differences of
-- numbers; a week is over when its Sunday lies in the data, and that day is
-- covered whole
weeks as (

    select
        dates.week_start,
        row_number() over (order by dates.week_start) as week_number,
        count(*) as days_covered

    from days
    inner join dates on days.date = dates.date
    group by dates.week_start

),

active as (

    select distinct
        weekly.customer_id,
        weekly.week_start

    from weekly
    where weekly.sessions > 0

),

members as (

    select
        active.customer_id,
        min(active.week_start) as cohort_week

    from active
    group by active.customer_id

),

-- the size is counted over all members, apart from who came back
sizes as (

    select
        members.cohort_week,
        count(*) as cohort_size

    from members
    group by members.cohort_week

),

returns as (

    select
        members.cohort_week,
        active.week_start,
        count(*) as active_customers

    from members
    inner join active on members.customer_id = active.customer_id
    group by members.cohort_week, active.week_start

),

-- dense: a week in which nobody came back is a zero, not a hole
final as (

    select
        cast(cohorts.week_start as date) as cohort_week,
        cast(later.week_number - cohorts.week_number as bigint)
            as period_number,
        cast(sizes.cohort_size as bigint) as cohort_size,
        cast(coalesce(returns.active_customers, 0) as bigint)
            as active_customers,
        later.days_covered = 7 as is_complete,
        cohorts.days_covered = 7 as is_cohort_complete

    from sizes
    inner join weeks as cohorts on sizes.cohort_week = cohorts.week_start
    inner join weeks as later
        on later.week_number >= cohorts.week_number
    left join returns
        on sizes.cohort_week = returns.cohort_week
        and later.week_start = returns.week_start

)

select * from final
order by cohort_week, period_number
