-- question: How much of the business comes from customers who buy again?
-- read: Buyers by how many orders they have made. Where few repeat buyers
--     carry much of the revenue, the second order is worth more effort than
--     the first. days_between_orders is over their order days.
-- topic: Customers
-- grain: one row per number of orders, five and more together
-- key: orders_made
with

buyers as (

    select
        case when orders < 5 then orders else 5 end as orders_up_to_5,
        orders,
        net_revenue,
        btyd_recency_days as span_days,
        btyd_frequency as gaps
    from gold.dim_users
    where orders > 0

),

groups as (

    select
        orders_up_to_5,
        count(*) as customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(span_days) as span_days,
        sum(gaps) as gaps
    from buyers
    group by orders_up_to_5

),

final as (

    select
        case
            when orders_up_to_5 = 5 then '5 or more'
            else cast(orders_up_to_5 as text)
        end as orders_made,
        cast(customers as bigint) as customers,
        cast(
            cast(customers as numeric(18, 4)) / nullif(sum(customers) over (), 0)
            as numeric(9, 4)
        ) as share_of_buyers,
        cast(orders as bigint) as orders,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            cast(net_revenue as numeric(18, 4)) / nullif(sum(net_revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue,
        cast(
            cast(span_days as numeric(18, 2)) / nullif(gaps, 0)
            as numeric(18, 2)
        ) as days_between_orders
    from groups

)

select *
from final
order by orders_made
