-- question: Which channel brings the customers who are worth most?
-- read: A customer belongs to the channel of the first visit.
--     revenue_a_customer holds both how many of them buy and how much:
--     compare it with what a new customer costs in that channel.
-- topic: Customers
-- grain: one row per channel group
-- key: channel_group
with

customers as (

    select
        coalesce(channels.channel_group, 'Not recorded') as channel_group,
        customers.orders,
        customers.net_revenue
    from gold.dim_users as customers
    left join gold.dim_channel as channels
        on customers.first_channel_key = channels.channel_key
    where customers.first_seen_date is not null

),

groups as (

    select
        channel_group,
        count(*) as customers,
        sum(case when orders > 0 then 1 else 0 end) as buyers,
        sum(case when orders > 1 then 1 else 0 end) as repeat_buyers,
        sum(net_revenue) as net_revenue
    from customers
    group by channel_group

),

final as (

    select
        channel_group,
        cast(customers as bigint) as customers,
        cast(buyers as bigint) as buyers,
        cast(
            cast(buyers as numeric(18, 4)) / nullif(customers, 0)
            as numeric(9, 4)
        ) as buyer_share,
        cast(
            cast(repeat_buyers as numeric(18, 4)) / nullif(buyers, 0)
            as numeric(9, 4)
        ) as repeat_share,
        cast(
            cast(net_revenue as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as revenue_a_customer,
        cast(
            cast(net_revenue as numeric(18, 2)) / nullif(buyers, 0)
            as numeric(18, 2)
        ) as revenue_a_buyer,
        cast(net_revenue as numeric(18, 2)) as net_revenue
    from groups

)

select *
from final
order by revenue_a_customer desc, customers desc, md5(channel_group)
