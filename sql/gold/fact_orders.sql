-- Orders: all counted purchase lines with one order id. The first line by the
-- order of events decides day, visitor, session, device and channel, so the
-- whole revenue sits on that day even if a line falls after midnight.
-- User: the first account on a line, else the session's.
-- Refunds are no columns here; they have a day of their own.
-- grain: one row per order
-- key: order_id
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

totals as (

    select
        order_id,
        count(*) as order_lines,
        sum(case when unit_price is null then 1 else 0 end) as unpriced_lines,
        sum(quantity) as units,
        sum(revenue) as revenue,
        count(
            distinct case when product_id <> '(unknown)' then product_id end
        ) as distinct_products,
        min(case when user_id is not null then line_number end)
            as user_line_number,
        min(case when payment_method is not null then line_number end)
            as payment_line_number
    from lines
    group by order_id

),

final as (

    select
        cast(totals.order_id as string) as order_id,
        cast(totals.order_id like 'd:%' as boolean) as is_order_id_derived,
        cast(first_line.event_date as date) as order_date,
        first_line.event_time as order_time,
        cast(first_line.event_hour as smallint) as order_hour,
        cast(first_line.source as string) as source,
        cast(first_line.visitor_id as string) as visitor_id,
        cast(coalesce(user_line.user_id, origins.user_id) as string)
            as user_id,
        cast(first_line.session_date as date) as session_date,
        cast(first_line.session_id as bigint) as session_id,
        cast(first_line.device_key as bigint) as device_key,
        cast(first_line.channel_key as bigint) as channel_key,
        cast(payment_line.payment_method as string) as payment_method,
        cast(1 as int) as orders,
        cast(
            case
                when totals.unpriced_lines < totals.order_lines then 1 else 0
            end as int
        ) as priced_orders,
        cast(totals.order_lines as int) as order_lines,
        cast(totals.unpriced_lines as int) as unpriced_lines,
        cast(totals.units as int) as units,
        cast(totals.revenue as decimal(18, 2)) as revenue,
        cast(totals.distinct_products as int) as distinct_products
    from totals
    inner join lines as first_line
        on
            totals.order_id = first_line.order_id
            and first_line.line_number = 1
    left join lines as user_line
        on
            totals.order_id = user_line.order_id
            and totals.user_line_number = user_line.line_number
    left join lines as payment_line
        on
            totals.order_id = payment_line.order_id
            and totals.payment_line_number = payment_line.line_number
    left join silver.session_origins as origins
        on first_line.session_id = origins.session_id

)

select *
from final
order by order_id
