-- What is bought together. Ratios are given here, for a pair is never summed.
-- grain: one row per pair of products that share an order, product_id_a first
--     in the alphabet
-- key: product_id_a, product_id_b
-- reader: people, Tableau
-- columns:
--     product_id_a       text    dimension
--     product_name_a     text    dimension
--     product_id_b       text    dimension
--     product_name_b     text    dimension
--     orders_both        bigint  avg
--     orders_a           bigint  avg
--     orders_b           bigint  avg
--     orders_all         bigint  avg
--     support            double  avg  number
--     confidence_a_to_b  double  avg  number
--     confidence_b_to_a  double  avg  number
--     lift               double  avg  number
-- ratios:
--     Share of all orders:     orders_both / orders_all  percent
--     Bought with the first:   orders_both / orders_a    percent
--     Bought with the second:  orders_both / orders_b    percent

create view analytics.vw_product_affinity as

select
    pairs.product_id_a,
    product_a.product_name as product_name_a,
    pairs.product_id_b,
    product_b.product_name as product_name_b,
    pairs.orders_both,
    pairs.orders_a,
    pairs.orders_b,
    pairs.orders_all,
    pairs.support,
    pairs.confidence_a_to_b,
    pairs.confidence_b_to_a,
    pairs.lift
from gold.agg_product_affinity as pairs
inner join gold.dim_products as product_a
    on pairs.product_id_a = product_a.product_id
inner join gold.dim_products as product_b
    on pairs.product_id_b = product_b.product_id;

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
