-- The device types that the page tells apart: those with most sessions, up to
-- $devices of them; the rest are one.
-- grain: one row per device
-- key: device_key
-- reader: the queries beside this one, as page.device
with

sessions as (

    select * from gold.agg_session_daily

),

devices as (

    select * from gold.dim_device

),

ranked as (

    select
        devices.device_type,
        row_number() over (
            order by
                sum(coalesce(sessions.sessions, 0)) desc,
                devices.device_type
        ) as place

    from devices
    left join sessions on devices.device_key = sessions.device_key
    group by devices.device_type

),

final as (

    select
        cast(devices.device_key as bigint) as device_key,
        cast(
            case
                when ranked.place <= cast($devices as bigint)
                    then devices.device_type
                else 'other'
            end as string
        ) as device

    from devices
    inner join ranked on devices.device_type = ranked.device_type

)

select * from final
