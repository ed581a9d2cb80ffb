-- Every figure that splits by time, device and channel, as sums only, bots
-- left out: sessions by the day they start, orders and revenue by the day of
-- the order, as in gold.fact_daily_metrics. Money is in cents.
-- grain: one row per unit of time, device and channel with a session or order
-- key: unit, device, channel
-- reader: page (key figures, trend, funnels, channels, devices)
with

calendar as (

    select * from page.calendar

),

devices as (

    select * from page.device

),

channels as (

    select * from page.channel

),

sessions as (

    select * from gold.agg_session_daily

),

visitors as (

    select * from gold.dim_visitors

),

orders as (

    select orders.*
    from gold.fact_orders as orders
    inner join visitors on orders.visitor_id = visitors.visitor_id
    where not visitors.is_bot

),

counted as (

    select
        sessions.session_date as date,
        sessions.device_key,
        sessions.channel_key,
        sessions.sessions,
        case
            when sessions.is_new_visitor then sessions.sessions else 0
        end as new_visitors,
        sessions.bounced_sessions,
        sessions.converted_sessions,
        sessions.cart_sessions,
        sessions.abandoned_sessions,
        sessions.reached_product_view,
        sessions.reached_cart,
        sessions.reached_checkout,
        sessions.reached_purchase,
        sessions.strict_product_view,
        sessions.strict_cart,
        sessions.strict_checkout,
        sessions.strict_purchase,
        sessions.product_views,
        sessions.adds,
        sessions.checkouts,
        sessions.duration_seconds,
        sessions.potential_lost_revenue * 100 as lost_cents,
        0 as orders,
        0 as priced_orders,
        0 as units,
        0 as revenue_cents
    from sessions

    union all

    select
        orders.order_date as date,
        orders.device_key,
        orders.channel_key,
        0 as sessions,
        0 as new_visitors,
        0 as bounced_sessions,
        0 as converted_sessions,
        0 as cart_sessions,
        0 as abandoned_sessions,
        0 as reached_product_view,
        0 as reached_cart,
        0 as reached_checkout,
        0 as reached_purchase,
        0 as strict_product_view,
        0 as strict_cart,
        0 as strict_checkout,
        0 as strict_purchase,
        0 as product_views,
        0 as adds,
        0 as checkouts,
        0 as duration_seconds,
        0 as lost_cents,
        orders.orders,
        orders.priced_orders,
        orders.units,
        orders.revenue * 100 as revenue_cents
    from orders

),

final as (

    select
        cast(calendar.unit as date) as unit,
        cast(coalesce(devices.device, '(unknown)') as string) as device,
        cast(coalesce(channels.channel, '(unknown)') as string) as channel,
        cast(sum(counted.sessions) as bigint) as sessions,
        cast(sum(counted.new_visitors) as bigint) as new_visitors,
        cast(sum(counted.bounced_sessions) as bigint) as bounced_sessions,
        cast(sum(counted.converted_sessions) as bigint)
            as converted_sessions,
        cast(sum(counted.cart_sessions) as bigint) as cart_sessions,
        cast(sum(counted.abandoned_sessions) as bigint)
            as abandoned_sessions,
        cast(sum(counted.reached_product_view) as bigint)
            as reached_product_view,
        cast(sum(counted.reached_cart) as bigint) as reached_cart,
        cast(sum(counted.reached_checkout) as bigint) as reached_checkout,
        cast(sum(counted.reached_purchase) as bigint) as reached_purchase,
        cast(sum(counted.strict_product_view) as bigint)
            as strict_product_view,
        cast(sum(counted.strict_cart) as bigint) as strict_cart,
        cast(sum(counted.strict_checkout) as bigint) as strict_checkout,
        cast(sum(counted.strict_purchase) as bigint) as strict_purchase,
        cast(sum(counted.product_views) as bigint) as product_views,
        cast(sum(counted.adds) as bigint) as adds,
        cast(sum(counted.checkouts) as bigint) as checkouts,
        cast(sum(counted.duration_seconds) as bigint) as duration_seconds,
        cast(sum(counted.lost_cents) as bigint) as lost_cents,
        cast(sum(counted.orders) as bigint) as orders,
        cast(sum(counted.priced_orders) as bigint) as priced_orders,
        cast(sum(counted.units) as bigint) as units,
        cast(sum(counted.revenue_cents) as bigint) as revenue_cents

    from counted
    inner join calendar on counted.date = calendar.date
    left join devices on counted.device_key = devices.device_key
    left join channels on counted.channel_key = channels.channel_key
    group by
        calendar.unit,
        coalesce(devices.device, '(unknown)'),
        coalesce(channels.channel, '(unknown)')

)

select * from final
order by unit, device, channel
