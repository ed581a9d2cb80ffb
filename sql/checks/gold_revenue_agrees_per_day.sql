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

    select facts.*
    from gold.fact_orders as facts
    inner join visitors on facts.visitor_id = visitors.visitor_id

),

lines as (

    select facts.*
    from gold.fact_events as facts
    inner join visitors on facts.visitor_id = visitors.visitor_id
    where facts.revenue <> 0 or facts.refund_amount <> 0

),

differences as (

    select
        order_date as date,
        'orders: fact_orders, fact_daily_metrics' as compared,
        cast(orders as decimal(18, 2)) as difference
    from orders
    union all
    select
        date as date,
        'orders: fact_orders, fact_daily_metrics' as compared,
        cast(-orders as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        order_date as date,
        'revenue: fact_orders, fact_daily_metrics' as compared,
        cast(revenue as decimal(18, 2)) as difference
    from orders
    union all
    select
        date as date,
        'revenue: fact_orders, fact_daily_metrics' as compared,
        cast(-revenue as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        event_date as date,
        'revenue: fact_events, agg_product_daily' as compared,
        cast(revenue as decimal(18, 2)) as difference
    from lines
    union all
    select
        date as date,
        'revenue: fact_events, agg_product_daily' as compared,
        cast(-revenue as decimal(18, 2)) as difference
    from gold.agg_product_daily
    union all
    select
        event_date as date,
        'revenue: fact_events, agg_category_metrics' as compared,
        cast(revenue as decimal(18, 2)) as difference
    from lines
    union all
    select
        date as date,
        'revenue: fact_events, agg_category_metrics' as compared,
        cast(-revenue as decimal(18, 2)) as difference
    from gold.agg_category_metrics
    union all
    select
        event_date as date,
        'refunds: fact_events, fact_daily_metrics' as compared,
        cast(refund_amount as decimal(18, 2)) as difference
    from lines
    union all
    select
        date as date,
        'refunds: fact_events, fact_daily_metrics' as compared,
        cast(-refund_amount as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        event_date as date,
        'refunds: fact_events, agg_product_daily' as compared,
        cast(refund_amount as decimal(18, 2)) as difference
    from lines
    union all
    select
        date as date,
        'refunds: fact_events, agg_product_daily' as compared,
        cast(-refund_amount as decimal(18, 2)) as difference
    from gold.agg_product_daily
    union all
    select
        event_date as date,
        'refunds: fact_events, agg_category_metrics' as compared,
        cast(refund_amount as decimal(18, 2)) as difference
    from lines
    union all
    select
        date as date,
        'refunds: fact_events, agg_category_metrics' as compared,
        cast(-refund_amount as decimal(18, 2)) as difference
    from gold.agg_category_metrics
)

select
    date,
    compared,
    sum(difference) as difference
from differences
group by date, compared
having sum(difference) <> 0
