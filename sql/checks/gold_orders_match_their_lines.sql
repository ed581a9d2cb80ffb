-- check: an order is its counted lines: same lines, units and revenue, dated by the first of them.
-- layer: gold
-- scope: visitor

with

lines as (

    select
        order_id,
        sum(purchase_lines) as order_lines,
        sum(quantity) as units,
        sum(revenue) as revenue,
        min(event_time) as order_time,
        sum(case when unit_price is null then 1 else 0 end) as unpriced_lines
    from gold.fact_events
    where purchase_lines = 1
    group by order_id

)

select
    coalesce(orders.order_id, lines.order_id) as order_id,
    orders.revenue,
    lines.revenue as line_revenue
from gold.fact_orders as orders
full join lines on orders.order_id = lines.order_id
where
    orders.order_id is null
    or lines.order_id is null
    or orders.order_lines <> lines.order_lines
    or orders.units <> lines.units
    or orders.revenue <> lines.revenue
    or orders.order_time <> lines.order_time
    or orders.unpriced_lines <> lines.unpriced_lines
    or orders.priced_orders
    <> case when lines.unpriced_lines < lines.order_lines then 1 else 0 end
