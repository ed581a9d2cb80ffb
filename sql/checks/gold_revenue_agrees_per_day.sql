-- check: each day has the same orders, revenue and refunds in facts, daily metrics, products and categories.
-- layer: gold

-- What is expected comes in positive and what is found negative: the sum is 0.
with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

orders as (

    select
        facts.order_date as date,
        sum(facts.orders) as orders,
        sum(facts.revenue) as revenue
    from gold.fact_orders as facts
    inner join visitors on facts.visitor_id = visitors.visitor_id
    group by facts.order_date

),

lines as (

    select
        facts.event_date as date,
        sum(facts.revenue) as revenue,
        sum(facts.refund_amount) as refund_amount
    from gold.fact_events as facts
    inner join visitors on facts.visitor_id = visitors.visitor_id
    where facts.revenue <> 0 or facts.refund_amount <> 0
    group by facts.event_date

),

-- Daily metrics count revenue on the day of the order, the others on that of the line.
tables as (

    select
        'fact_daily_metrics' as table_name,
        0 as has_lines
    union all
    select
        'agg_product_daily' as table_name,
        1 as has_lines
    union all
    select
        'agg_category_metrics' as table_name,
        1 as has_lines

),

differences as (

    select
        'fact_daily_metrics' as table_name,
        date,
        orders,
        revenue,
        0 as refund_amount
    from orders
    union all
    select
        tables.table_name,
        lines.date,
        0 as orders,
        lines.revenue * tables.has_lines as revenue,
        lines.refund_amount
    from lines
    cross join tables
    union all
    select
        'fact_daily_metrics' as table_name,
        date,
        -orders as orders,
        -revenue as revenue,
        -refund_amount as refund_amount
    from gold.fact_daily_metrics
    union all
    select
        'agg_product_daily' as table_name,
        date,
        0 as orders,
        -revenue as revenue,
        -refund_amount as refund_amount
    from gold.agg_product_daily
    union all
    select
        'agg_category_metrics' as table_name,
        date,
        0 as orders,
        -revenue as revenue,
        -refund_amount as refund_amount
    from gold.agg_category_metrics

)

select
    table_name,
    date,
    sum(orders) as orders,
    sum(revenue) as revenue,
    sum(refund_amount) as refund_amount
from differences
group by table_name, date
having sum(orders) <> 0 or sum(revenue) <> 0 or sum(refund_amount) <> 0
