-- From the order lines themselves.
with lines as (
    select distinct f.order_id, f.product_id
    from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
    where f.purchase_lines = 1 and f.product_id <> '(unknown)'
),
counts as (select product_id, count(*) as orders from lines group by product_id),
alls as (select count(distinct order_id) as orders from lines),
pairs as (
    select a.product_id as a, b.product_id as b, count(*) as both
    from lines as a inner join lines as b on a.order_id = b.order_id and a.product_id < b.product_id
    group by a.product_id, b.product_id
)
select pairs.a, pa.product_name, pairs.b, pb.product_name as name_b, pairs.both, ca.orders, cb.orders as orders_b,
    alls.orders as orders_all, cast(both as double) / cast(alls.orders as double) as support,
    cast(both as double) / cast(ca.orders as double) as ab, cast(both as double) / cast(cb.orders as double) as ba,
    cast(both as double) * cast(alls.orders as double) / (cast(ca.orders as double) * cast(cb.orders as double)) as lift
from pairs
inner join counts as ca on pairs.a = ca.product_id
inner join counts as cb on pairs.b = cb.product_id
inner join gold.dim_products as pa on pairs.a = pa.product_id
inner join gold.dim_products as pb on pairs.b = pb.product_id
cross join alls
