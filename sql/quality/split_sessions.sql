-- grain: one row: how many sessions hold late events, and would have been several without them
-- key: none
-- reader: clickmill check
with late as (

    select distinct session_id
    from silver.events
    where
        session_id is not null
        and event_time_us + $late_us < {{ us("received_at") }}

),

in_time as (

    select
        events.session_id,
        events.event_time_us - lag(events.event_time_us) over (
            partition by events.session_id
            order by events.event_time_us, events.event_id
        ) as pause_us
    from silver.events as events
    inner join late on events.session_id = late.session_id
    where
        events.received_at is null
        or events.event_time_us + $late_us >= {{ us("events.received_at") }}

),

final as (

    select
        (select count(*) from gold.fact_sessions) as sessions,
        (select count(*) from late) as sessions_with_late,
        count(distinct session_id) as split_sessions
    from in_time
    where pause_us > $session_gap_us

)

select * from final
