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
    from lines as a inner join lines as b on a.order_id = b.order_id and a.product_id <> b.product_id
    group by a.product_id, b.product_id
),
described as (
    select pairs.a, pairs.b, pairs.both, ca.orders as orders_a, cb.orders as orders_b, alls.orders as orders_all,
        row_number() over (partition by pairs.a order by pairs.both desc, cb.orders, pairs.b) as place
    from pairs
    inner join counts as ca on pairs.a = ca.product_id
    inner join counts as cb on pairs.b = cb.product_id
    cross join alls
    where pairs.both * alls.orders > ca.orders * cb.orders
)
select a, pa.product_name, pa.category_l1, place, b, pb.product_name as name_b, pb.category_l1 as l1_b, both,
    orders_a, orders_b, orders_all, cast(both as double) / cast(orders_all as double) as support,
    cast(both as double) / cast(orders_a as double) as confidence,
    cast(both as double) * cast(orders_all as double) / (cast(orders_a as double) * cast(orders_b as double)) as lift
from described
inner join gold.dim_products as pa on a = pa.product_id
inner join gold.dim_products as pb on b = pb.product_id
where place <= 10
