-- check: customers and buyers by first day and days to the first order are those of dim_users.
-- layer: gold

with

told as (

    select
        coalesce(sum(customers), 0) as customers,
        coalesce(
            sum(
                case
                    when days_to_first_purchase >= 0 then customers else 0
                end
            ), 0
        ) as buyers
    from gold.agg_first_purchase_daily

),

known as (

    select
        count(*) as customers,
        coalesce(sum(case when orders > 0 then 1 else 0 end), 0) as buyers
    from gold.dim_users
    where sessions > 0 or orders > 0

)

select
    'customers: dim_users, agg_first_purchase_daily' as compared,
    known.customers as expected,
    told.customers as found
from known
cross join told
where known.customers <> told.customers

union all

select
    'buyers: dim_users, agg_first_purchase_daily' as compared,
    known.buyers as expected,
    told.buyers as found
from known
cross join told
where known.buyers <> told.buyers

union all

select
    'days before the first day' as compared,
    0 as expected,
    days_to_first_purchase as found
from gold.agg_first_purchase_daily
where days_to_first_purchase < -1
