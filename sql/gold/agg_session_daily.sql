-- Sessions by day and what they came with, bots left out: every additive
-- measure of fact_sessions and no distinct count, so any sum over it is right.
-- A session is a new visitor's when it is that visitor's first; rates divide
-- sums. Sessions that reached checkout and did not order: reached_checkout
-- less reached_purchase.
-- grain: one row per day, device, channel, country and kind of visitor
-- key: session_date, device_key, channel_key, country, is_new_visitor
-- scope: day
-- reader: funnel, touchpoint and abandonment views

with

visitors as (

    select
        visitor_id,
        first_session_id
    from gold.dim_visitors
    where not is_bot

),

sessions as (

    select
        f.*,
        f.session_id = v.first_session_id as is_new_visitor
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

final as (

    select
        cast(session_date as date) as session_date,
        cast(device_key as bigint) as device_key,
        cast(channel_key as bigint) as channel_key,
        cast(country as string) as country,
        cast(is_new_visitor as boolean) as is_new_visitor,
        cast(sum(sessions) as bigint) as sessions,
        cast(sum(bounced_sessions) as bigint) as bounced_sessions,
        cast(sum(converted_sessions) as bigint) as converted_sessions,
        cast(sum(cart_sessions) as bigint) as cart_sessions,
        cast(sum(checkout_sessions) as bigint) as checkout_sessions,
        cast(sum(abandoned_sessions) as bigint) as abandoned_sessions,
        cast(sum(reached_product_view) as bigint) as reached_product_view,
        cast(sum(reached_cart) as bigint) as reached_cart,
        cast(sum(reached_checkout) as bigint) as reached_checkout,
        cast(sum(reached_purchase) as bigint) as reached_purchase,
        cast(sum(strict_product_view) as bigint) as strict_product_view,
        cast(sum(strict_cart) as bigint) as strict_cart,
        cast(sum(strict_checkout) as bigint) as strict_checkout,
        cast(sum(strict_purchase) as bigint) as strict_purchase,
        cast(sum(events) as bigint) as events,
        cast(sum(page_views) as bigint) as page_views,
        cast(sum(searches) as bigint) as searches,
        cast(sum(product_views) as bigint) as product_views,
        cast(sum(adds) as bigint) as adds,
        cast(sum(removes) as bigint) as removes,
        cast(sum(checkouts) as bigint) as checkouts,
        cast(sum(purchase_lines) as bigint) as purchase_lines,
        cast(sum(orders) as bigint) as orders,
        cast(sum(priced_orders) as bigint) as priced_orders,
        cast(sum(units) as bigint) as units,
        cast(sum(unpriced_cart_lines) as bigint) as unpriced_cart_lines,
        cast(sum(duration_seconds) as bigint) as duration_seconds,
        cast(sum(revenue) as decimal(18, 2)) as revenue,
        cast(sum(cart_value_added) as decimal(18, 2)) as cart_value_added,
        cast(sum(cart_value_end) as decimal(18, 2)) as cart_value_end,
        cast(sum(potential_lost_revenue) as decimal(18, 2))
            as potential_lost_revenue
    from sessions
    group by session_date, device_key, channel_key, country, is_new_visitor

)

select *
from final
order by session_date, device_key, channel_key, country, is_new_visitor
