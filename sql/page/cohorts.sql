-- Who comes back: cohorts by week, or by month where $cohort says so; the
-- latest $cohorts of them.
-- grain: one row per cohort and number of periods since
-- key: cohort, period_number
-- reader: page (cohort retention)
with

weekly as (

    select * from gold.agg_retention_weekly

),

monthly as (

    select * from gold.agg_retention_monthly

),

chosen as (

    select
        weekly.cohort_week as cohort,
        weekly.period_number,
        weekly.cohort_size,
        weekly.active_customers,
        weekly.is_complete
    from weekly
    where cast($cohort as string) = 'week'

    union all

    select
        monthly.cohort_month,
        monthly.period_number,
        monthly.cohort_size,
        monthly.active_customers,
        monthly.is_complete
    from monthly
    where cast($cohort as string) = 'month'

),

ranked as (

    select
        chosen.*,
        dense_rank() over (order by chosen.cohort desc) as place
    from chosen

),

final as (

    select
        cast(ranked.cohort as date) as cohort,
        cast(ranked.period_number as bigint) as period_number,
        cast(ranked.cohort_size as bigint) as cohort_size,
        cast(ranked.active_customers as bigint) as active_customers,
        cast(case when ranked.is_complete then 1 else 0 end as bigint)
            as is_complete

    from ranked
    where
        ranked.place <= cast($cohorts as bigint)
        and ranked.period_number <= cast($cohorts as bigint)

)

select * from final
order by cohort, period_number
