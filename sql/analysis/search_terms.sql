-- question: What do visitors search for, and which searches end in an order?
-- read: From the most searched down. A step counts when it came after the
--     search in the same session, so conversion is of the sessions with that
--     search which ordered afterwards; lost is searches that ended the visit.
--     A term with many searches and conversion far below the others is a gap
--     in the range or in the search.
-- topic: Funnels and journeys
-- grain: one row per search text, in lower case
-- key: search_query
-- param since: the first day that counts
-- param until: the last day that counts
-- param min_sessions: terms of fewer sessions are left out
-- param top_n: how many terms to show
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(5 as integer) as min_sessions,
        cast(20 as integer) as top_n

),

terms as (

    select
        search_query,
        sum(searches) as searches,
        sum(search_sessions) as sessions,
        sum(viewing_sessions) as viewing_sessions,
        sum(cart_sessions) as cart_sessions,
        sum(converted_sessions) as converted_sessions,
        sum(ended_sessions) as ended_sessions
    from gold.agg_search_daily
    where
        session_date >= (select since from parameters)
        and session_date <= (select until from parameters)
    group by search_query

),

ranked as (

    select
        *,
        row_number() over (
            order by searches desc, sessions desc, md5(search_query)
        ) as place
    from terms
    where sessions >= (select min_sessions from parameters)

),

final as (

    select
        search_query,
        cast(searches as bigint) as searches,
        cast(sessions as bigint) as sessions,
        cast(
            cast(viewing_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as view_rate,
        cast(
            cast(cart_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as cart_rate,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(ended_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as lost
    from ranked
    where place <= (select top_n from parameters)

)

select *
from final
order by searches desc, sessions desc, md5(search_query)
