-- Sessions and visitors of a product are counted by their first events with it,
-- the is_first_* columns, which needs no memory of all others.
-- grain: one row per event
-- key: event_id
-- reader: every gold model
-- scope: visitor
-- partition: session_date, event_date
-- column is_first_of_session: The session's first view of the product, first
--     addition of it to the cart or first counted purchase line of it.
-- column is_first_of_day: The same within a day of the session.
-- column is_first_of_visitor: The visitor's first event in a session with the
--     product.
{%- set visit = "source, visitor_id, tracker_session, is_activity" %}
{%- set in_time = "event_time_us, event_rank, event_id" %}
{%- set visits = "partition by " ~ visit ~ " order by " ~ in_time %}
with events as (

    select
        _batch_key,
        _source_line,
        source,
        visitor_id,
        tracker_session,
        is_activity,
        event_time_us,
        event_rank,
        event_id,
        {{ product_of("event_type", "product_id") }} as known_product_id,
        -- what sessions of a product are counted by: 1 its views, 2 its additions
        -- to the cart, 3 its counted purchases, 0 nothing
        case event_type
            when 'product_view' then 1
            when 'add_to_cart' then 2
            else 0
        end
        + case
            when {{ counts_as_purchase("event_type", "outcome") }} then 3
            else 0
        end as kind
    from silver.distinct_events

),

-- the windows see narrow rows only (other engines sort them for each), and all
-- have this one partition and order, in which the rows lie already
gaps as (

    select
        *,
        cast(row_number() over ({{ visits }}) as bigint) as row_no,
        event_time_us - {{ previous("event_time_us", visits) }} as pause_us
    from events

),

-- a chain of visits: no pause in it is longer than the gap
chain_heads as (

    select
        *,
        case
            when
                pause_us is null
                or (tracker_session = '.' and pause_us > $session_gap_us)
                then event_time_us
        end as chain_head_us
    from gaps

),

chains as (

    select
        *,
        {{ running_max("chain_head_us", visits) }} as chain_start_us
    from chain_heads

),

-- a chain longer than the maximum is cut by division, not by recursion
starts as (

    select
        *,
        pause_us is null
        or (
            tracker_session = '.'
            and (
                pause_us > $session_gap_us
                or floor(
                    cast(event_time_us - chain_start_us as double)
                    / cast($session_max_length_us as double)
                ) <> floor(
                    cast(event_time_us - pause_us - chain_start_us as double)
                    / cast($session_max_length_us as double)
                )
            )
        ) as is_start
    from chains

),

session_heads as (

    select
        *,
        case when is_start then event_time_us end as head_us,
        case when is_start then row_no end as head_row_no
    from starts

),

numbered as (

    select
        *,
        {{ running_max("head_us", visits) }} as start_us,
        {{ running_max("head_row_no", visits) }} as start_row_no,
        {{ local_us("event_time_us", "$time_zone") }} as local_us
    from session_heads

),

dated as (

    select
        *,
        {{ date_of_us("local_us") }} as event_date
    from numbered

),

sessions as (

    select
        _batch_key,
        _source_line,
        local_us,
        event_date,
        case
            when is_activity
                then {{ session_key("source", "visitor_id", "start_us", "tracker_session") }}
        end as session_id,
        case
            when is_activity
                then {{ date_of_us(local_us("start_us", "$time_zone")) }}
        end as session_date,
        case when is_activity then start_us end as session_start_us,
        case
            when is_activity then cast(row_no - start_row_no + 1 as int)
        end as event_sequence,
        case
            when is_activity and not is_start
                then cast(pause_us as double) / 1000000
        end as seconds_since_previous,
        kind > 0 and {{ first_of("known_product_id, kind, start_us", visit, in_time) }}
            as is_first_of_session,
        kind > 0 and {{ first_of("known_product_id, kind, start_us, event_date", visit, in_time) }}
            as is_first_of_day,
        known_product_id is not null and is_activity and {{ first_of(
            "known_product_id, is_activity",
            "visitor_id",
            "source, tracker_session, is_activity, " ~ in_time
        ) }}
            as is_first_of_visitor
    from dated

)

select
    typed.event_id,
    typed.source,
    typed.visitor_id,
    typed.user_id,
    typed.source_session_id,
    typed.event_time,
    typed.event_time_us,
    typed.received_at,
    sessions.event_date,
    cast(
        floor(cast(sessions.local_us as double) / 3600000000) % 24 as int
    ) as event_hour,
    typed.event_type,
    typed.page_type,
    typed.page_url,
    typed.search_query,
    typed.product_id,
    typed.category,
    typed.brand,
    typed.price,
    typed.quantity,
    typed.order_id,
    typed.payment_method,
    typed.outcome,
    typed.device_type,
    typed.browser,
    typed.os,
    typed.user_agent,
    typed.country,
    typed.city,
    typed.ip_address,
    typed.referrer,
    typed.utm_source,
    typed.utm_medium,
    typed.utm_campaign,
    typed.experiment,
    typed.variant,
    typed.event_rank,
    sessions.session_id,
    sessions.session_date,
    sessions.session_start_us,
    sessions.event_sequence,
    sessions.seconds_since_previous,
    sessions.is_first_of_session,
    sessions.is_first_of_day,
    sessions.is_first_of_visitor
from sessions
inner join silver.judged_events as typed
    on
        sessions._batch_key = typed._batch_key
        and sessions._source_line = typed._source_line
