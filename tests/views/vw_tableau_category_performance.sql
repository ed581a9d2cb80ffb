select f.event_date, p.category_l1, p.category_l2, sum(case when f.event_type = 'product_view' then 1 else 0 end),
    sum(case when f.event_type = 'add_to_cart' then 1 else 0 end),
    sum(case when f.event_type = 'remove_from_cart' then 1 else 0 end), sum(f.purchase_lines),
    sum(case when f.purchase_lines = 1 then f.quantity else 0 end),
    count(distinct case when f.event_type = 'product_view' then f.session_id end),
    count(distinct case when f.purchase_lines = 1 then f.session_id end), sum(f.revenue),
    sum(case when f.event_type = 'refund' then f.quantity else 0 end), sum(f.refund_amount)
from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_products as p on f.product_id = p.product_id
group by f.event_date, p.category_l1, p.category_l2
