-- question: Which products lead each category?
-- read: Categories from the strongest down, the leading products in each.
--     share_of_category near 1 means that the category hangs on one product.
-- topic: Products
-- grain: one row per category and place in it
-- key: category_l1, place
-- param since: the first day that counts
-- param until: the last day that counts
-- param top_n: how many products of each category to show
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(3 as integer) as top_n

),

sales as (

    select
        products.category_l1,
        products.product_id,
        products.product_name,
        sum(daily.views) as views,
        sum(daily.units) as units,
        sum(daily.revenue) as revenue
    from gold.agg_product_daily as daily
    inner join gold.dim_products as products
        on daily.product_id = products.product_id
    where
        daily.date >= (select since from parameters)
        and daily.date <= (select until from parameters)
    group by products.category_l1, products.product_id, products.product_name

),

ranked as (

    select
        *,
        row_number() over (
            partition by category_l1
            order by revenue desc, units desc, views desc, md5(product_id)
        ) as place,
        sum(revenue) over (partition by category_l1) as category_revenue
    from sales

),

final as (

    select
        category_l1,
        cast(place as bigint) as place,
        product_id,
        product_name,
        cast(units as bigint) as units,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(category_revenue, 0)
            as numeric(9, 4)
        ) as share_of_category,
        cast(category_revenue as numeric(18, 2)) as category_revenue
    from ranked
    where place <= (select top_n from parameters)

)

select *
from final
order by category_revenue desc, md5(category_l1), place
