-- Which customers bring the revenue?
-- grain: one row per RFM segment, people without an order included
-- key: rfm_segment
-- reader: report/user_segments
with

visitors as (

    select * from gold.dim_visitors

),

users as (

    select * from gold.dim_users

),

-- a customer is a person when at least one of their visitors is no bot
people as (

    select distinct visitors.customer_id
    from visitors
    where not visitors.is_bot

),

final as (

    select
        cast(users.rfm_segment as string) as rfm_segment,
        cast(max(users.as_of_date) as date) as as_of_date,
        cast(count(*) as bigint) as customers,
        cast(sum(coalesce(users.orders, 0)) as bigint) as orders,
        cast(sum(coalesce(users.revenue, 0)) as double) as revenue

    from users
    inner join people on users.customer_id = people.customer_id
    group by users.rfm_segment

)

select * from final
order by revenue desc, customers desc, rfm_segment
