-- check: a session has one visitor, one start, and numbers its events 1, 2, 3
-- layer: silver
with sessions as (

    select
        session_id,
        count(*) as events,
        max(event_sequence) as last_sequence,
        count(distinct event_sequence) as sequences,
        count(distinct visitor_id) as visitors,
        count(distinct session_start_us) as starts,
        min(event_time_us) - min(session_start_us) as start_off_by_us
    from silver.events
    where session_id is not null
    group by session_id

)

select * from sessions
where
    events <> last_sequence
    or events <> sequences
    or visitors <> 1
    or starts <> 1
    or start_off_by_us <> 0
