-- Orders: all counted purchase lines with one order id. The first line by the
-- order of events decides day, visitor, session, device and channel, so the
-- whole revenue sits on that day even if a line falls after midnight.
-- User: the first account on a line, else the session's.
-- Refunds are no columns here; they have a day of their own.
-- grain: one row per order
-- key: order_id
-- scope: visitor
-- rows: 20 in 1000
-- day: order_date
-- reader: gold.fact_sessions, gold.fact_daily_metrics, gold.dim_users; views

with

lines as (

    select
        *,
        row_number() over (
            partition by order_id
            order by event_time_us, event_id
        ) as line_number
    from gold.fact_events
    where purchase_lines = 1

),

-- The first line that names an account, and the first that names a payment.
marked as (

    select
        *,
        min(case when user_id is not null then line_number end) over (
            partition by order_id
        ) as user_line_number,
        min(case when payment_method is not null then line_number end) over (
            partition by order_id
        ) as payment_line_number
    from lines

),

orders as (

    select
        order_id,
        max(case when line_number = 1 then event_date end) as order_date,
        max(case when line_number = 1 then event_time end) as order_time,
        max(case when line_number = 1 then event_hour end) as order_hour,
        max(case when line_number = 1 then source end) as source,
        max(case when line_number = 1 then visitor_id end) as visitor_id,
        max(case when line_number = 1 then session_date end) as session_date,
        max(case when line_number = 1 then session_id end) as session_id,
        max(case when line_number = 1 then device_key end) as device_key,
        max(case when line_number = 1 then channel_key end) as channel_key,
        max(case when line_number = user_line_number then user_id end)
            as user_id,
        max(
            case
                when line_number = payment_line_number then payment_method
            end
        ) as payment_method,
        count(*) as order_lines,
        sum(case when unit_price is null then 1 else 0 end) as unpriced_lines,
        sum(quantity) as units,
        sum(revenue) as revenue
    from marked
    group by order_id

),

-- Products are counted as rows, which costs far less than distinct counts.
order_products as (

    select
        order_id,
        count(*) as products
    from (
        select distinct
            order_id,
            product_id
        from lines
        where product_id <> '(unknown)'
    ) as different_products
    group by order_id

),

final as (

    select
        cast(orders.order_id as string) as order_id,
        cast(orders.order_id like 'd:%' as boolean) as is_order_id_derived,
        cast(orders.order_date as date) as order_date,
        orders.order_time,
        cast(orders.order_hour as smallint) as order_hour,
        cast(orders.source as string) as source,
        cast(orders.visitor_id as string) as visitor_id,
        cast(coalesce(orders.user_id, origins.user_id) as string) as user_id,
        cast(orders.session_date as date) as session_date,
        cast(orders.session_id as bigint) as session_id,
        cast(orders.device_key as bigint) as device_key,
        cast(orders.channel_key as bigint) as channel_key,
        cast(orders.payment_method as string) as payment_method,
        cast(1 as int) as orders,
        cast(
            case
                when orders.unpriced_lines < orders.order_lines then 1 else 0
            end as int
        ) as priced_orders,
        cast(orders.order_lines as int) as order_lines,
        cast(orders.unpriced_lines as int) as unpriced_lines,
        cast(orders.units as int) as units,
        cast(orders.revenue as decimal(18, 2)) as revenue,
        cast(coalesce(order_products.products, 0) as int) as distinct_products
    from orders
    left join order_products on orders.order_id = order_products.order_id
    left join silver.session_origins as origins
        on orders.session_id = origins.session_id

)

select *
from final
