-- Who comes back: customers by the week of their first session.
-- grain: one row per cohort_week and period_number, for every week begun by the
--     last day of the data
-- key: cohort_week, period_number
-- reader: Tableau
-- columns:
--     cohort_week       date     dimension
--     period_number     integer  dimension
--     cohort_size       bigint   avg
--     active_customers  bigint   sum
--     buyers            bigint   sum
--     orders            bigint   sum
--     revenue           numeric  sum  money
--     is_complete       boolean  dimension
-- ratios:
--     Retention:           active_customers / cohort_size  percent
--     Share of buyers:     buyers / cohort_size            percent
--     Revenue per member:  revenue / cohort_size           money
-- filters:
--     is_complete: true

create view analytics.vw_tableau_cohort_retention as

with

cohorts as (

    select * from gold.agg_retention_weekly

),

final as (

    select
        cohort_week,
        period_number,
        cohort_size,
        active_customers,
        buyers,
        orders,
        revenue,
        is_complete
    from cohorts

)

select * from final;

comment on view analytics.vw_tableau_cohort_retention is
    'Customers by the week of their first session, followed week by week: one row per cohort_week and period_number. Without bots. Retention = sum(active_customers) / sum(cohort_size), with the period in view.';
comment on column analytics.vw_tableau_cohort_retention.cohort_week is
    'Monday of the week of the first session.';
comment on column analytics.vw_tableau_cohort_retention.period_number is
    'Weeks since then; 0 = that week.';
comment on column analytics.vw_tableau_cohort_retention.cohort_size is
    'Members of the cohort, repeated on every period: sum it only with the period in view.';
comment on column analytics.vw_tableau_cohort_retention.active_customers is
    'Members with a session in the week. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention.buyers is
    'Members with an order in the week. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention.orders is
    'Orders of members in the week. Additive.';
comment on column analytics.vw_tableau_cohort_retention.revenue is
    'Gross revenue of members in the week, in the configured currency. Additive.';
comment on column analytics.vw_tableau_cohort_retention.is_complete is
    'False for the week that is still running.';
