-- check: a line counts exactly when it is a purchase that did not fail; only counted lines earn.
-- layer: gold
-- scope: visitor

select
    event_id,
    event_type,
    outcome,
    purchase_lines,
    revenue
from gold.fact_events
where
    purchase_lines <> case
        when
            event_type = 'purchase'
            and coalesce(outcome, 'success') <> 'failure'
            then 1
        else 0
    end
    or (purchase_lines = 0 and revenue <> 0)
    or (purchase_lines = 1 and order_id is null)
