-- Who comes back on day 1, 7, 14 and 30 after the first day.
-- grain: one row per first_seen_date and day_number, once that day has passed
-- key: first_seen_date, day_number
-- reader: people, Tableau
-- columns:
--     first_seen_date   date     dimension
--     day_number        integer  dimension
--     cohort_size       bigint   avg
--     active_customers  bigint   avg
-- ratios:
--     Retention:  active_customers / cohort_size  percent

create view analytics.vw_user_retention as

with

cohorts as (

    select * from gold.agg_retention_daily

),

final as (

    select
        cohort_date as first_seen_date,
        period_number as day_number,
        cohort_size,
        active_customers
    from cohorts
    where period_number in (1, 7, 14, 30)

)

select * from final;

comment on view analytics.vw_user_retention is
    'Customers who come back on day 1, 7, 14 and 30: one row per first_seen_date and day_number, absent until that day has passed. Without bots. Retention = sum(active_customers) / sum(cohort_size), with the day in view.';
comment on column analytics.vw_user_retention.first_seen_date is 'Day of the first session.';
comment on column analytics.vw_user_retention.day_number is 'Days since then.';
comment on column analytics.vw_user_retention.cohort_size is
    'Customers first seen on that day, repeated for every day_number: sum it only with the day in view.';
comment on column analytics.vw_user_retention.active_customers is
    'Those with a session on exactly that day; they add up over first_seen_date alone.';
