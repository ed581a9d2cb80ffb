-- What each product is viewed and brings, over the whole data.
-- grain: one row per product
-- key: product_id
-- reader: report/note
with

metrics as (

    select * from gold.dim_product_metrics

),

products as (

    select * from gold.dim_products

),

final as (

    select
        cast(metrics.product_id as string) as product_id,
        cast(coalesce(products.product_name, metrics.product_id) as string)
            as product_name,
        cast(coalesce(metrics.viewing_sessions, 0) as bigint)
            as viewing_sessions,
        cast(coalesce(metrics.buying_sessions, 0) as bigint)
            as buying_sessions,
        cast(coalesce(metrics.revenue, 0) as double) as revenue

    from metrics
    inner join products on metrics.product_id = products.product_id
    -- the row for products that were not recorded is no product
    where metrics.product_id <> '(unknown)'

)

select * from final
order by revenue desc, viewing_sessions desc, product_id
