-- agg_session_daily by what people group by: names of device type and channel
-- group in place of keys. A dashboard reads a few thousand rows a month from it,
-- where agg_session_daily has one for each browser, campaign and country.
-- grain: one row per day, device type, channel group, country and kind of
--     visitor
-- key: session_date, device_type, channel_group, country, is_new_visitor
-- reader: funnel and abandonment views

with

sessions as (

    select *
    from gold.agg_session_daily

),

devices as (

    select
        device_key,
        device_type
    from gold.dim_device

),

channels as (

    select
        channel_key,
        channel_group
    from gold.dim_channel

),

final as (

    select
        cast(sessions.session_date as date) as session_date,
        cast(devices.device_type as string) as device_type,
        cast(channels.channel_group as string) as channel_group,
        cast(sessions.country as string) as country,
        cast(sessions.is_new_visitor as boolean) as is_new_visitor,
        cast(sum(sessions.sessions) as bigint) as sessions,
        cast(sum(sessions.bounced_sessions) as bigint) as bounced_sessions,
        cast(sum(sessions.converted_sessions) as bigint) as converted_sessions,
        cast(sum(sessions.cart_sessions) as bigint) as cart_sessions,
        cast(sum(sessions.checkout_sessions) as bigint) as checkout_sessions,
        cast(sum(sessions.abandoned_sessions) as bigint) as abandoned_sessions,
        cast(sum(sessions.reached_product_view) as bigint)
            as reached_product_view,
        cast(sum(sessions.reached_cart) as bigint) as reached_cart,
        cast(sum(sessions.reached_checkout) as bigint) as reached_checkout,
        cast(sum(sessions.reached_purchase) as bigint) as reached_purchase,
        cast(sum(sessions.strict_product_view) as bigint)
            as strict_product_view,
        cast(sum(sessions.strict_cart) as bigint) as strict_cart,
        cast(sum(sessions.strict_checkout) as bigint) as strict_checkout,
        cast(sum(sessions.strict_purchase) as bigint) as strict_purchase,
        cast(sum(sessions.events) as bigint) as events,
        cast(sum(sessions.orders) as bigint) as orders,
        cast(sum(sessions.priced_orders) as bigint) as priced_orders,
        cast(sum(sessions.unpriced_cart_lines) as bigint)
            as unpriced_cart_lines,
        cast(sum(sessions.duration_seconds) as bigint) as duration_seconds,
        cast(sum(sessions.revenue) as decimal(18, 2)) as revenue,
        cast(sum(sessions.cart_value_added) as decimal(18, 2))
            as cart_value_added,
        cast(sum(sessions.cart_value_end) as decimal(18, 2)) as cart_value_end,
        cast(sum(sessions.potential_lost_revenue) as decimal(18, 2))
            as potential_lost_revenue
    from sessions
    inner join devices on sessions.device_key = devices.device_key
    inner join channels on sessions.channel_key = channels.channel_key
    group by
        sessions.session_date,
        devices.device_type,
        channels.channel_group,
        sessions.country,
        sessions.is_new_visitor

)

select *
from final
order by session_date, device_type, channel_group, country, is_new_visitor
