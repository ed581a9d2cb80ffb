-- What became of searches, bots left out: by the text searched for, in lower
-- case and without blanks around it. A session counts once for each text it
-- searched for, so its counts do not add up over texts. What came after the
-- first search for a text is held to have followed from it; a step counts when
-- it or any later one came (product view, cart, counted purchase), so steps
-- never rise. ended_sessions went nowhere: a search for the text was the last
-- event; a session has one last event, so these add up.
-- grain: one row per day of session, device type and text
-- key: session_date, device_type, search_query
-- reader: search view

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

sessions as (

    select
        f.session_id,
        f.session_date,
        f.device_key,
        f.events
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where f.searches > 0

),

devices as (

    select
        device_key,
        device_type
    from gold.dim_device

),

searches as (

    select
        session_id,
        coalesce(lower({{ clean("search_query") }}), '(unknown)')
            as search_query,
        count(*) as searches,
        min(event_sequence) as first_search,
        max(event_sequence) as last_search
    from gold.fact_events
    where event_type = 'search' and session_id is not null
    group by
        session_id,
        coalesce(lower({{ clean("search_query") }}), '(unknown)')

),

-- The last of each kind is after a search when any of the kind is.
steps as (

    select
        f.session_id,
        max(f.event_sequence) as last_view,
        max(case when f.event_type <> 'product_view' then f.event_sequence end)
            as last_cart,
        max(case when f.purchase_lines = 1 then f.event_sequence end)
            as last_purchase
    from gold.fact_events as f
    inner join sessions on f.session_id = sessions.session_id
    where
        f.event_type in ('product_view', 'add_to_cart')
        or f.purchase_lines = 1
    group by f.session_id

),

followed as (

    select
        sessions.session_date,
        devices.device_type,
        searches.search_query,
        searches.searches,
        case
            when steps.last_view > searches.first_search then 1 else 0
        end as viewing_sessions,
        case
            when steps.last_cart > searches.first_search then 1 else 0
        end as cart_sessions,
        case
            when steps.last_purchase > searches.first_search then 1 else 0
        end as converted_sessions,
        case
            when searches.last_search = sessions.events then 1 else 0
        end as ended_sessions
    from searches
    inner join sessions on searches.session_id = sessions.session_id
    inner join devices on sessions.device_key = devices.device_key
    left join steps on searches.session_id = steps.session_id

),

final as (

    select
        cast(session_date as date) as session_date,
        cast(device_type as string) as device_type,
        cast(search_query as string) as search_query,
        cast(sum(searches) as bigint) as searches,
        cast(count(*) as bigint) as search_sessions,
        cast(sum(viewing_sessions) as bigint) as viewing_sessions,
        cast(sum(cart_sessions) as bigint) as cart_sessions,
        cast(sum(converted_sessions) as bigint) as converted_sessions,
        cast(sum(ended_sessions) as bigint) as ended_sessions
    from followed
    group by session_date, device_type, search_query

)

select *
from final
order by session_date, device_type, search_query
