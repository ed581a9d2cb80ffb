with e as (
    select coalesce(f.user_id, v.customer_id) as customer_id, min(f.event_date) as date from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
    where f.session_id is not null group by coalesce(f.user_id, v.customer_id)
),
o as (select coalesce(f.user_id, v.customer_id) as customer_id, min(f.order_date) as date from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)),
s as (select distinct coalesce(f.user_id, v.customer_id) as customer_id from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot),
c as (
    select least(e.date, o.date) as first_date, u.first_channel_key, coalesce(u.country, '(unknown)') as country,
        cast((o.date - least(e.date, o.date)) as int) as days
    from gold.dim_users as u
    left join e on u.customer_id = e.customer_id left join o on u.customer_id = o.customer_id
    left join s on u.customer_id = s.customer_id
    where s.customer_id is not null or o.customer_id is not null
)
select c.first_date, ch.channel_group, c.country, c.days,
    case when days is null then 'no order yet' when days = 0 then 'same day' when days <= 3 then '1-3 days'
        when days <= 7 then '4-7 days' when days <= 30 then '8-30 days' else 'over 30 days' end,
    case when days is null then 6 when days = 0 then 1 when days <= 3 then 2 when days <= 7 then 3
        when days <= 30 then 4 else 5 end,
    count(*), count(days), sum(coalesce(days, 0))
from c inner join gold.dim_channel as ch on c.first_channel_key = ch.channel_key
group by c.first_date, ch.channel_group, c.country, c.days
