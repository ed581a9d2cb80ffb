-- How many carts are left behind, when, on which device, and worth what?
-- grain: one row per day and device type
-- key: date, device_type
-- reader: report/cart_abandonment
with

sessions as (

    select * from gold.agg_session_daily

),

devices as (

    select * from gold.dim_device

),

days as (

    select * from gold.fact_daily_metrics

),

final as (

    select
        cast(sessions.session_date as date) as date,
        coalesce(days.is_complete, true) as is_complete,
        cast(coalesce(devices.device_type, '(unknown)') as string)
            as device_type,
        cast(sum(sessions.cart_sessions) as bigint) as cart_sessions,
        cast(sum(sessions.abandoned_sessions) as bigint)
            as abandoned_sessions,
        cast(sum(coalesce(sessions.potential_lost_revenue, 0)) as double)
            as potential_lost_revenue

    from sessions
    left join devices on sessions.device_key = devices.device_key
    left join days on sessions.session_date = days.date
    group by
        sessions.session_date,
        days.is_complete,
        coalesce(devices.device_type, '(unknown)')

)

select * from final
order by date, device_type
