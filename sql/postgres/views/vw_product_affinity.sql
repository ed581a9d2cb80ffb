-- What is bought together. Ratios are given here, for a pair is never summed.
-- grain: one row per pair of products that share an order, product_id_a first
--     in the alphabet
-- key: product_id_a, product_id_b
-- reader: people, Tableau

create view analytics.vw_product_affinity as

with

lines as (

    select * from gold.fact_events
    where purchase_lines = 1 and product_id is not null

),

visitors as (

    select * from gold.dim_visitors

),

products as (

    select * from gold.dim_products

),

baskets as (

    select distinct
        lines.order_id,
        lines.product_id
    from lines
    inner join visitors on lines.visitor_id = visitors.visitor_id
    where not visitors.is_bot and lines.order_id is not null

),

product_orders as (

    select
        product_id,
        count(*) as orders
    from baskets
    group by product_id

),

all_orders as (

    select count(distinct order_id) as orders from baskets

),

pairs as (

    select
        first_line.product_id as product_id_a,
        second_line.product_id as product_id_b,
        count(*) as orders_both
    from baskets as first_line
    inner join baskets as second_line
        on
            first_line.order_id = second_line.order_id
            and first_line.product_id < second_line.product_id
    group by first_line.product_id, second_line.product_id

),

final as (

    select
        pairs.product_id_a,
        product_a.product_name as product_name_a,
        pairs.product_id_b,
        product_b.product_name as product_name_b,
        pairs.orders_both,
        orders_a.orders as orders_a,
        orders_b.orders as orders_b,
        all_orders.orders as orders_all,
        pairs.orders_both::double precision / all_orders.orders as support,
        pairs.orders_both::double precision / orders_a.orders
            as confidence_a_to_b,
        pairs.orders_both::double precision / orders_b.orders
            as confidence_b_to_a,
        pairs.orders_both::double precision * all_orders.orders
        / (orders_a.orders::double precision * orders_b.orders) as lift
    from pairs
    cross join all_orders
    inner join product_orders as orders_a
        on pairs.product_id_a = orders_a.product_id
    inner join product_orders as orders_b
        on pairs.product_id_b = orders_b.product_id
    inner join products as product_a
        on pairs.product_id_a = product_a.product_id
    inner join products as product_b
        on pairs.product_id_b = product_b.product_id

)

select * from final;

comment on view analytics.vw_product_affinity is
    'What is bought together: one row per pair of products that share an order, the smaller id first. Without bots.';
comment on column analytics.vw_product_affinity.product_id_a is 'One product.';
comment on column analytics.vw_product_affinity.product_name_a is 'Its name.';
comment on column analytics.vw_product_affinity.product_id_b is 'The other product.';
comment on column analytics.vw_product_affinity.product_name_b is 'Its name.';
comment on column analytics.vw_product_affinity.orders_both is 'Orders with both. Not additive.';
comment on column analytics.vw_product_affinity.orders_a is 'Orders with the first. Not additive.';
comment on column analytics.vw_product_affinity.orders_b is 'Orders with the second. Not additive.';
comment on column analytics.vw_product_affinity.orders_all is 'All orders. Never summed.';
comment on column analytics.vw_product_affinity.support is
    'orders_both / orders_all, 0 to 1. Never summed.';
comment on column analytics.vw_product_affinity.confidence_a_to_b is
    'orders_both / orders_a, 0 to 1. Never summed.';
comment on column analytics.vw_product_affinity.confidence_b_to_a is
    'orders_both / orders_b, 0 to 1. Never summed.';
comment on column analytics.vw_product_affinity.lift is
    'Support over what chance alone would give; above 1 = bought together more often. Never summed.';
