select f.session_date, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, d.device_type, count(*), sum(f.bounced_sessions), sum(f.converted_sessions), sum(f.cart_sessions), sum(f.abandoned_sessions), sum(f.orders), sum(f.priced_orders), sum(f.revenue), sum(f.duration_seconds), sum(case when f.session_id = v.first_session_id then 1 else 0 end)
from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_device as d on f.device_key = d.device_key
inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.session_date, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, d.device_type
