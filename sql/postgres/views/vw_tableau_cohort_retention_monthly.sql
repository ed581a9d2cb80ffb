-- Who comes back: customers by the month of their first session.
-- grain: one row per cohort_month and period_number, for every month begun by
--     the last day of the data
-- key: cohort_month, period_number
-- reader: Tableau
-- columns:
--     cohort_month      date     dimension
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

create view analytics.vw_tableau_cohort_retention_monthly as

with

cohorts as (

    select * from gold.agg_retention_monthly

),

final as (

    select
        cohort_month,
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

comment on view analytics.vw_tableau_cohort_retention_monthly is
    'Customers by the month of their first session, followed month by month: one row per cohort_month and period_number. Without bots. Retention = sum(active_customers) / sum(cohort_size), with the period in view.';
comment on column analytics.vw_tableau_cohort_retention_monthly.cohort_month is
    'First day of the month of the first session.';
comment on column analytics.vw_tableau_cohort_retention_monthly.period_number is
    'Months since then; 0 = that month.';
comment on column analytics.vw_tableau_cohort_retention_monthly.cohort_size is
    'Members of the cohort, repeated on every period: sum it only with the period in view.';
comment on column analytics.vw_tableau_cohort_retention_monthly.active_customers is
    'Members with a session in the month. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention_monthly.buyers is
    'Members with an order in the month. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention_monthly.orders is
    'Orders of members in the month. Additive.';
comment on column analytics.vw_tableau_cohort_retention_monthly.revenue is
    'Gross revenue of members in the month, in the configured currency. Additive.';
comment on column analytics.vw_tableau_cohort_retention_monthly.is_complete is
    'The data covers the whole month.';
