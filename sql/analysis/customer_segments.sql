-- question: Who are the customers, and which segments carry the revenue?
-- read: Segments rank customers by recency, frequency and money of their
--     orders on as_of_date, so past revenue helps to choose them: read them
--     as who to talk to, not as what causes revenue. At risk and Cannot lose
--     them have bought well and not lately.
-- topic: Customers
-- grain: one row per segment
-- key: rfm_segment
with

segments as (

    select
        rfm_segment,
        count(*) as customers,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(days_since_last_order) as days_since_last_order
    from gold.dim_users
    where first_seen_date is not null
    group by rfm_segment

),

final as (

    select
        rfm_segment,
        cast(customers as bigint) as customers,
        cast(
            cast(customers as numeric(18, 4)) / nullif(sum(customers) over (), 0)
            as numeric(9, 4)
        ) as share_of_customers,
        cast(orders as bigint) as orders,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            cast(net_revenue as numeric(18, 4)) / nullif(sum(net_revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue,
        cast(
            cast(net_revenue as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as revenue_a_customer,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(days_since_last_order as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as days_since_last_order
    from segments

)

select *
from final
order by net_revenue desc, customers desc, md5(rfm_segment)
