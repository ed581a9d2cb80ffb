-- What the cube of products tells apart.
-- grain: one row per product of its own, and one per category for the others
-- key: item, category
-- reader: page (top products, categories)
with

products as (

    select * from page.product

),

final as (

    select
        cast(products.item as string) as item,
        cast(products.category as string) as category,
        cast(max(products.name) as string) as name,
        cast(count(*) as bigint) as products

    from products
    group by products.item, products.category

)

select * from final
order by item, category
