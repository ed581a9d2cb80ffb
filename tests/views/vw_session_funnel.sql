select cast(f.session_id as string), f.session_date, f.visitor_id, coalesce(f.user_id, v.customer_id), f.max_step,
    f.reached_product_view, f.reached_cart, f.reached_checkout, f.reached_purchase,
    f.strict_product_view, f.strict_cart, f.strict_checkout, f.strict_purchase
from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
