-- check: flags are 0 or 1, both funnels fall step by step, and converted means reached the order.
-- layer: gold
-- scope: visitor

select
    session_id,
    session_date
from gold.fact_sessions
where
    sessions <> 1
    or bounced_sessions not in (0, 1)
    or cart_sessions not in (0, 1)
    or checkout_sessions not in (0, 1)
    or reached_product_view not in (0, 1)
    or strict_product_view not in (0, 1)
    or reached_product_view < reached_cart
    or reached_cart < reached_checkout
    or reached_checkout < reached_purchase
    or reached_purchase < 0
    or strict_product_view < strict_cart
    or strict_cart < strict_checkout
    or strict_checkout < strict_purchase
    or strict_purchase < 0
    or strict_product_view > reached_product_view
    or strict_cart > reached_cart
    or strict_checkout > reached_checkout
    or strict_purchase > reached_purchase
    or converted_sessions <> reached_purchase
    or converted_sessions <> case when orders > 0 then 1 else 0 end
    or max_step
    <> reached_product_view + reached_cart + reached_checkout + reached_purchase
