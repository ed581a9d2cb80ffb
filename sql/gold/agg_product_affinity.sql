-- What is bought together, bots left out. Ratios are given here, for a pair is
-- never summed: support is the share of all orders that hold both products,
-- confidence that of the orders with one which hold the other too, and lift
-- how many times more often they meet than chance would have it.
-- Orders of more products than affinity.max_basket count nowhere here.
-- grain: one row per pair of products that share an order, product_id_a first
--     in the alphabet
-- key: product_id_a, product_id_b
-- reader: affinity view; recommendations

with

baskets as (

    select
        order_id,
        product_id,
        products
    from gold.baskets

),

product_orders as (

    select
        product_id,
        count(*) as orders
    from baskets
    group by product_id

),

all_orders as (

    select count(distinct order_id) as orders
    from baskets

),

-- A basket of one product has no pair and need not be joined with itself.
several as (

    select
        order_id,
        product_id
    from baskets
    where products > 1

),

pairs as (

    select
        line_a.product_id as product_id_a,
        line_b.product_id as product_id_b,
        count(*) as orders_both
    from several as line_a
    inner join several as line_b
        on
            line_a.order_id = line_b.order_id
            and line_a.product_id < line_b.product_id
    group by line_a.product_id, line_b.product_id

),

counted as (

    select
        pairs.product_id_a,
        pairs.product_id_b,
        pairs.orders_both,
        product_a.orders as orders_a,
        product_b.orders as orders_b,
        all_orders.orders as orders_all
    from pairs
    inner join product_orders as product_a
        on pairs.product_id_a = product_a.product_id
    inner join product_orders as product_b
        on pairs.product_id_b = product_b.product_id
    cross join all_orders

),

final as (

    select
        cast(product_id_a as string) as product_id_a,
        cast(product_id_b as string) as product_id_b,
        cast(orders_both as bigint) as orders_both,
        cast(orders_a as bigint) as orders_a,
        cast(orders_b as bigint) as orders_b,
        cast(orders_all as bigint) as orders_all,
        cast(
            cast(orders_both as double) / cast(orders_all as double)
            as double
        ) as support,
        cast(
            cast(orders_both as double) / cast(orders_a as double) as double
        ) as confidence_a_to_b,
        cast(
            cast(orders_both as double) / cast(orders_b as double) as double
        ) as confidence_b_to_a,
        cast(
            cast(orders_both as double) * cast(orders_all as double)
            / (cast(orders_a as double) * cast(orders_b as double)) as double
        ) as lift
    from counted

)

select *
from final
order by product_id_a, product_id_b
