-- grain: one row per event
-- key: event_id
-- reader: gold
-- materialized: view
select * from silver.events
