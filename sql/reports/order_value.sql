-- What is an order worth: the usual one, and the rare large one?
-- grain: one row per value of an order
-- key: revenue
-- reader: report/order_value
with

orders as (

    select * from gold.fact_orders

),

visitors as (

    select * from gold.dim_visitors

),

final as (

    select
        cast(orders.revenue as double) as revenue,
        cast(count(*) as bigint) as orders

    from orders
    inner join visitors on orders.visitor_id = visitors.visitor_id
    where not visitors.is_bot and orders.priced_orders = 1
    group by orders.revenue

)

select * from final
order by revenue
