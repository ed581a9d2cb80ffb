with s as (
    select f.session_date as date, f.channel_key, count(*) as n, sum(f.bounced_sessions) as b,
        sum(case when f.session_id = v.first_session_id then 1 else 0 end) as new_n, sum(f.converted_sessions) as c,
        sum(f.orders) as o, sum(f.priced_orders) as p, sum(f.revenue) as r,
        cast(0 as decimal(18, 2)) as first, cast(0 as decimal(18, 2)) as last, cast(0 as decimal(18, 2)) as last_non_direct, cast(0 as decimal(18, 2)) as linear, cast(0 as decimal(18, 2)) as position_based
    from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by f.session_date, f.channel_key
),
t as (
    select f.order_date as date, f.channel_key, 0 as n, 0 as b, 0 as new_n, 0 as c, 0 as o, 0 as p,
        cast(0 as decimal(18, 2)) as r, sum(f.first_credit) as first, sum(f.last_credit) as last, sum(f.last_non_direct_credit) as last_non_direct, sum(f.linear_credit) as linear, sum(f.position_based_credit) as position_based
    from gold.fact_attribution as f group by f.order_date, f.channel_key
),
both as (select * from s union all select * from t)
select both.date, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, sum(n), sum(b), sum(new_n), sum(both.c),
    sum(o), sum(p), sum(r), sum(first), sum(last), sum(last_non_direct), sum(linear), sum(position_based)
from both inner join gold.dim_channel as c on both.channel_key = c.channel_key
group by both.date, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign
