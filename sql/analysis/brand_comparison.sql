-- question: How do the brands compare?
-- read: products is how many of the brand were seen in these days;
--     revenue_a_product tells a strong brand from a long list. (unknown) is
--     products whose brand nobody gave.
-- topic: Products
-- grain: one row per brand
-- key: brand
-- param since: the first day that counts
-- param until: the last day that counts
-- param top_n: how many brands to show
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(20 as integer) as top_n

),

sales as (

    select
        product_id,
        sum(views) as views,
        sum(units) as units,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount
    from gold.agg_product_daily
    where
        date >= (select since from parameters)
        and date <= (select until from parameters)
    group by product_id

),

brands as (

    select
        products.brand,
        count(*) as products,
        sum(sales.views) as views,
        sum(sales.units) as units,
        sum(sales.revenue) as revenue,
        sum(sales.refund_amount) as refund_amount
    from sales
    inner join gold.dim_products as products
        on sales.product_id = products.product_id
    group by products.brand

),

ranked as (

    select
        *,
        row_number() over (order by revenue desc, views desc, md5(brand)) as place,
        sum(revenue) over () as all_revenue
    from brands

),

final as (

    select
        cast(place as bigint) as place,
        brand,
        cast(products as bigint) as products,
        cast(views as bigint) as views,
        cast(units as bigint) as units,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(all_revenue, 0)
            as numeric(9, 4)
        ) as share_of_revenue,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(products, 0)
            as numeric(18, 2)
        ) as revenue_a_product,
        cast(
            cast(100 * units as numeric(18, 2)) / nullif(views, 0)
            as numeric(18, 2)
        ) as units_per_100_views,
        cast(
            cast(refund_amount as numeric(18, 4)) / nullif(revenue, 0)
            as numeric(9, 4)
        ) as refund_share
    from ranked
    where place <= (select top_n from parameters)

)

select *
from final
order by place
