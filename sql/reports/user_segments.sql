-- Which customers bring the revenue?
-- grain: one row per RFM segment, people without an order included
-- key: rfm_segment
-- reader: report/user_segments
with

users as (

    select * from gold.dim_users

),

final as (

    select
        cast(users.rfm_segment as string) as rfm_segment,
        cast(max(users.as_of_date) as date) as as_of_date,
        cast(count(*) as bigint) as customers,
        cast(sum(coalesce(users.orders, 0)) as bigint) as orders,
        cast(sum(coalesce(users.revenue, 0)) as double) as revenue

    from users
    -- accounts that never came are no customers yet; dim_users counts no bots
    where users.sessions > 0 or users.orders > 0
    group by users.rfm_segment

)

select * from final
order by revenue desc, customers desc, rfm_segment
