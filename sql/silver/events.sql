-- grain: one row per event
-- key: event_id
-- reader: every gold model
with events as (

    select
        *,
        {{ event_rank("event_type") }} as event_rank,
        {{ local_us("event_time_us", "$time_zone") }} as local_us,
        -- what the server did later (a refund) belongs to no session
        event_type <> 'refund' as is_activity,
        -- with session.mode = source the tracker's id divides a visitor's
        -- events; rows without one fall back to the gap
        case
            when $session_mode = 'source' then coalesce(source_session_id, '')
            else ''
        end as tracker_session
    from silver.distinct_events

),

-- the windows see narrow rows only, and all have this one partition and
-- order: one sort serves them
gaps as (

    select
        *,
        row_number() over (
            partition by source, visitor_id, tracker_session, is_activity
            order by event_time_us, event_rank, event_id
        ) as row_no,
        event_time_us - lag(event_time_us) over (
            partition by source, visitor_id, tracker_session, is_activity
            order by event_time_us, event_rank, event_id
        ) as pause_us
    from events

),

-- a chain of visits: no pause in it is longer than the gap
chains as (

    select
        *,
        max(
            case
                when pause_us is null then event_time_us
                when tracker_session = '' and pause_us > $session_gap_us
                    then event_time_us
            end
        ) over (
            partition by source, visitor_id, tracker_session, is_activity
            order by event_time_us, event_rank, event_id
            rows between unbounded preceding and current row
        ) as chain_start_us
    from gaps

),

-- a chain longer than the maximum is cut by division, not by recursion
segments as (

    select
        *,
        case
            when tracker_session = ''
                then floor(
                    cast(event_time_us - chain_start_us as double)
                    / cast($session_max_length_us as double)
                )
            else 0
        end as segment_no
    from chains

),

starts as (

    select
        *,
        case
            when pause_us is null then true
            when
                tracker_session = ''
                and (
                    pause_us > $session_gap_us
                    or segment_no <> lag(segment_no) over (
                        partition by
                            source, visitor_id, tracker_session, is_activity
                        order by event_time_us, event_rank, event_id
                    )
                )
                then true
            else false
        end as is_start
    from segments

),

numbered as (

    select
        *,
        max(case when is_start then event_time_us end) over (
            partition by source, visitor_id, tracker_session, is_activity
            order by event_time_us, event_rank, event_id
            rows between unbounded preceding and current row
        ) as start_us,
        max(case when is_start then row_no end) over (
            partition by source, visitor_id, tracker_session, is_activity
            order by event_time_us, event_rank, event_id
            rows between unbounded preceding and current row
        ) as start_row_no
    from starts

),

sessions as (

    select
        _batch_id,
        _source_line,
        event_id,
        event_rank,
        local_us,
        case
            when is_activity
                then {{ hash60("source || '|' || visitor_id || '|' || cast(start_us as string) || case when tracker_session = '' then '' else '|' || tracker_session end") }}
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
        end as seconds_since_previous
    from numbered

)

select
    sessions.event_id,
    typed.source,
    typed.visitor_id,
    typed.user_id,
    typed.source_session_id,
    typed.event_time,
    typed.event_time_us,
    typed.received_at,
    {{ date_of_us("sessions.local_us") }} as event_date,
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
    sessions.event_rank,
    sessions.session_id,
    sessions.session_date,
    sessions.session_start_us,
    sessions.event_sequence,
    sessions.seconds_since_previous
from sessions
inner join silver.typed_events as typed
    on
        sessions._batch_id = typed._batch_id
        and sessions._source_line = typed._source_line
