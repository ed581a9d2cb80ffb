-- Do new or returning visitors and customers bring the traffic and the money?
-- grain: one row per calendar day
-- key: date
-- reader: report/new_and_returning
with

days as (

    select * from gold.fact_daily_metrics

),

sessions as (

    select * from gold.agg_session_daily

),

orders as (

    select * from gold.fact_orders

),

visitors as (

    select * from gold.dim_visitors

),

users as (

    select * from gold.dim_users

),

visits as (

    select
        sessions.session_date as date,
        sum(case when sessions.is_new_visitor then sessions.sessions end)
            as new_sessions,
        sum(case when sessions.is_new_visitor then 0 else sessions.sessions end)
            as returning_sessions,
        sum(
            case
                when sessions.is_new_visitor then sessions.converted_sessions
            end
        ) as new_converted,
        sum(
            case
                when sessions.is_new_visitor then 0
                else sessions.converted_sessions
            end
        ) as returning_converted

    from sessions
    group by sessions.session_date

),

-- the customer of an order: the account on it, else the visitor's
bought as (

    select
        orders.order_date,
        orders.priced_orders,
        orders.revenue,
        coalesce(users.first_order_id = orders.order_id, false) as is_first

    from orders
    inner join visitors on orders.visitor_id = visitors.visitor_id
    left join users
        on coalesce(orders.user_id, visitors.customer_id) = users.customer_id
    where not visitors.is_bot

),

sales as (

    select
        bought.order_date as date,
        sum(case when bought.is_first then 1 else 0 end) as first_orders,
        sum(case when bought.is_first then 0 else 1 end) as repeat_orders,
        sum(case when bought.is_first then bought.priced_orders end)
            as first_priced,
        sum(case when bought.is_first then 0 else bought.priced_orders end)
            as repeat_priced,
        sum(case when bought.is_first then bought.revenue end)
            as first_revenue,
        sum(case when bought.is_first then 0 else bought.revenue end)
            as repeat_revenue

    from bought
    group by bought.order_date

),

final as (

    select
        cast(days.date as date) as date,
        coalesce(days.is_complete, true) as is_complete,
        cast(coalesce(visits.new_sessions, 0) as bigint) as new_sessions,
        cast(coalesce(visits.returning_sessions, 0) as bigint)
            as returning_sessions,
        cast(coalesce(visits.new_converted, 0) as bigint) as new_converted,
        cast(coalesce(visits.returning_converted, 0) as bigint)
            as returning_converted,
        cast(coalesce(sales.first_orders, 0) as bigint) as first_orders,
        cast(coalesce(sales.repeat_orders, 0) as bigint) as repeat_orders,
        cast(coalesce(sales.first_priced, 0) as bigint) as first_priced,
        cast(coalesce(sales.repeat_priced, 0) as bigint) as repeat_priced,
        cast(coalesce(sales.first_revenue, 0) as double) as first_revenue,
        cast(coalesce(sales.repeat_revenue, 0) as double) as repeat_revenue

    from days
    left join visits on days.date = visits.date
    left join sales on days.date = sales.date

)

select * from final
order by date
