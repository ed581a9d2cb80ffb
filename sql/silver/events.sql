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

-- every window below has this one partition and order: one sort serves all
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
                then (event_time_us - chain_start_us) / $session_max_length_us
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

)

select
    event_id,
    source,
    visitor_id,
    user_id,
    source_session_id,
    event_time,
    event_time_us,
    received_at,
    {{ date_of_us("local_us") }} as event_date,
    cast((local_us / 3600000000) % 24 as int) as event_hour,
    event_type,
    page_type,
    page_url,
    search_query,
    product_id,
    category,
    brand,
    price,
    quantity,
    order_id,
    payment_method,
    outcome,
    device_type,
    browser,
    os,
    user_agent,
    country,
    city,
    ip_address,
    referrer,
    utm_source,
    utm_medium,
    utm_campaign,
    experiment,
    variant,
    event_rank,
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
order by
    source,
    visitor_id,
    tracker_session,
    is_activity,
    event_time_us,
    event_rank,
    event_id
