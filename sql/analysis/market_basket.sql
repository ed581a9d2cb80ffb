-- question: Which products are bought together?
-- read: lift is how many times more often two products share an order than
--     chance would have it: 1 is chance. Of few common orders (orders_both)
--     even a high lift is luck; confidence says how many of the buyers of the
--     one took the other too.
-- topic: Products
-- grain: one row per pair of products
-- key: product_id_a, product_id_b
-- param min_orders: pairs with fewer common orders are left out
-- param top_n: how many pairs to show
with

parameters as (

    select
        cast(2 as integer) as min_orders,
        cast(15 as integer) as top_n

),

pairs as (

    select
        product_id_a,
        product_id_b,
        orders_both,
        orders_a,
        orders_b,
        cast(orders_both as numeric(18, 4)) * orders_all as both_times_all,
        orders_a * orders_b as a_times_b
    from gold.agg_product_affinity
    where orders_both >= (select min_orders from parameters)

),

measured as (

    select
        *,
        cast(
            cast(both_times_all as numeric(18, 2)) / nullif(a_times_b, 0)
            as numeric(18, 2)
        ) as lift
    from pairs

),

ranked as (

    select
        *,
        row_number() over (
            order by
                orders_both desc,
                lift desc,
                md5(product_id_a),
                md5(product_id_b)
        ) as place
    from measured

),

final as (

    select
        cast(ranked.place as bigint) as place,
        ranked.product_id_a,
        a.product_name as product_name_a,
        ranked.product_id_b,
        b.product_name as product_name_b,
        ranked.orders_both,
        cast(
            cast(ranked.orders_both as numeric(18, 4)) / nullif(ranked.orders_a, 0)
            as numeric(9, 4)
        ) as confidence_a_to_b,
        cast(
            cast(ranked.orders_both as numeric(18, 4)) / nullif(ranked.orders_b, 0)
            as numeric(9, 4)
        ) as confidence_b_to_a,
        ranked.lift
    from ranked
    inner join gold.dim_products as a on ranked.product_id_a = a.product_id
    inner join gold.dim_products as b on ranked.product_id_b = b.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
