with o as (
    select coalesce(f.user_id, v.customer_id) as customer_id, count(*) as orders, sum(f.priced_orders) as priced, sum(f.units) as units,
        sum(f.revenue) as revenue, min(f.order_date) as first_date, max(f.order_date) as last_date
    from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
),
r as (
    select coalesce(f.user_id, v.customer_id) as customer_id, sum(f.refund_amount) as refunds from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
),
scored as (
    select o.*, coalesce(r.refunds, 0) as refunds, (p.as_of_date - o.last_date) as days,
        p.as_of_date, o.revenue - coalesce(r.refunds, 0) as net
    from o cross join silver.period as p left join r on o.customer_id = r.customer_id
)
select s.as_of_date, s.customer_id, u.is_known, coalesce(u.country, '(unknown)'), u.rfm_segment,
    cast(1 + floor(5 * cast(rank() over (order by s.last_date) - 1 as double) / count(*) over ()) as int),
    cast(1 + floor(5 * cast(rank() over (order by s.orders) - 1 as double) / count(*) over ()) as int),
    cast(1 + floor(5 * cast(rank() over (order by s.net) - 1 as double) / count(*) over ()) as int),
    s.first_date, s.last_date, 1, case when s.orders >= 2 then 1 else 0 end, s.orders, s.priced, s.units, s.revenue,
    s.refunds, s.net, cast(s.days as bigint)
from scored as s inner join gold.dim_users as u on s.customer_id = u.customer_id
