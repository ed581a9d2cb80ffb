-- question: How many new customers come back in the weeks after their first
--     visit?
-- read: A row is a cohort (the week of the first visit) some weeks later;
--     retention is of the whole cohort, whose size never changes. Weeks that
--     are not over yet are left out. The first cohort holds everybody who was
--     there before the data began.
-- topic: Customers
-- grain: one row per cohort and week after it
-- key: cohort_week, period_number
-- param weeks: how many weeks to follow a cohort
with

parameters as (

    select cast(8 as integer) as weeks

),

final as (

    select
        cohort_week,
        period_number,
        cohort_size,
        active_customers,
        cast(
            cast(active_customers as numeric(18, 4)) / nullif(cohort_size, 0)
            as numeric(9, 4)
        ) as retention,
        buyers,
        cast(
            cast(buyers as numeric(18, 4)) / nullif(cohort_size, 0)
            as numeric(9, 4)
        ) as buyer_share,
        orders,
        revenue
    from gold.agg_retention_weekly
    where
        is_complete
        and period_number <= (select weeks from parameters)

)

select *
from final
order by cohort_week, period_number
