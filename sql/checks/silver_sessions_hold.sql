-- check: a session has one visitor, one start, and numbers its events 1, 2, 3
-- layer: silver
-- scope: visitor
with sessions as (

    select
        session_id,
        count(*) as events,
        max(event_sequence) as last_sequence,
        count(distinct event_sequence) as sequences,
        min(visitor_id) as first_visitor,
        max(visitor_id) as last_visitor,
        max(session_start_us) - min(session_start_us) as starts_differ_by_us,
        min(event_time_us) - min(session_start_us) as start_off_by_us
    from silver.events
    where session_id is not null
    group by session_id

)

select * from sessions
where
    events <> last_sequence
    or events <> sequences
    or first_visitor <> last_visitor
    or starts_differ_by_us <> 0
    or start_off_by_us <> 0
