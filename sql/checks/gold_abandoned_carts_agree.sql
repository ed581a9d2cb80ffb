-- check: revenue left in carts is the same by session, by day, by product and by segment of sessions.
-- layer: gold

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

parts as (

    select
        sessions.session_date,
        sessions.potential_lost_revenue as by_session,
        cast(0 as decimal(18, 2)) as by_day,
        cast(0 as decimal(18, 2)) as by_product,
        cast(0 as decimal(18, 2)) as by_segment
    from gold.fact_sessions as sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    union all
    select date, 0, potential_lost_revenue, 0, 0
    from gold.fact_daily_metrics
    union all
    select session_date, 0, 0, potential_lost_revenue, 0
    from gold.agg_cart_product_daily
    union all
    select session_date, 0, 0, 0, potential_lost_revenue
    from gold.agg_session_daily

),

days as (

    select
        session_date,
        sum(by_session) as by_session,
        sum(by_day) as by_day,
        sum(by_product) as by_product,
        sum(by_segment) as by_segment
    from parts
    group by session_date

)

select *
from days
where
    by_session <> by_day
    or by_session <> by_product
    or by_session <> by_segment
