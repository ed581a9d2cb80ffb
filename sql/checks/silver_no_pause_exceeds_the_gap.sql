-- check: in gap mode no pause inside a session is longer than session.gap
-- layer: silver
-- scope: visitor
select
    session_id,
    event_id,
    seconds_since_previous
from silver.events
where
    $session_mode = 'gap'
    and seconds_since_previous * 1000000 > $session_gap_us
