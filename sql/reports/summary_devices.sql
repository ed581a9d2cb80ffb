-- What each type of device brings.
-- grain: one row per device type
-- key: device_type
-- reader: report/note
with

sessions as (

    select * from gold.agg_session_daily

),

devices as (

    select * from gold.dim_device

),

final as (

    select
        cast(coalesce(devices.device_type, '(unknown)') as string) as name,
        cast(sum(sessions.sessions) as bigint) as sessions,
        cast(sum(sessions.converted_sessions) as bigint)
            as converted_sessions,
        cast(sum(sessions.cart_sessions) as bigint) as cart_sessions,
        cast(sum(sessions.abandoned_sessions) as bigint)
            as abandoned_sessions,
        cast(sum(coalesce(sessions.revenue, 0)) as double) as revenue

    from sessions
    left join devices on sessions.device_key = devices.device_key
    group by coalesce(devices.device_type, '(unknown)')

)

select * from final
order by sessions desc, name
