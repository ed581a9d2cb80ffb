-- Sessions and orders from the facts; segments are the customers'.
with s as (
    select coalesce(f.user_id, v.customer_id) as customer_id, count(*) as sessions, sum(f.converted_sessions) as converted
    from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
),
o as (
    select coalesce(f.user_id, v.customer_id) as customer_id, count(*) as orders, sum(f.priced_orders) as priced, sum(f.revenue) as revenue
    from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
),
r as (
    select coalesce(f.user_id, v.customer_id) as customer_id, sum(f.refund_amount) as refunds from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
)
select u.as_of_date, u.rfm_segment, coalesce(u.country, '(unknown)'), count(*),
    sum(case when u.is_known then 1 else 0 end), sum(case when o.orders >= 1 then 1 else 0 end),
    sum(case when o.orders >= 2 then 1 else 0 end), sum(coalesce(s.sessions, 0)), sum(coalesce(s.converted, 0)),
    sum(coalesce(o.orders, 0)), sum(coalesce(o.priced, 0)), sum(coalesce(o.revenue, 0)),
    sum(coalesce(o.revenue, 0) - coalesce(r.refunds, 0)), sum(coalesce(u.days_since_last_order, 0))
from gold.dim_users as u
left join s on u.customer_id = s.customer_id
left join o on u.customer_id = o.customer_id
left join r on u.customer_id = r.customer_id
where s.sessions > 0 or o.orders > 0
group by u.as_of_date, u.rfm_segment, coalesce(u.country, '(unknown)')
