-- Devices: each combination of type, browser and system that opened a session.
-- grain: one row per combination, and -1 for sources that record none
-- key: device_key
-- reader: session, funnel, touchpoint and abandonment views

with

combinations as (

    select distinct
        device_key,
        device_type,
        browser,
        os
    from silver.session_origins
    where device_key <> -1

),

members as (

    select *
    from combinations
    union all
    select
        -1 as device_key,
        '(unknown)' as device_type,
        '(unknown)' as browser,
        '(unknown)' as os

),

final as (

    select
        cast(device_key as bigint) as device_key,
        cast(device_type as string) as device_type,
        cast(browser as string) as browser,
        cast(os as string) as os,
        cast(
            lower(device_type) in ('mobile', 'tablet', 'phone', 'smartphone')
            as boolean
        ) as is_mobile
    from members

)

select *
from final
order by device_key
