-- How the prefixes come about is told with hand-made visits in analyses.rs.
select session_date, path, depth, from_step, to_step, sessions, converted_sessions, ended_sessions
from gold.agg_journey_daily
