-- check: an id means one thing: visitors, accounts, products and orders of two sources never share one (--id-prefix keeps them apart).
-- layer: gold

with

ids as (

    select
        'visitor_id' as column_name,
        visitor_id as id,
        min(source) as source,
        max(source) as other_source
    from gold.fact_events
    group by visitor_id
    union all
    select
        'user_id' as column_name,
        user_id as id,
        min(source) as source,
        max(source) as other_source
    from gold.fact_events
    where user_id is not null
    group by user_id
    union all
    select
        'product_id' as column_name,
        product_id as id,
        min(source) as source,
        max(source) as other_source
    from gold.fact_events
    where product_id is not null and product_id <> '(unknown)'
    group by product_id
    union all
    select
        'order_id' as column_name,
        order_id as id,
        min(source) as source,
        max(source) as other_source
    from gold.fact_events
    where order_id is not null
    group by order_id

)

select
    column_name,
    id,
    source,
    other_source
from ids
where source <> other_source
