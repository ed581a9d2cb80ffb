-- What do visitors search for, and do those who search buy?
-- grain: one row per search term, the commonest fifteen
-- key: term
-- reader: report/search_terms
with

events as (

    select
        session_id,
        lower(trim(search_query)) as term
    from gold.fact_events
    where
        event_type = 'search'
        and session_id is not null
        and trim(coalesce(search_query, '')) <> ''

),

visitors as (

    select * from gold.dim_visitors

),

sessions as (

    select
        fact_sessions.session_id,
        fact_sessions.searches,
        fact_sessions.converted_sessions

    from gold.fact_sessions
    inner join visitors on fact_sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot

),

-- a term once a session, however often it was typed
searched as (

    select
        events.term,
        events.session_id,
        count(*) as searches

    from events
    group by events.term, events.session_id

),

terms as (

    select
        searched.term,
        sum(searched.searches) as searches,
        count(*) as sessions,
        sum(sessions.converted_sessions) as converted_sessions

    from searched
    inner join sessions on searched.session_id = sessions.session_id
    group by searched.term

),

totals as (

    select
        count(*) as all_sessions,
        sum(sessions.converted_sessions) as all_converted,
        sum(case when sessions.searches > 0 then 1 else 0 end)
            as searching_sessions,
        sum(
            case when sessions.searches > 0 then sessions.converted_sessions end
        ) as searching_converted

    from sessions

),

-- the totals stand on every row, so that shares are of all terms
ranked as (

    select
        terms.term,
        terms.searches,
        terms.sessions,
        terms.converted_sessions,
        count(*) over () as all_terms,
        sum(terms.searches) over () as all_searches,
        row_number() over (order by terms.searches desc, terms.term) as place

    from terms

),

final as (

    select
        cast(ranked.term as string) as term,
        cast(ranked.searches as bigint) as searches,
        cast(ranked.sessions as bigint) as sessions,
        cast(ranked.converted_sessions as bigint) as converted_sessions,
        cast(ranked.all_terms as bigint) as all_terms,
        cast(ranked.all_searches as bigint) as all_searches,
        cast(totals.all_sessions as bigint) as all_sessions,
        cast(totals.all_converted as bigint) as all_converted,
        cast(totals.searching_sessions as bigint) as searching_sessions,
        cast(coalesce(totals.searching_converted, 0) as bigint)
            as searching_converted

    from ranked
    cross join totals
    where ranked.place <= 15

)

select * from final
order by searches desc, term
