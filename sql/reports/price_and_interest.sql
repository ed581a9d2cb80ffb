-- Are dear products looked at less, and what do they earn?
-- grain: one row per product with a price and an event
-- key: product_id
-- reader: report/price_and_interest
with

daily as (

    select * from gold.agg_product_daily

),

products as (

    select * from gold.dim_products

),

sums as (

    select
        daily.product_id,
        sum(daily.views) as views,
        sum(daily.units) as units,
        sum(coalesce(daily.revenue, 0)) as revenue,
        max(daily.max_price) as max_price

    from daily
    group by daily.product_id

),

final as (

    select
        cast(sums.product_id as string) as product_id,
        cast(coalesce(products.current_price, sums.max_price) as double)
            as price,
        cast(sums.views as bigint) as views,
        cast(sums.units as bigint) as units,
        cast(sums.revenue as double) as revenue

    from sums
    left join products on sums.product_id = products.product_id
    where coalesce(products.current_price, sums.max_price) > 0

)

select * from final
order by views desc, product_id
