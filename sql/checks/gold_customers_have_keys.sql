-- check: every customer has a segment and the channel it came by first.
-- layer: gold
select customer_id
from gold.dim_users
where rfm_segment is null or first_channel_key is null
