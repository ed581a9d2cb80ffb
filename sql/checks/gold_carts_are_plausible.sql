-- check: abandoned sessions are cart sessions without an order, and only they lose what is left in the cart.
-- layer: gold
-- scope: visitor

select
    session_id,
    session_date,
    abandoned_sessions,
    cart_sessions,
    cart_value_end,
    potential_lost_revenue
from gold.fact_sessions
where
    abandoned_sessions > cart_sessions
    or cart_sessions > sessions
    or cart_sessions <> case when adds > 0 then 1 else 0 end
    or abandoned_sessions
    <> case when adds > 0 and orders = 0 then 1 else 0 end
    or potential_lost_revenue
    <> case when abandoned_sessions = 1 then cart_value_end else 0 end
    or cart_value_end < 0
    or (cart_sessions = 0 and (cart_value_added <> 0 or cart_value_end <> 0))
