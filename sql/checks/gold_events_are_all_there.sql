-- check: gold holds every event of silver, and the sessions hold every event that has a session.
-- layer: gold

with

counts as (

    select
        'silver.events and gold.fact_events' as compared,
        (select count(*) from silver.events) as expected,
        (select count(*) from gold.fact_events) as found
    union all
    select
        'gold.fact_events and gold.fact_sessions.events' as compared,
        (
            select count(*)
            from gold.fact_events
            where session_id is not null
        ) as expected,
        (
            select coalesce(sum(events), 0)
            from gold.fact_sessions
        ) as found
    union all
    select
        'gold.fact_events and gold.fact_daily_metrics.events' as compared,
        (
            select count(*)
            from gold.fact_events as events
            inner join gold.dim_visitors as visitors
                on events.visitor_id = visitors.visitor_id
            where not visitors.is_bot
        ) as expected,
        (
            select coalesce(sum(events), 0)
            from gold.fact_daily_metrics
        ) as found

)

select
    compared,
    expected,
    found
from counts
where expected <> found
