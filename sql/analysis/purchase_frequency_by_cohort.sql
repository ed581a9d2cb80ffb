-- question: How often do the customers of each cohort buy?
-- read: Older cohorts have had more time, so compare repeat_share between
--     cohorts of like age only. A younger cohort already above an older one
--     is good news.
-- topic: Customers
-- grain: one row per month of the first visit
-- key: cohort_month
with

customers as (

    select
        dates.month_start as cohort_month,
        customers.orders,
        customers.net_revenue
    from gold.dim_users as customers
    inner join gold.dim_date as dates on customers.first_seen_date = dates.date

),

cohorts as (

    select
        cohort_month,
        count(*) as customers,
        sum(case when orders >= 1 then 1 else 0 end) as buyers,
        sum(case when orders = 1 then 1 else 0 end) as bought_once,
        sum(case when orders = 2 then 1 else 0 end) as bought_twice,
        sum(case when orders >= 3 then 1 else 0 end) as bought_more,
        sum(orders) as orders,
        sum(net_revenue) as net_revenue
    from customers
    group by cohort_month

),

final as (

    select
        cohort_month,
        cast(customers as bigint) as customers,
        cast(buyers as bigint) as buyers,
        cast(
            cast(buyers as numeric(18, 4)) / nullif(customers, 0)
            as numeric(9, 4)
        ) as buyer_share,
        cast(bought_once as bigint) as bought_once,
        cast(bought_twice as bigint) as bought_twice,
        cast(bought_more as bigint) as bought_more,
        cast(
            cast(bought_twice + bought_more as numeric(18, 4)) / nullif(buyers, 0)
            as numeric(9, 4)
        ) as repeat_share,
        cast(
            cast(orders as numeric(18, 2)) / nullif(buyers, 0)
            as numeric(18, 2)
        ) as orders_a_buyer,
        cast(
            cast(net_revenue as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as revenue_a_customer
    from cohorts

)

select *
from final
order by cohort_month
