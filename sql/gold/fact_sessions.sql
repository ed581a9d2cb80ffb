-- Sessions, dated by their start. Flags are 0/1 integers, so that every rate is
-- sum(flag) / sum(sessions) over any set of rows.
-- Two funnels: reached_* counts a step when it or any later one was seen (a
-- purchase without a cart is real; an attempted payment has reached checkout);
-- strict_* asks for each step after the one before it.
-- orders, priced_orders, units and revenue are those of the orders that began in
-- the session; purchase_lines are its own, which differ where an order goes on.
-- grain: one row per session
-- key: session_date, session_id
-- scope: visitor
-- rows: 150 in 1000
-- reader: gold.agg_session_daily, gold.dim_users; session views
-- partition: session_date
-- day: session_date

with

session_events as (

    select
        session_id,
        event_sequence,
        event_time,
        event_time_us,
        event_type,
        page_type,
        product_id,
        purchase_lines
    from gold.fact_events
    where session_id is not null

),

counts as (

    select
        session_id,
        min(event_time_us) as start_us,
        max(event_time_us) as end_us,
        min(event_time) as session_start,
        max(event_time) as session_end,
        max(event_sequence) as last_sequence,
        count(*) as events,
        sum(case when event_type = 'page_view' then 1 else 0 end)
            as page_views,
        sum(case when event_type = 'search' then 1 else 0 end) as searches,
        sum(case when event_type = 'product_view' then 1 else 0 end)
            as product_views,
        sum(case when event_type = 'add_to_cart' then 1 else 0 end) as adds,
        sum(case when event_type = 'remove_from_cart' then 1 else 0 end)
            as removes,
        sum(case when event_type = 'checkout' then 1 else 0 end) as checkouts,
        sum(case when event_type = 'purchase' then 1 else 0 end)
            as payment_attempts,
        sum(cast(purchase_lines as int)) as purchase_lines
    from session_events
    group by session_id

),

distinct_products as (

    select
        session_id,
        count(*) as products
    from (
        select distinct
            session_id,
            product_id
        from session_events
        where product_id <> '(unknown)'
    ) as session_products
    group by session_id

),

-- Strict funnel: the first product view, ...
strict_views as (

    select
        session_id,
        min(event_sequence) as first_view
    from session_events
    where event_type = 'product_view'
    group by session_id

),

-- ... the first cart event after that, ...
strict_carts as (

    select
        session_events.session_id,
        min(session_events.event_sequence) as first_cart
    from session_events
    inner join strict_views
        on session_events.session_id = strict_views.session_id
    where
        session_events.event_type = 'add_to_cart'
        and session_events.event_sequence > strict_views.first_view
    group by session_events.session_id

),

-- ... the first checkout after that, ...
strict_checkouts as (

    select
        strict_carts.session_id,
        strict_carts.first_cart,
        min(checkouts.event_sequence) as first_checkout
    from (
        select *
        from session_events
        where event_type = 'checkout'
    ) as checkouts
    right join strict_carts
        on
            checkouts.session_id = strict_carts.session_id
            and checkouts.event_sequence > strict_carts.first_cart
    group by strict_carts.session_id, strict_carts.first_cart

),

-- ... and a counted purchase after that. Each step carries those before it, so
-- that none is looked for twice.
strict_steps as (

    select
        strict_checkouts.session_id,
        strict_checkouts.first_cart,
        strict_checkouts.first_checkout,
        min(purchases.event_sequence) as first_purchase
    from (
        select *
        from session_events
        where purchase_lines = 1
    ) as purchases
    right join strict_checkouts
        on
            purchases.session_id = strict_checkouts.session_id
            and purchases.event_sequence > strict_checkouts.first_checkout
    group by
        strict_checkouts.session_id,
        strict_checkouts.first_cart,
        strict_checkouts.first_checkout

),

session_orders as (

    select
        session_id,
        sum(orders) as orders,
        sum(priced_orders) as priced_orders,
        sum(units) as units,
        sum(revenue) as revenue
    from gold.fact_orders
    where session_id is not null
    group by session_id

),

session_carts as (

    select
        session_id,
        sum(unpriced_cart_lines) as unpriced_cart_lines,
        sum(cart_value_added) as cart_value_added,
        sum(cart_value_end) as cart_value_end
    from silver.session_cart_lines
    group by session_id

),

joined as (

    select
        origins.session_date,
        origins.session_id,
        origins.session_start_hour,
        origins.source,
        origins.visitor_id,
        origins.user_id,
        origins.device_key,
        origins.channel_key,
        origins.country,
        origins.city,
        origins.entry_page_type,
        last_event.page_type as exit_page_type,
        origins.entry_url,
        counts.session_start,
        counts.session_end,
        counts.end_us - counts.start_us as duration_us,
        counts.events,
        counts.page_views,
        counts.searches,
        counts.product_views,
        counts.adds,
        counts.removes,
        counts.checkouts,
        counts.payment_attempts,
        counts.purchase_lines,
        strict_steps.first_cart,
        strict_steps.first_checkout,
        strict_steps.first_purchase,
        coalesce(distinct_products.products, 0) as distinct_products,
        coalesce(session_orders.orders, 0) as orders,
        coalesce(session_orders.priced_orders, 0) as priced_orders,
        coalesce(session_orders.units, 0) as units,
        coalesce(session_orders.revenue, 0) as revenue,
        coalesce(session_carts.unpriced_cart_lines, 0) as unpriced_cart_lines,
        coalesce(session_carts.cart_value_added, 0) as cart_value_added,
        coalesce(session_carts.cart_value_end, 0) as cart_value_end
    from counts
    inner join silver.session_origins as origins
        on counts.session_id = origins.session_id
    inner join session_events as last_event
        on
            counts.session_id = last_event.session_id
            and counts.last_sequence = last_event.event_sequence
    left join distinct_products
        on counts.session_id = distinct_products.session_id
    left join session_orders on counts.session_id = session_orders.session_id
    left join session_carts on counts.session_id = session_carts.session_id
    left join strict_steps on counts.session_id = strict_steps.session_id

),

-- The furthest step: 1 product view, 2 cart, 3 checkout, 4 order, 0 none.
-- Converted means an order of its own: a second line of an order that began in
-- an earlier session does not convert this one.
stepped as (

    select
        *,
        case
            when orders > 0 then 4
            when checkouts > 0 or payment_attempts > 0 then 3
            when adds > 0 then 2
            when product_views > 0 then 1
            else 0
        end as max_step,
        case when adds > 0 and orders = 0 then 1 else 0 end as abandoned
    from joined

),

final as (

    select
        cast(session_date as date) as session_date,
        cast(session_id as bigint) as session_id,
        session_start,
        session_end,
        cast(session_start_hour as smallint) as session_start_hour,
        cast(source as string) as source,
        cast(visitor_id as string) as visitor_id,
        cast(user_id as string) as user_id,
        cast(device_key as bigint) as device_key,
        cast(channel_key as bigint) as channel_key,
        cast(country as string) as country,
        cast(city as string) as city,
        cast(entry_page_type as string) as entry_page_type,
        cast(exit_page_type as string) as exit_page_type,
        cast(entry_url as string) as entry_url,
        cast(max_step as smallint) as max_step,
        cast(1 as int) as sessions,
        cast(case when events = 1 then 1 else 0 end as int)
            as bounced_sessions,
        cast(case when orders > 0 then 1 else 0 end as int)
            as converted_sessions,
        cast(case when adds > 0 then 1 else 0 end as int) as cart_sessions,
        cast(case when checkouts > 0 then 1 else 0 end as int)
            as checkout_sessions,
        cast(abandoned as int) as abandoned_sessions,
        cast(case when max_step >= 1 then 1 else 0 end as int)
            as reached_product_view,
        cast(case when max_step >= 2 then 1 else 0 end as int)
            as reached_cart,
        cast(case when max_step >= 3 then 1 else 0 end as int)
            as reached_checkout,
        cast(case when max_step >= 4 then 1 else 0 end as int)
            as reached_purchase,
        cast(case when product_views > 0 then 1 else 0 end as int)
            as strict_product_view,
        cast(case when first_cart is not null then 1 else 0 end as int)
            as strict_cart,
        cast(case when first_checkout is not null then 1 else 0 end as int)
            as strict_checkout,
        cast(
            case
                when first_purchase is not null and orders > 0 then 1 else 0
            end as int
        ) as strict_purchase,
        cast(events as int) as events,
        cast(page_views as int) as page_views,
        cast(searches as int) as searches,
        cast(product_views as int) as product_views,
        cast(adds as int) as adds,
        cast(removes as int) as removes,
        cast(checkouts as int) as checkouts,
        cast(purchase_lines as int) as purchase_lines,
        cast(orders as int) as orders,
        cast(priced_orders as int) as priced_orders,
        cast(units as int) as units,
        cast(unpriced_cart_lines as int) as unpriced_cart_lines,
        cast(floor(cast(duration_us as double) / 1000000) as bigint)
            as duration_seconds,
        cast(revenue as decimal(18, 2)) as revenue,
        cast(cart_value_added as decimal(18, 2)) as cart_value_added,
        cast(cart_value_end as decimal(18, 2)) as cart_value_end,
        cast(
            case when abandoned = 1 then cart_value_end else 0 end
            as decimal(18, 2)
        ) as potential_lost_revenue,
        cast(distinct_products as int) as distinct_products
    from stepped

)

select *
from final
