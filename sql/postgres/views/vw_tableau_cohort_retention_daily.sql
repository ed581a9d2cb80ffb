-- Who comes back: customers by the day of their first session, followed for 90
-- days.
-- grain: one row per cohort_date and period_number, for every day begun by the
--     last day of the data
-- key: cohort_date, period_number
-- reader: Tableau
-- columns:
--     cohort_date       date     dimension
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

create view analytics.vw_tableau_cohort_retention_daily as

with

cohorts as (

    select * from gold.agg_retention_daily

),

final as (

    select
        cohort_date,
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

comment on view analytics.vw_tableau_cohort_retention_daily is
    'Customers by the day of their first session, followed day by day: one row per cohort_date and period_number. Without bots. Retention = sum(active_customers) / sum(cohort_size), with the period in view.';
comment on column analytics.vw_tableau_cohort_retention_daily.cohort_date is
    'Day of the first session.';
comment on column analytics.vw_tableau_cohort_retention_daily.period_number is
    'Days since then; 0 = that day.';
comment on column analytics.vw_tableau_cohort_retention_daily.cohort_size is
    'Members of the cohort, repeated on every period: sum it only with the period in view.';
comment on column analytics.vw_tableau_cohort_retention_daily.active_customers is
    'Members with a session in the day. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention_daily.buyers is
    'Members with an order in the day. Additive over cohorts.';
comment on column analytics.vw_tableau_cohort_retention_daily.orders is
    'Orders of members in the day. Additive.';
comment on column analytics.vw_tableau_cohort_retention_daily.revenue is
    'Gross revenue of members in the day, in the configured currency. Additive.';
comment on column analytics.vw_tableau_cohort_retention_daily.is_complete is
    'The data covers the whole day.';
