-- check: event_id is unique in silver.events
-- layer: silver
-- scope: visitor
select
    event_id,
    count(*) as copies
from silver.events
group by event_id
having count(*) > 1
