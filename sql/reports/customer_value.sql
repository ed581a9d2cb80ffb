-- What has a customer brought, so many weeks or months after the first visit?
-- grain: one row per unit of time, cohort and number of units later
-- key: unit, cohort_start, period_number
-- reader: report/customer_value
with

weekly as (

    select * from gold.agg_retention_weekly

),

monthly as (

    select * from gold.agg_retention_monthly

),

days as (

    select
        min(date) as first_date,
        max(date) as last_date
    from gold.fact_daily_metrics

),

cohorts as (

    select
        'week' as unit,
        weekly.cohort_week as cohort_start,
        weekly.period_number,
        weekly.cohort_size,
        weekly.revenue,
        weekly.is_complete
    from weekly

    union all

    select
        'month' as unit,
        monthly.cohort_month as cohort_start,
        monthly.period_number,
        monthly.cohort_size,
        monthly.revenue,
        monthly.is_complete
    from monthly

),

final as (

    select
        cast(cohorts.unit as string) as unit,
        cast(cohorts.cohort_start as date) as cohort_start,
        cast(cohorts.period_number as bigint) as period_number,
        cast(cohorts.cohort_size as bigint) as cohort_size,
        cast(coalesce(cohorts.revenue, 0) as double) as revenue,
        cohorts.is_complete

    from cohorts
    inner join days
        on cohorts.cohort_start between days.first_date and days.last_date
    where cohorts.is_complete

)

select * from final
order by unit, cohort_start, period_number
