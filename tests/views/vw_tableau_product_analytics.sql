with lines as (
    select f.*, case when f.event_type <> 'refund' then f.unit_price end as price
    from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot where f.product_id is not null
)
select lines.event_date, lines.product_id, p.product_name, p.category, p.category_l1, p.category_l2, p.category_l3, p.brand,
    p.current_price, max(daily.avg_price), sum(case when event_type = 'product_view' then 1 else 0 end),
    sum(case when event_type = 'add_to_cart' then 1 else 0 end),
    sum(case when event_type = 'remove_from_cart' then 1 else 0 end), sum(lines.purchase_lines),
    sum(case when lines.purchase_lines = 1 then quantity else 0 end),
    count(distinct case when event_type = 'product_view' then session_id end),
    count(distinct case when lines.purchase_lines = 1 then session_id end),
    count(distinct case when lines.purchase_lines = 1 then order_id end), sum(lines.revenue),
    sum(case when event_type = 'refund' then quantity else 0 end), sum(lines.refund_amount)
from lines
inner join gold.dim_products as p on lines.product_id = p.product_id
inner join gold.agg_product_daily as daily on lines.event_date = daily.date and lines.product_id = daily.product_id
group by lines.event_date, lines.product_id, p.product_name, p.category, p.category_l1, p.category_l2, p.category_l3,
    p.brand, p.current_price
