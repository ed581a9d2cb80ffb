-- question: How do the categories compare?
-- read: Where share_of_revenue is above share_of_views, interest turns into
--     money. refund_share of a category far above the others points to wrong
--     pictures, sizes or quality.
-- topic: Products
-- grain: one row per category of the first level
-- key: category_l1
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

categories as (

    select
        category_l1,
        sum(views) as views,
        sum(adds) as adds,
        sum(units) as units,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount
    from gold.agg_category_metrics
    where
        date >= (select since from parameters)
        and date <= (select until from parameters)
    group by category_l1

),

final as (

    select
        category_l1,
        cast(views as bigint) as views,
        cast(adds as bigint) as adds,
        cast(units as bigint) as units,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(views as numeric(18, 4)) / nullif(sum(views) over (), 0)
            as numeric(9, 4)
        ) as share_of_views,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(sum(revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue,
        cast(
            cast(100 * units as numeric(18, 2)) / nullif(views, 0)
            as numeric(18, 2)
        ) as units_per_100_views,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(units, 0)
            as numeric(18, 2)
        ) as revenue_a_unit,
        cast(
            cast(refund_amount as numeric(18, 4)) / nullif(revenue, 0)
            as numeric(9, 4)
        ) as refund_share
    from categories

)

select *
from final
order by revenue desc, views desc, md5(category_l1)
