-- check: on every day rates lie between 0 and 1 and nobody is counted more often than they came.
-- layer: gold

select
    date,
    sessions,
    visitors,
    customers,
    orders,
    buyers
from gold.fact_daily_metrics
where
    converted_sessions > sessions
    or bounced_sessions > sessions
    or cart_sessions > sessions
    or abandoned_sessions > cart_sessions
    or visitors > sessions
    or customers > sessions
    or new_visitors > visitors
    or new_customers > customers
    or buyers > orders
    or priced_orders > orders
    or (priced_orders = 0 and revenue <> 0)
