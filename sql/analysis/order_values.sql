-- question: How large are orders?
-- read: Orders with a price, by value. Many orders just under a bound of free
--     delivery, or few large ones that bring most of the revenue, ask for
--     different offers.
-- topic: Carts
-- grain: one row per bucket of order value
-- key: bucket
-- param since: the first day that counts
-- param until: the last day that counts
-- param width: how wide a bucket is, in the currency of the data
-- param buckets: how many buckets; the last holds all larger orders
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(100 as integer) as width,
        cast(10 as integer) as buckets

),

orders as (

    select
        orders.revenue,
        orders.units,
        cast(floor(orders.revenue / (select width from parameters)) as bigint)
            as step
    from gold.fact_orders as orders
    inner join gold.dim_visitors as visitors
        on orders.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and orders.priced_orders = 1
        and orders.order_date >= (select since from parameters)
        and orders.order_date <= (select until from parameters)

),

placed as (

    select
        revenue,
        units,
        case
            when step < (select buckets from parameters) then step + 1
            else (select buckets from parameters)
        end as bucket
    from orders

),

sums as (

    select
        bucket,
        count(*) as orders,
        sum(units) as units,
        sum(revenue) as revenue
    from placed
    group by bucket

),

final as (

    select
        cast(bucket as bigint) as bucket,
        cast((bucket - 1) * (select width from parameters) as bigint) as value_from,
        cast(orders as bigint) as orders,
        cast(
            cast(orders as numeric(18, 4)) / nullif(sum(orders) over (), 0)
            as numeric(9, 4)
        ) as share_of_orders,
        cast(
            cast(units as numeric(18, 2)) / nullif(orders, 0)
            as numeric(18, 2)
        ) as units_an_order,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(sum(revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from sums

)

select *
from final
order by bucket
