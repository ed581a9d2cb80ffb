-- Who comes back on day 1, 7, 14 and 30 after the first day.
-- grain: one row per first_seen_date and day_number, once that day has passed
-- key: first_seen_date, day_number
-- reader: people, Tableau

create view analytics.vw_user_retention as

with

sessions as (

    select * from gold.fact_sessions

),

visitors as (

    select * from gold.dim_visitors

),

as_of as (

    select max(as_of_date) as as_of_date from gold.dim_users

),

active_days as (

    select distinct
        coalesce(sessions.user_id, visitors.customer_id) as customer_id,
        sessions.session_date
    from sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot

),

members as (

    select
        customer_id,
        min(session_date) as first_seen_date
    from active_days
    group by customer_id

),

cohorts as (

    select
        first_seen_date,
        count(*) as cohort_size
    from members
    group by first_seen_date

),

returns as (

    select
        members.first_seen_date,
        active_days.session_date - members.first_seen_date as day_number,
        count(*) as active_customers
    from active_days
    inner join members on active_days.customer_id = members.customer_id
    group by
        members.first_seen_date,
        active_days.session_date - members.first_seen_date

),

final as (

    select
        cohorts.first_seen_date,
        day.day_number,
        cohorts.cohort_size,
        coalesce(returns.active_customers, 0) as active_customers
    from cohorts
    cross join as_of
    cross join (values (1), (7), (14), (30)) as day (day_number)
    left join returns
        on
            cohorts.first_seen_date = returns.first_seen_date
            and day.day_number = returns.day_number
    where cohorts.first_seen_date + day.day_number <= as_of.as_of_date

)

select * from final;

comment on view analytics.vw_user_retention is
    'Customers who come back on day 1, 7, 14 and 30: one row per first_seen_date and day_number, absent until that day has passed. Without bots. Retention = sum(active_customers) / sum(cohort_size), with the day in view.';
comment on column analytics.vw_user_retention.first_seen_date is 'Day of the first session.';
comment on column analytics.vw_user_retention.day_number is 'Days since then.';
comment on column analytics.vw_user_retention.cohort_size is
    'Customers first seen on that day, repeated for every day_number.';
comment on column analytics.vw_user_retention.active_customers is
    'Those with a session on exactly that day.';
