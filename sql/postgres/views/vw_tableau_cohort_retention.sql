-- Who comes back: customers by the week of their first session.
-- grain: one row per cohort_week and period_number, for every week begun by
--     the last day of the data
-- key: cohort_week, period_number
-- reader: Tableau

create view analytics.vw_tableau_cohort_retention as

with

weeks as (

    select * from gold.agg_user_weekly

),

as_of as (

    select max(as_of_date) as as_of_date from gold.dim_users

),

members as (

    select
        customer_id,
        min(week_start) as cohort_week
    from weeks
    where sessions > 0
    group by customer_id

),

cohorts as (

    select
        cohort_week,
        count(*) as cohort_size
    from members
    group by cohort_week

),

-- Every week begun by then has a row, zeros kept; none lies in the future.
periods as (

    select
        cohorts.cohort_week,
        cohorts.cohort_size,
        period.period_number,
        cohorts.cohort_week + period.period_number * 7 as week_start,
        cohorts.cohort_week + period.period_number * 7 + 6
        <= as_of.as_of_date as is_complete
    from cohorts
    cross join as_of
    cross join lateral generate_series(
        0, (as_of.as_of_date - cohorts.cohort_week) / 7
    ) as period (period_number)

),

activity as (

    select
        members.cohort_week,
        weeks.week_start,
        count(*) filter (where weeks.sessions > 0) as active_customers,
        count(*) filter (where weeks.orders > 0) as buyers,
        sum(weeks.orders)::bigint as orders,
        sum(weeks.revenue) as revenue
    from weeks
    inner join members on weeks.customer_id = members.customer_id
    group by members.cohort_week, weeks.week_start

),

final as (

    select
        periods.cohort_week,
        periods.period_number,
        periods.cohort_size,
        coalesce(activity.active_customers, 0) as active_customers,
        coalesce(activity.buyers, 0) as buyers,
        coalesce(activity.orders, 0) as orders,
        coalesce(activity.revenue, 0) as revenue,
        periods.is_complete
    from periods
    left join activity
        on
            periods.cohort_week = activity.cohort_week
            and periods.week_start = activity.week_start

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
    'Gross revenue of members in the week. Additive.';
comment on column analytics.vw_tableau_cohort_retention.is_complete is
    'False for the week that is still running.';
