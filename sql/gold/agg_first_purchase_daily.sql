-- How long customers take from their first day to their first order, bots and
-- accounts that never came left out. An order may be a customer's by its
-- account and made in another's session: then it is the first that was seen of
-- that customer. A customer without an order has -1 days, for a key is not
-- null.
-- grain: one row per first day, channel group, country and number of days
-- key: first_seen_date, first_channel_group, country, days_to_first_purchase
-- reader: time to first purchase view

with

-- Accounts that never came are no customers yet; dim_users counts no bots.
users as (

    select
        first_channel_key,
        coalesce(country, '(unknown)') as country,
        first_order_date,
        case
            when first_order_date < first_seen_date then first_order_date
            else coalesce(first_seen_date, first_order_date)
        end as first_seen_date
    from gold.dim_users
    where sessions > 0 or orders > 0

),

channels as (

    select
        channel_key,
        channel_group
    from gold.dim_channel

),

customers as (

    select
        users.first_seen_date,
        channels.channel_group,
        users.country,
        coalesce(
            {{ days_between(
                "users.first_seen_date", "users.first_order_date"
            ) }},
            -1
        ) as days_to_first_purchase
    from users
    inner join channels on users.first_channel_key = channels.channel_key

),

final as (

    select
        cast(first_seen_date as date) as first_seen_date,
        cast(channel_group as string) as first_channel_group,
        cast(country as string) as country,
        cast(days_to_first_purchase as int) as days_to_first_purchase,
        cast(count(*) as bigint) as customers
    from customers
    group by
        first_seen_date,
        channel_group,
        country,
        days_to_first_purchase

)

select *
from final
order by
    first_seen_date,
    first_channel_group,
    country,
    days_to_first_purchase
