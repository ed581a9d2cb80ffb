-- check: no order id of a source begins like the ids we derive ('d:').
-- layer: gold
-- scope: visitor

select
    event_id,
    order_id
from silver.events
where order_id like 'd:%'
