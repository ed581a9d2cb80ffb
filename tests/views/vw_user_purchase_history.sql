select f.event_id, f.order_id, o.order_date, coalesce(o.user_id, v.customer_id), f.product_id, p.product_name,
    p.category, p.brand, coalesce(f.quantity, 1), f.unit_price, f.revenue,
    row_number() over (
        partition by coalesce(o.user_id, v.customer_id) order by o.order_time, o.order_id
    ) = 1 or f.order_id = u.first_order_id
from gold.fact_events as f
inner join gold.fact_orders as o on f.order_id = o.order_id
inner join gold.dim_visitors as v on o.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_users as u on coalesce(o.user_id, v.customer_id) = u.customer_id
left join gold.dim_products as p on f.product_id = p.product_id
where f.purchase_lines = 1
