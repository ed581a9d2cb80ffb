-- check: gold holds every event of silver, and the sessions hold every event that has a session.
-- layer: gold

with

-- The few bots are sought out: to look up every event's visitor costs far more.
bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

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
            from gold.fact_events as f
            where not exists (
                select 1
                from bots
                where bots.visitor_id = f.visitor_id
            )
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
