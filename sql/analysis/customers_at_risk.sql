-- question: Which good customers have gone quiet?
-- read: Customers with a rhythm (two order days or more) who have been silent
--     for rhythms times their own mean days between orders, the most valuable
--     first: the list to write to.
-- topic: Customers
-- grain: one row per customer
-- key: customer_id
-- param rhythms: silent for more than so many of their own rhythms
-- param min_days: silent for at least so many days
-- param top_n: how many customers to show
with

parameters as (

    select
        cast(2 as integer) as rhythms,
        cast(7 as integer) as min_days,
        cast(20 as integer) as top_n

),

quiet as (

    select
        customer_id,
        rfm_segment,
        orders,
        net_revenue,
        last_order_date,
        days_since_last_order,
        btyd_recency_days,
        btyd_frequency,
        row_number() over (
            order by net_revenue desc, days_since_last_order desc, md5(customer_id)
        ) as place
    from gold.dim_users
    where
        btyd_frequency > 0
        and days_since_last_order >= (select min_days from parameters)
        and days_since_last_order * btyd_frequency
        > cast(btyd_recency_days as bigint) * (select rhythms from parameters)

),

final as (

    select
        cast(place as bigint) as place,
        customer_id,
        rfm_segment,
        orders,
        net_revenue,
        last_order_date,
        days_since_last_order,
        cast(
            cast(btyd_recency_days as numeric(18, 2)) / nullif(btyd_frequency, 0)
            as numeric(18, 2)
        ) as days_between_orders
    from quiet
    where place <= (select top_n from parameters)

)

select *
from final
order by place
