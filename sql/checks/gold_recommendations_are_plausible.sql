-- check: what is recommended shares orders with the product more often than by chance, and ranks begin at one without a gap.
-- layer: gold

select
    product_id,
    cast(recommendation_rank as bigint) as recommendation_rank
from gold.agg_product_recommendations
where
    product_id = recommended_product_id
    or orders_both < 1
    or orders_both > orders_product
    or orders_both > orders_recommended
    or orders_both * orders_all <= orders_product * orders_recommended
    or confidence > 1
    or support > confidence

union all

select
    product_id,
    cast(max(recommendation_rank) as bigint) as recommendation_rank
from gold.agg_product_recommendations
group by product_id
having
    max(recommendation_rank) <> count(*)
    or min(recommendation_rank) <> 1
    or count(distinct recommended_product_id) <> count(*)
