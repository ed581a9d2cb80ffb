-- check: gold.fact_events has one row per event, and every row has an id.
-- layer: gold
-- scope: visitor
select
    event_id,
    count(*) as copies
from gold.fact_events
group by event_id
having count(*) > 1 or event_id is null
