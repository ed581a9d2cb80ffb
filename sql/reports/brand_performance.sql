-- Which brands earn, at which prices, and how well do their views sell?
-- grain: one row per brand
-- key: brand
-- reader: report/brand_performance
with

daily as (

    select * from gold.agg_product_daily

),

products as (

    select * from gold.dim_products

),

-- a product's days first: the join to its name is then one row per product
sums as (

    select
        daily.product_id,
        sum(daily.views) as views,
        sum(daily.purchase_lines) as purchase_lines,
        sum(daily.units) as units,
        sum(coalesce(daily.revenue, 0)) as revenue

    from daily
    group by daily.product_id

),

final as (

    select
        cast(coalesce(products.brand, '(unknown)') as string) as brand,
        cast(count(*) as bigint) as products,
        cast(sum(sums.views) as bigint) as views,
        cast(sum(sums.purchase_lines) as bigint) as purchase_lines,
        cast(sum(sums.units) as bigint) as units,
        cast(sum(sums.revenue) as double) as revenue

    from sums
    left join products on sums.product_id = products.product_id
    where sums.product_id <> '(unknown)'
    group by coalesce(products.brand, '(unknown)')

)

select * from final
order by revenue desc, purchase_lines desc, views desc, brand
