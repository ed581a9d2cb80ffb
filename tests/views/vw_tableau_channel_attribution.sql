select f.order_date, 'first', c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host, count(*),
    sum(f.first_credit)
from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.order_date, c.channel_key, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host
union all
select f.order_date, 'last', c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host, count(*),
    sum(f.last_credit)
from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.order_date, c.channel_key, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host
union all
select f.order_date, 'last_non_direct', c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host, count(*),
    sum(f.last_non_direct_credit)
from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.order_date, c.channel_key, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host
union all
select f.order_date, 'linear', c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host, count(*),
    sum(f.linear_credit)
from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.order_date, c.channel_key, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host
union all
select f.order_date, 'position_based', c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host, count(*),
    sum(f.position_based_credit)
from gold.fact_attribution as f inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.order_date, c.channel_key, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, c.referrer_host
