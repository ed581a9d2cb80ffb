-- check: every session takes a journey, and those that take a path either end there or go one step on.
-- layer: gold

with

journeys as (

    select
        session_date,
        path,
        depth,
        sessions,
        converted_sessions,
        ended_sessions
    from gold.agg_journey_daily

),

firsts as (

    select
        session_date,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions
    from journeys
    where depth = 1
    group by session_date

),

days as (

    select
        session_date,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions
    from gold.agg_session_daily
    group by session_date

),

-- What goes on from a path has it before its last ' > '.
nexts as (

    select
        session_date,
        depth - 1 as depth,
        sum(sessions) as sessions
    from journeys
    where depth > 1
    group by session_date, depth - 1

),

depths as (

    select
        session_date,
        depth,
        sum(sessions) as sessions,
        sum(ended_sessions) as ended_sessions
    from journeys
    where depth < {{ journey_depth }}
    group by session_date, depth

)

select
    coalesce(days.session_date, firsts.session_date) as session_date,
    cast(1 as bigint) as depth,
    days.sessions as expected,
    firsts.sessions as found
from days
full outer join firsts on days.session_date = firsts.session_date
where
    days.session_date is null
    or firsts.session_date is null
    or days.sessions <> firsts.sessions
    or days.converted_sessions <> firsts.converted_sessions

union all

select
    depths.session_date,
    cast(depths.depth as bigint) as depth,
    depths.sessions - depths.ended_sessions as expected,
    coalesce(nexts.sessions, 0) as found
from depths
left join nexts
    on
        depths.session_date = nexts.session_date
        and depths.depth = nexts.depth
where depths.sessions - depths.ended_sessions <> coalesce(nexts.sessions, 0)

union all

select
    session_date,
    cast(depth as bigint) as depth,
    sessions as expected,
    converted_sessions as found
from journeys
where
    converted_sessions > sessions
    or ended_sessions > sessions
    or sessions <= 0
    or converted_sessions < 0
