-- Which customers bring the revenue, by their segment as of as_of_date; money
-- is in cents.
-- grain: one row per RFM segment
-- key: rfm_segment
-- reader: page (segments)
with

users as (

    select * from gold.dim_users

),

final as (

    select
        cast(users.rfm_segment as string) as rfm_segment,
        cast(max(users.as_of_date) as date) as as_of_date,
        cast(count(*) as bigint) as customers,
        cast(sum(users.sessions) as bigint) as sessions,
        cast(sum(users.orders) as bigint) as orders,
        cast(sum(users.priced_orders) as bigint) as priced_orders,
        cast(sum(users.revenue) * 100 as bigint) as revenue_cents,
        cast(sum(coalesce(users.days_since_last_order, 0)) as bigint)
            as days_since_last_order

    from users
    -- accounts that never came are no customers yet; dim_users counts no bots
    where users.sessions > 0 or users.orders > 0
    group by users.rfm_segment

)

select * from final
order by revenue_cents desc, customers desc, rfm_segment
