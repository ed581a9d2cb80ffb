-- question: What do visitors search for, and which searches end in an order?
-- read: From the most searched down. conversion is of the sessions with that
--     search, whatever they bought. A term with many searches and conversion
--     far below the others is a gap in the range or in the search.
-- topic: Funnels and journeys
-- grain: one row per search text, as typed
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

searches as (

    select
        events.search_query,
        events.session_id,
        count(*) as searches
    from gold.fact_events as events
    inner join gold.dim_visitors as visitors
        on events.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and events.event_type = 'search'
        and events.search_query is not null
        and events.session_id is not null
        and events.event_date >= (select since from parameters)
        and events.event_date <= (select until from parameters)
    group by events.search_query, events.session_id

),

terms as (

    select
        searches.search_query,
        sum(searches.searches) as searches,
        count(*) as sessions,
        sum(sessions.cart_sessions) as cart_sessions,
        sum(sessions.converted_sessions) as converted_sessions
    from searches
    inner join gold.fact_sessions as sessions
        on searches.session_id = sessions.session_id
    group by searches.search_query

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
            cast(cart_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as cart_rate,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion
    from ranked
    where place <= (select top_n from parameters)

)

select *
from final
order by searches desc, sessions desc, md5(search_query)
