-- check: a session has one visitor, one start, and numbers its events 1, 2, 3
-- layer: silver
-- scope: visitor
with sessions as (

    select
        session_id,
        count(*) as events,
        min(event_sequence) as first_sequence,
        max(event_sequence) as last_sequence,
        count(distinct event_sequence) as sequences,
        min(event_time_us) as first_us
    from silver.events
    where session_id is not null
    group by session_id

)

select
    session_id,
    'its events are not numbered 1, 2, 3' as fault
from sessions
where
    first_sequence <> 1
    or events <> last_sequence
    or events <> sequences

union all

select
    sessions.session_id,
    'it does not start with its first event' as fault
from sessions
inner join silver.session_origins as origins
    on sessions.session_id = origins.session_id
where sessions.first_us <> origins.session_start_us

union all

-- a session is of the visitor and start of its first event
select
    events.session_id,
    'it has an event of another visitor or start' as fault
from silver.session_origins as origins
inner join silver.events as events on origins.session_id = events.session_id
where
    events.visitor_id <> origins.visitor_id
    or events.session_start_us <> origins.session_start_us
