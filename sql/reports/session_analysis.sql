-- How long are sessions, in events and in time, and on which devices?
-- grain: one row per device type, number of events (31 = more than 30)
--     and duration bucket
-- key: device_type, events, duration_bucket
-- reader: report/session_analysis
with

sessions as (

    select * from gold.fact_sessions

),

visitors as (

    select * from gold.dim_visitors

),

devices as (

    select * from gold.dim_device

),

bucketed as (

    select
        coalesce(devices.device_type, '(unknown)') as device_type,
        case
            when sessions.events > 30 then 31
            else sessions.events
        end as events,
        case
            when sessions.events <= 1 then 0
            when sessions.duration_seconds < 60 then 1
            when sessions.duration_seconds < 180 then 2
            when sessions.duration_seconds < 600 then 3
            when sessions.duration_seconds < 1800 then 4
            else 5
        end as duration_bucket,
        sessions.converted_sessions

    from sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    left join devices on sessions.device_key = devices.device_key
    where not visitors.is_bot

),

final as (

    select
        cast(bucketed.device_type as string) as device_type,
        cast(bucketed.events as bigint) as events,
        cast(bucketed.duration_bucket as bigint) as duration_bucket,
        cast(count(*) as bigint) as sessions,
        cast(sum(bucketed.converted_sessions) as bigint)
            as converted_sessions

    from bucketed
    group by bucketed.device_type, bucketed.events, bucketed.duration_bucket

)

select * from final
order by device_type, events, duration_bucket
