select f.session_date, d.device_type, c.channel_group, f.country, f.session_id = v.first_session_id, count(*), sum(case when f.adds > 0 then 1 else 0 end), sum(f.abandoned_sessions), sum(case when f.adds > 0 and f.orders > 0 then 1 else 0 end), sum(case when f.max_step = 3 then 1 else 0 end), sum(f.cart_value_added), sum(f.cart_value_end), sum(f.potential_lost_revenue), sum(f.unpriced_cart_lines)
from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_device as d on f.device_key = d.device_key
inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.session_date, d.device_type, c.channel_group, f.country, f.session_id = v.first_session_id
