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
        count(distinct event_sequence) as sequences,
        min(case when event_sequence = 1 then event_date end) as start_date,
        min(session_date) as session_date,
        max(session_date) as last_session_date,
        min(visitor_id) as visitor_id,
        max(visitor_id) as last_visitor_id,
        min(device_key) as device_key,
        max(device_key) as last_device_key,
        min(channel_key) as channel_key,
        max(channel_key) as last_channel_key
    from gold.fact_events
    where session_id is not null
    group by session_id

)

select
    sessions.session_id,
    sessions.session_date,
    sessions.events,
    observed.events as observed_events
from gold.fact_sessions as sessions
left join observed on sessions.session_id = observed.session_id
where
    observed.session_id is null
    or observed.events <> sessions.events
    or observed.first_sequence <> 1
    or observed.last_sequence <> observed.events
    or observed.sequences <> observed.events
    or observed.start_date <> sessions.session_date
    or observed.session_date <> sessions.session_date
    or observed.last_session_date <> sessions.session_date
    or observed.visitor_id <> sessions.visitor_id
    or observed.last_visitor_id <> sessions.visitor_id
    or observed.device_key <> sessions.device_key
    or observed.last_device_key <> sessions.device_key
    or observed.channel_key <> sessions.channel_key
    or observed.last_channel_key <> sessions.channel_key
    or sessions.session_end < sessions.session_start
    or sessions.duration_seconds < 0
