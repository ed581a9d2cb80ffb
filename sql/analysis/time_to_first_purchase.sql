-- question: How long after the first visit do customers buy for the first
--     time?
-- read: Buyers by days from their first visit to their first order. Most on
--     the same day: they are won then or hardly at all. Customers who came
--     lately have had little time, which makes late buyers look fewer than
--     they are.
-- topic: Customers
-- grain: one row per span of days
-- key: bucket
with

buyers as (

    select
        cast(extract(epoch from first_order_date) / 86400 as integer)
        - cast(extract(epoch from first_seen_date) / 86400 as integer)
            as days_to_order
    from gold.dim_users
    where
        first_order_date is not null
        and first_seen_date is not null

),

placed as (

    select
        days_to_order,
        case
            when days_to_order <= 0 then 1
            when days_to_order <= 1 then 2
            when days_to_order <= 6 then 3
            when days_to_order <= 13 then 4
            when days_to_order <= 29 then 5
            else 6
        end as bucket
    from buyers

),

groups as (

    select
        bucket,
        count(*) as buyers,
        sum(days_to_order) as days_to_order
    from placed
    group by bucket

),

final as (

    select
        cast(bucket as integer) as bucket,
        case bucket
            when 1 then 'same day'
            when 2 then 'next day'
            when 3 then '2 to 6 days'
            when 4 then '7 to 13 days'
            when 5 then '14 to 29 days'
            else '30 days and more'
        end as time_to_order,
        cast(buyers as bigint) as buyers,
        cast(
            cast(buyers as numeric(18, 4)) / nullif(sum(buyers) over (), 0)
            as numeric(9, 4)
        ) as share_of_buyers,
        cast(
            cast(sum(buyers) over (order by bucket) as numeric(18, 4)) / nullif(sum(buyers) over (), 0)
            as numeric(9, 4)
        ) as running_share,
        cast(
            cast(days_to_order as numeric(18, 2)) / nullif(buyers, 0)
            as numeric(18, 2)
        ) as mean_days
    from groups

)

select *
from final
order by bucket
