-- check: in generated data of some size (1,000 carts), abandoned carts hold a value above 0.
-- layer: gold

select
    sum(cart_sessions) as cart_sessions,
    sum(potential_lost_revenue) as potential_lost_revenue
from gold.fact_sessions
where source = 'clickmill'
having sum(cart_sessions) >= 1000 and sum(potential_lost_revenue) <= 0
