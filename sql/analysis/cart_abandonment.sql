-- question: How many carts are left behind on each device and channel, and
--     what was in them?
-- read: Abandoned = something was put into the cart and the session has no
--     order. Lost revenue is potential: a later session may still buy.
--     checkout_abandoned are those who had begun to pay, the ones worth a
--     reminder.
-- topic: Carts
-- grain: one row per device type and channel group
-- key: device_type, channel_group
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

groups as (

    select
        devices.device_type,
        channels.channel_group,
        sum(sessions.cart_sessions) as cart_sessions,
        sum(sessions.abandoned_sessions) as abandoned_sessions,
        sum(sessions.reached_checkout - sessions.reached_purchase)
            as checkout_abandoned,
        sum(sessions.potential_lost_revenue) as lost_revenue
    from gold.agg_session_daily as sessions
    inner join gold.dim_device as devices on sessions.device_key = devices.device_key
    inner join gold.dim_channel as channels on sessions.channel_key = channels.channel_key
    where
        sessions.session_date >= (select since from parameters)
        and sessions.session_date <= (select until from parameters)
    group by devices.device_type, channels.channel_group

),

final as (

    select
        device_type,
        channel_group,
        cast(cart_sessions as bigint) as cart_sessions,
        cast(abandoned_sessions as bigint) as abandoned_sessions,
        cast(
            cast(abandoned_sessions as numeric(18, 4)) / nullif(cart_sessions, 0)
            as numeric(9, 4)
        ) as abandonment,
        cast(checkout_abandoned as bigint) as checkout_abandoned,
        cast(lost_revenue as numeric(18, 2)) as lost_revenue,
        cast(
            cast(lost_revenue as numeric(18, 4)) / nullif(sum(lost_revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_lost
    from groups
    where cart_sessions > 0

)

select *
from final
order by lost_revenue desc, abandoned_sessions desc, md5(device_type), md5(channel_group)
