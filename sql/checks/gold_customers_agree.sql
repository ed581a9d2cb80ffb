-- check: customers and visitors are counted the same in dimensions, weeks and days; each is new exactly once.
-- layer: gold

with

customers as (

    select
        count(*) as customers,
        coalesce(sum(sessions), 0) as sessions,
        coalesce(sum(converted_sessions), 0) as converted_sessions,
        coalesce(sum(events), 0) as events
    from gold.dim_users
    where first_session_id is not null or events > 0

),

customers_with_session as (

    select count(*) as customers
    from gold.dim_users
    where first_session_id is not null

),

weeks as (

    select
        count(distinct case when sessions > 0 then customer_id end)
            as customers,
        coalesce(sum(sessions), 0) as sessions,
        coalesce(sum(converted_sessions), 0) as converted_sessions,
        coalesce(sum(events), 0) as events
    from gold.agg_user_weekly

),

days as (

    select
        coalesce(sum(new_customers), 0) as new_customers,
        coalesce(sum(new_visitors), 0) as new_visitors,
        coalesce(sum(sessions), 0) as sessions
    from gold.fact_daily_metrics

),

visitors as (

    select count(*) as visitors
    from gold.dim_visitors
    where not is_bot and first_session_id is not null

),

compared as (

    select
        'customers: dim_users, agg_user_weekly' as compared,
        customers_with_session.customers as expected,
        weeks.customers as found
    from customers_with_session
    cross join weeks
    union all
    select
        'customers: dim_users, new_customers of fact_daily_metrics',
        customers_with_session.customers,
        days.new_customers
    from customers_with_session
    cross join days
    union all
    select
        'visitors: dim_visitors, new_visitors of fact_daily_metrics',
        visitors.visitors,
        days.new_visitors
    from visitors
    cross join days
    union all
    select
        'sessions: dim_users, fact_daily_metrics',
        customers.sessions,
        days.sessions
    from customers
    cross join days
    union all
    select
        'sessions: dim_users, agg_user_weekly',
        customers.sessions,
        weeks.sessions
    from customers
    cross join weeks
    union all
    select
        'converted sessions: dim_users, agg_user_weekly',
        customers.converted_sessions,
        weeks.converted_sessions
    from customers
    cross join weeks
    union all
    select
        'events: dim_users, agg_user_weekly',
        customers.events,
        weeks.events
    from customers
    cross join weeks

)

select
    compared,
    expected,
    found
from compared
where expected <> found
