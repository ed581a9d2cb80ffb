-- check: customers and visitors are counted the same in dimensions, weeks and days; each is new exactly once.
-- layer: gold

with

customers as (

    select
        coalesce(
            sum(case when first_session_id is not null then 1 else 0 end), 0
        ) as customers,
        coalesce(sum(sessions), 0) as sessions,
        coalesce(sum(converted_sessions), 0) as converted_sessions,
        coalesce(sum(events), 0) as events
    from gold.dim_users
    where first_session_id is not null or events > 0

),

customers_by_week as (

    select
        customer_id,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(events) as events
    from gold.agg_user_weekly
    group by customer_id

),

weeks as (

    select
        coalesce(sum(case when sessions > 0 then 1 else 0 end), 0)
            as customers,
        coalesce(sum(sessions), 0) as sessions,
        coalesce(sum(converted_sessions), 0) as converted_sessions,
        coalesce(sum(events), 0) as events
    from customers_by_week

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

)

select
    customers.customers,
    weeks.customers as customers_in_weeks,
    days.new_customers as customers_in_days,
    visitors.visitors,
    days.new_visitors as visitors_in_days,
    customers.sessions,
    weeks.sessions as sessions_in_weeks,
    days.sessions as sessions_in_days,
    customers.converted_sessions,
    weeks.converted_sessions as converted_sessions_in_weeks,
    customers.events,
    weeks.events as events_in_weeks
from customers
cross join weeks
cross join days
cross join visitors
where
    customers.customers <> weeks.customers
    or customers.customers <> days.new_customers
    or visitors.visitors <> days.new_visitors
    or customers.sessions <> weeks.sessions
    or customers.sessions <> days.sessions
    or customers.converted_sessions <> weeks.converted_sessions
    or customers.events <> weeks.events
