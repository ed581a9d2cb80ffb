-- Recency, frequency and money of the customers who had ordered by as_of_date,
-- bots left out, scored 1 to 5 over the whole population: 5 is best, and equal
-- customers get equal scores (rank(), not ntile()).
-- The btyd_* columns are the inputs of "buy till you die" models, in days.
-- grain: one row per customer with an order up to as_of_date
-- key: customer_id
-- reader: gold.dim_users
-- materialized: view

with

visitors as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where not is_bot

),

period as (

    select as_of_date
    from silver.period

),

customer_order_days as (

    select
        {{ customer_id("f", "v") }} as customer_id,
        f.order_date,
        count(*) as orders,
        sum(f.revenue) as revenue
    from period
    cross join gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where f.order_date <= period.as_of_date
    group by {{ customer_id("f", "v") }}, f.order_date

),

customer_orders as (

    select
        customer_id,
        sum(orders) as orders,
        count(*) as order_days,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        sum(revenue) as revenue
    from customer_order_days
    group by customer_id

),

refunds as (

    select
        {{ customer_id("f", "v") }} as customer_id,
        sum(f.refund_amount) as refund_amount
    from period
    cross join gold.fact_events as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where
        f.event_type = 'refund'
        and f.event_date <= period.as_of_date
    group by {{ customer_id("f", "v") }}

),

measured as (

    select
        customer_orders.customer_id,
        customer_orders.orders,
        customer_orders.order_days,
        customer_orders.revenue - coalesce(refunds.refund_amount, 0)
            as net_revenue,
        {{ days_between(
            "customer_orders.last_order_date",
            "period.as_of_date"
        ) }} as days_since_last_order,
        {{ days_between(
            "customer_orders.first_order_date",
            "customer_orders.last_order_date"
        ) }} as btyd_recency_days,
        {{ days_between(
            "customer_orders.first_order_date",
            "period.as_of_date"
        ) }} as btyd_t_days
    from period
    cross join customer_orders
    left join refunds
        on customer_orders.customer_id = refunds.customer_id

),

ranked as (

    select
        *,
        rank() over (order by days_since_last_order desc) as r_rank,
        rank() over (order by orders asc) as f_rank,
        rank() over (order by net_revenue asc) as m_rank,
        count(*) over () as customers
    from measured

),

final as (

    select
        cast(customer_id as string) as customer_id,
        cast(days_since_last_order as int) as days_since_last_order,
        cast(1 + floor(5 * cast(r_rank - 1 as double) / customers) as smallint)
            as r_score,
        cast(1 + floor(5 * cast(f_rank - 1 as double) / customers) as smallint)
            as f_score,
        cast(1 + floor(5 * cast(m_rank - 1 as double) / customers) as smallint)
            as m_score,
        cast(order_days - 1 as int) as btyd_frequency,
        cast(btyd_recency_days as int) as btyd_recency_days,
        cast(btyd_t_days as int) as btyd_t_days
    from ranked

)

select *
from final
