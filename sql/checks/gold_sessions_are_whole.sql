-- check: a session is dated by its first event, numbers its events 1 to n and has one device and channel.
-- layer: gold
-- scope: visitor

with

observed as (

    select
        session_id,
        count(*) as events,
        min(event_sequence) as first_sequence,
        max(event_sequence) as last_sequence,
        count(distinct event_sequence) as sequences
    from gold.fact_events
    where session_id is not null
    group by session_id

)

select
    sessions.session_id,
    sessions.session_date,
    'its events are not numbered 1 to n, or it ends before it starts' as fault
from gold.fact_sessions as sessions
left join observed on sessions.session_id = observed.session_id
where
    observed.session_id is null
    or observed.events <> sessions.events
    or observed.first_sequence <> 1
    or observed.last_sequence <> observed.events
    or observed.sequences <> observed.events
    or sessions.session_end < sessions.session_start
    or sessions.duration_seconds < 0

union all

select
    sessions.session_id,
    sessions.session_date,
    'an event has another visitor, date, device or channel' as fault
from gold.fact_sessions as sessions
inner join gold.fact_events as events
    on sessions.session_id = events.session_id
where
    events.visitor_id <> sessions.visitor_id
    or events.session_date <> sessions.session_date
    or events.device_key <> sessions.device_key
    or events.channel_key <> sessions.channel_key
    or (
        events.event_sequence = 1
        and events.event_date <> sessions.session_date
    )
