-- The products and categories that the page tells apart: those that earned
-- most (sold, seen most), up to $products and $categories of them. Of the
-- other products only the category is kept.
-- grain: one row per product
-- key: product_id
-- reader: the queries beside this one, as page.product
with

metrics as (

    select * from gold.dim_product_metrics

),

products as (

    select * from gold.dim_products

),

categories as (

    select
        products.category_l1,
        row_number() over (
            order by
                sum(metrics.revenue) desc,
                sum(metrics.units) desc,
                sum(metrics.views) desc,
                products.category_l1
        ) as place

    from metrics
    inner join products on metrics.product_id = products.product_id
    group by products.category_l1

),

ranked as (

    select
        metrics.product_id,
        case
            when products.product_name <> metrics.product_id
                then products.product_name
            when products.brand <> '(unknown)'
                then products.brand || ' ' || metrics.product_id
            else 'Product ' || metrics.product_id
        end as product_name,
        products.category_l1,
        row_number() over (
            order by
                case when metrics.product_id = '(unknown)' then 1 else 0 end,
                metrics.revenue desc,
                metrics.units desc,
                metrics.views desc,
                metrics.product_id
        ) as place

    from metrics
    inner join products on metrics.product_id = products.product_id

),

final as (

    select
        cast(ranked.product_id as string) as product_id,
        cast(
            case
                when ranked.place <= cast($products as bigint)
                    then ranked.product_id
                else ''
            end as string
        ) as item,
        cast(
            case
                when ranked.place <= cast($products as bigint)
                    then coalesce(ranked.product_name, ranked.product_id)
                else ''
            end as string
        ) as name,
        cast(
            case
                when categories.place <= cast($categories as bigint)
                    then categories.category_l1
                else 'other categories'
            end as string
        ) as category,
        cast(ranked.place as bigint) as place

    from ranked
    inner join categories on ranked.category_l1 = categories.category_l1

)

select * from final
