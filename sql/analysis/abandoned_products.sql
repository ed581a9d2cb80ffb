-- question: Which products are left in carts, and what revenue is lost with
--     them?
-- read: From the most lost revenue down. units_sold stands beside it: a
--     product left far more often than it is bought has a price, a delivery
--     time or a size that shows only in the cart.
-- topic: Carts
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
        cast(20 as integer) as top_n

),

carts as (

    select
        product_id,
        sum(abandoned_sessions) as abandoned_sessions,
        sum(abandoned_units) as abandoned_units,
        sum(potential_lost_revenue) as lost_revenue
    from gold.agg_cart_product_daily
    where
        session_date >= (select since from parameters)
        and session_date <= (select until from parameters)
    group by product_id

),

sales as (

    select
        product_id,
        sum(units) as units_sold
    from gold.agg_product_daily
    where
        date >= (select since from parameters)
        and date <= (select until from parameters)
    group by product_id

),

ranked as (

    select
        carts.product_id,
        carts.abandoned_sessions,
        carts.abandoned_units,
        carts.lost_revenue,
        coalesce(sales.units_sold, 0) as units_sold,
        sum(carts.lost_revenue) over () as all_lost,
        row_number() over (
            order by
                carts.lost_revenue desc,
                carts.abandoned_units desc,
                md5(carts.product_id)
        ) as place
    from carts
    left join sales on carts.product_id = sales.product_id

),

final as (

    select
        cast(ranked.place as bigint) as place,
        ranked.product_id,
        products.product_name,
        products.category_l1,
        cast(ranked.abandoned_sessions as bigint) as abandoned_sessions,
        cast(ranked.abandoned_units as bigint) as abandoned_units,
        cast(ranked.units_sold as bigint) as units_sold,
        cast(ranked.lost_revenue as numeric(18, 2)) as lost_revenue,
        cast(
            cast(ranked.lost_revenue as numeric(18, 4)) / nullif(ranked.all_lost, 0)
            as numeric(9, 4)
        ) as share_of_lost
    from ranked
    inner join gold.dim_products as products
        on ranked.product_id = products.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
