-- check: a refund belongs to no session and carries no revenue, and nothing else refunds.
-- layer: gold
-- scope: visitor

select
    event_id,
    event_type,
    session_id,
    revenue,
    refund_amount
from gold.fact_events
where
    (event_type = 'refund' and (session_id is not null or revenue <> 0))
    or (event_type <> 'refund' and refund_amount <> 0)
