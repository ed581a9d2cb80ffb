-- What was bought together: the known products of each order, bots left out.
-- An order of more products than affinity.max_basket is left out: it is a
-- wholesaler's or a fault, says little about taste, and would alone make more
-- pairs than thousands of others (100 products make 4,950 pairs, 10,000 make
-- 50 million).
-- grain: one row per order and known product
-- key: order_id, product_id
-- reader: gold.agg_product_affinity
-- materialized: working

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

lines as (

    select distinct
        f.order_id,
        f.product_id
    from gold.fact_events as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where
        f.purchase_lines = 1
        and f.product_id <> '(unknown)'

),

sizes as (

    select
        order_id,
        count(*) as products
    from lines
    group by order_id

),

final as (

    select
        cast(lines.order_id as string) as order_id,
        cast(lines.product_id as string) as product_id,
        cast(sizes.products as bigint) as products
    from lines
    inner join sizes on lines.order_id = sizes.order_id
    where sizes.products <= $affinity_max_basket

)

select * from final
