-- check: sessions by group are those of agg_session_daily, day by day.
-- layer: gold

with

groups as (

    select
        session_date,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(abandoned_sessions) as abandoned_sessions,
        sum(revenue) as revenue
    from gold.agg_session_group_daily
    group by session_date

),

days as (

    select
        session_date,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(abandoned_sessions) as abandoned_sessions,
        sum(revenue) as revenue
    from gold.agg_session_daily
    group by session_date

)

select
    coalesce(days.session_date, groups.session_date) as session_date,
    days.sessions as expected,
    groups.sessions as found
from days
full outer join groups on days.session_date = groups.session_date
where
    days.session_date is null
    or groups.session_date is null
    or days.sessions <> groups.sessions
    or days.converted_sessions <> groups.converted_sessions
    or days.abandoned_sessions <> groups.abandoned_sessions
    or days.revenue <> groups.revenue
