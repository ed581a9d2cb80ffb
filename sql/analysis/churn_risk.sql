-- question: Which share of the buyers are we about to lose?
-- read: Silence is measured in a buyer's own rhythm: the mean days between
--     the orders, or the mean of all buyers for who bought once. on time: up
--     to one rhythm; late, overdue: beyond late and overdue rhythms; lost:
--     beyond that. Measured on as_of, never from today.
-- topic: Customers
-- grain: one row per risk
-- key: risk
-- param as_of: the day to measure from; empty: the last day of the data, or
--     --as-of
-- param overdue: beyond so many rhythms a buyer is overdue
-- param lost: beyond so many rhythms a buyer is lost
-- param default_days: the rhythm where nobody has bought twice
with

parameters as (

    select
        cast(null as date) as as_of,
        cast(2 as integer) as overdue,
        cast(4 as integer) as lost,
        cast(30 as integer) as default_days

),

as_of as (

    select coalesce((select as_of from parameters), max(as_of_date)) as day
    from gold.dim_users

),

order_days as (

    select
        coalesce(orders.user_id, visitors.customer_id) as customer_id,
        orders.order_date,
        sum(orders.revenue) as revenue
    from gold.fact_orders as orders
    inner join gold.dim_visitors as visitors
        on orders.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and orders.order_date <= (select day from as_of)
    group by coalesce(orders.user_id, visitors.customer_id), orders.order_date

),

buyers as (

    select
        customer_id,
        cast(extract(epoch from min(order_date)) / 86400 as bigint) as first_day,
        cast(extract(epoch from max(order_date)) / 86400 as bigint) as last_day,
        count(*) - 1 as gaps,
        sum(revenue) as revenue
    from order_days
    group by customer_id

),

everybody as (

    select
        case
            when sum(gaps) > 0 then sum(last_day - first_day)
            else max((select default_days from parameters))
        end as span_days,
        case when sum(gaps) > 0 then sum(gaps) else 1 end as gaps
    from buyers

),

rhythms as (

    select
        buyers.revenue,
        cast(extract(epoch from as_of.day) / 86400 as bigint) - buyers.last_day
            as days_silent,
        case
            when buyers.gaps > 0 then buyers.last_day - buyers.first_day
            else everybody.span_days
        end as span_days,
        case when buyers.gaps > 0 then buyers.gaps else everybody.gaps end as gaps
    from buyers
    cross join everybody
    cross join as_of

),

placed as (

    select
        revenue,
        days_silent,
        case
            when days_silent * gaps <= span_days then 1
            when days_silent * gaps <= span_days * (select overdue from parameters) then 2
            when days_silent * gaps <= span_days * (select lost from parameters) then 3
            else 4
        end as risk
    from rhythms

),

groups as (

    select
        risk,
        count(*) as customers,
        sum(days_silent) as days_silent,
        sum(revenue) as revenue
    from placed
    group by risk

),

final as (

    select
        case risk
            when 1 then '1 on time'
            when 2 then '2 late'
            when 3 then '3 overdue'
            else '4 lost'
        end as risk,
        cast(customers as bigint) as customers,
        cast(
            cast(customers as numeric(18, 4)) / nullif(sum(customers) over (), 0)
            as numeric(9, 4)
        ) as share_of_buyers,
        cast(
            cast(days_silent as numeric(18, 2)) / nullif(customers, 0)
            as numeric(18, 2)
        ) as days_since_last_order,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(sum(revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from groups

)

select *
from final
order by risk
