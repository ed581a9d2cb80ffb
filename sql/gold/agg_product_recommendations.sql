-- What to offer beside a product: the ten products most often bought in one
-- order with it, of those that share orders with it more often than chance
-- would have it (lift above 1: else everybody would be offered the bestseller).
-- Of equals the rarer one comes first, whose lift is the higher.
-- grain: one row per product and rank of the product recommended
-- key: product_id, recommendation_rank
-- reader: recommendation view

with

pairs as (

    select *
    from gold.agg_product_affinity
    where orders_both * orders_all > orders_a * orders_b

),

-- Each pair from either side.
offers as (

    select
        product_id_a as product_id,
        product_id_b as recommended_product_id,
        orders_both,
        orders_a as orders_product,
        orders_b as orders_recommended,
        orders_all,
        support,
        confidence_a_to_b as confidence,
        lift
    from pairs

    union all

    select
        product_id_b as product_id,
        product_id_a as recommended_product_id,
        orders_both,
        orders_b as orders_product,
        orders_a as orders_recommended,
        orders_all,
        support,
        confidence_b_to_a as confidence,
        lift
    from pairs

),

ranked as (

    select
        *,
        row_number() over (
            partition by product_id
            order by
                orders_both desc,
                orders_recommended,
                recommended_product_id
        ) as recommendation_rank
    from offers

),

final as (

    select
        cast(product_id as string) as product_id,
        cast(recommendation_rank as int) as recommendation_rank,
        cast(recommended_product_id as string) as recommended_product_id,
        cast(orders_both as bigint) as orders_both,
        cast(orders_product as bigint) as orders_product,
        cast(orders_recommended as bigint) as orders_recommended,
        cast(orders_all as bigint) as orders_all,
        cast(support as double) as support,
        cast(confidence as double) as confidence,
        cast(lift as double) as lift
    from ranked
    where recommendation_rank <= 10

)

select *
from final
order by product_id, recommendation_rank
