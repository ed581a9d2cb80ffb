select f.session_date, l.product_id, p.product_name, p.category_l1, p.brand, count(*), sum(l.units_left), sum(l.cart_value_end)
from silver.session_cart_lines as l
inner join gold.fact_sessions as f on l.session_id = f.session_id and f.abandoned_sessions = 1 inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_products as p on l.product_id = p.product_id
where l.units_left > 0
group by f.session_date, l.product_id, p.product_name, p.category_l1, p.brand
