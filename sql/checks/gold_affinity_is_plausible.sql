-- check: a pair shares no more orders than either product has, and its ratios follow from its counts.
-- layer: gold

select
    product_id_a,
    product_id_b
from gold.agg_product_affinity
where
    product_id_a >= product_id_b
    or orders_both < 1
    or orders_both > orders_a
    or orders_both > orders_b
    or orders_a > orders_all
    or orders_b > orders_all
    or support <> cast(orders_both as double) / cast(orders_all as double)
    or confidence_a_to_b > 1
    or confidence_b_to_a > 1
    or lift <= 0
