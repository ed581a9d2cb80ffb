-- question: Which products are looked at most, and do they sell?
-- read: units_per_100_views is the same measure for all: a much viewed
--     product far below its neighbours draws interest and disappoints it.
-- topic: Products
-- grain: one row per product
-- key: product_id
-- param since: the first day that counts
-- param until: the last day that counts
-- param top_n: how many products to show
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(10 as integer) as top_n

),

sales as (

    select
        product_id,
        sum(views) as views,
        sum(adds) as adds,
        sum(units) as units,
        sum(revenue) as revenue
    from gold.agg_product_daily
    where
        date >= (select since from parameters)
        and date <= (select until from parameters)
    group by product_id

),

ranked as (

    select
        *,
        row_number() over (
            order by views desc, units desc, revenue desc, md5(product_id)
        ) as place,
        sum(views) over () as all_views
    from sales

),

final as (

    select
        cast(ranked.place as bigint) as place,
        ranked.product_id,
        products.product_name,
        products.category_l1,
        products.brand,
        cast(ranked.views as bigint) as views,
        cast(
            cast(ranked.views as numeric(18, 4)) / nullif(ranked.all_views, 0)
            as numeric(9, 4)
        ) as share_of_views,
        cast(ranked.adds as bigint) as adds,
        cast(ranked.units as bigint) as units,
        cast(
            cast(100 * ranked.units as numeric(18, 2)) / nullif(ranked.views, 0)
            as numeric(18, 2)
        ) as units_per_100_views,
        cast(ranked.revenue as numeric(18, 2)) as revenue
    from ranked
    inner join gold.dim_products as products
        on ranked.product_id = products.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
