-- question: How do buyers spread over recency and frequency?
-- read: 5 is best. Top right (5, 5) are the regulars; r 1 to 2 with f 4 to 5
--     are the good customers who have gone quiet. Equal customers get equal
--     scores, so with many one-time buyers f jumps.
-- topic: Customers
-- grain: one row per recency and frequency score
-- key: r_score, f_score
with

cells as (

    select
        r_score,
        f_score,
        count(*) as customers,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue,
        sum(days_since_last_order) as days_since_last_order
    from gold.dim_users
    where
        first_seen_date is not null
        and r_score is not null
    group by r_score, f_score

),

final as (

    select
        cast(r_score as integer) as r_score,
        cast(f_score as integer) as f_score,
        cast(customers as bigint) as customers,
        cast(
            cast(customers as numeric(18, 4)) / nullif(sum(customers) over (), 0)
            as numeric(9, 4)
        ) as share_of_buyers,
        cast(
            cast(orders as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as orders_a_customer,
        cast(
            cast(days_since_last_order as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as days_since_last_order,
        cast(net_revenue as numeric(18, 2)) as net_revenue,
        cast(
            cast(net_revenue as numeric(18, 4)) / nullif(sum(net_revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from cells

)

select *
from final
order by r_score desc, f_score desc
