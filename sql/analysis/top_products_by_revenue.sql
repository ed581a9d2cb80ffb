-- question: Which products bring the most revenue?
-- read: running_share says how much of all revenue the first n products
--     bring: where the first ten bring most, never let these run out of
--     stock. Revenue is before refunds.
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
        sum(units) as units,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount
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
            order by revenue desc, units desc, views desc, md5(product_id)
        ) as place,
        sum(revenue) over (
            order by revenue desc, units desc, views desc, md5(product_id)
            rows between unbounded preceding and current row
        ) as running_revenue,
        sum(revenue) over () as all_revenue
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
        cast(ranked.units as bigint) as units,
        cast(ranked.revenue as numeric(18, 2)) as revenue,
        cast(
            cast(ranked.revenue as numeric(18, 4)) / nullif(ranked.all_revenue, 0)
            as numeric(9, 4)
        ) as share_of_revenue,
        cast(
            cast(ranked.running_revenue as numeric(18, 4)) / nullif(ranked.all_revenue, 0)
            as numeric(9, 4)
        ) as running_share,
        cast(
            cast(ranked.refund_amount as numeric(18, 4)) / nullif(ranked.revenue, 0)
            as numeric(9, 4)
        ) as refund_share
    from ranked
    inner join gold.dim_products as products
        on ranked.product_id = products.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
