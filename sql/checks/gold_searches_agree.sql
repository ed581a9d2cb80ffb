-- check: every search of a session is told by its text, and steps after a search never rise.
-- layer: gold

with

searches as (

    select
        session_date,
        sum(searches) as searches
    from gold.agg_search_daily
    group by session_date

),

days as (

    select
        session_date,
        sum(searches) as searches
    from gold.agg_session_daily
    group by session_date
    having sum(searches) > 0

)

select
    coalesce(days.session_date, searches.session_date) as session_date,
    cast(null as string) as search_query,
    days.searches as expected,
    searches.searches as found
from days
full outer join searches on days.session_date = searches.session_date
where
    days.session_date is null
    or searches.session_date is null
    or days.searches <> searches.searches

union all

select
    session_date,
    search_query,
    search_sessions as expected,
    viewing_sessions as found
from gold.agg_search_daily
where
    search_sessions < 1
    or searches < search_sessions
    or viewing_sessions > search_sessions
    or cart_sessions > viewing_sessions
    or converted_sessions > cart_sessions
    or ended_sessions > search_sessions
    or converted_sessions < 0
    or ended_sessions < 0
