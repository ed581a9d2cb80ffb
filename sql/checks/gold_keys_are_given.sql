-- check: no key is null but where it does not apply, and session date and id come together.
-- layer: gold
-- scope: visitor

select
    'fact_events' as table_name,
    event_id as key
from gold.fact_events
where
    event_date is null
    or visitor_id is null
    or event_type is null
    or device_key is null
    or channel_key is null
    or revenue is null
    or refund_amount is null
    or (session_id is null) <> (session_date is null)
    or (session_id is null) <> (event_sequence is null)

union all

select
    'fact_sessions' as table_name,
    cast(session_id as string) as key
from gold.fact_sessions
where
    session_date is null
    or visitor_id is null
    or device_key is null
    or channel_key is null
    or country is null
    or city is null

union all

select
    'fact_orders' as table_name,
    order_id as key
from gold.fact_orders
where
    order_date is null
    or visitor_id is null
    or device_key is null
    or channel_key is null

union all

select
    'dim_visitors' as table_name,
    visitor_id as key
from gold.dim_visitors
where customer_id is null or is_bot is null
