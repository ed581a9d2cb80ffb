-- check: scores lie between 1 and 5, equal customers have equal scores, and only buyers are scored.
-- layer: gold

with

spreads as (

    select
        'recency' as score,
        cast(days_since_last_order as string) as input,
        min(r_score) as lowest,
        max(r_score) as highest
    from gold.dim_users
    where r_score is not null
    group by days_since_last_order
    union all
    select
        'frequency' as score,
        cast(orders as string) as input,
        min(f_score) as lowest,
        max(f_score) as highest
    from gold.dim_users
    where f_score is not null and last_order_date <= as_of_date
    group by orders
    union all
    select
        'money' as score,
        cast(net_revenue as string) as input,
        min(m_score) as lowest,
        max(m_score) as highest
    from gold.dim_users
    where
        m_score is not null
        and last_order_date <= as_of_date
        and last_seen_date <= as_of_date
        and refund_amount = 0
    group by net_revenue
    union all
    select
        'segment' as score,
        customer_id as input,
        cast(0 as smallint) as lowest,
        cast(0 as smallint) as highest
    from gold.dim_users
    where
        (rfm_segment = 'No purchase') <> (r_score is null)
        or (r_score is null) <> (f_score is null)
        or (r_score is null) <> (m_score is null)
        or (r_score is null) <> (days_since_last_order is null)
        or (orders = 0 and r_score is not null)

)

select
    score,
    input,
    lowest,
    highest
from spreads
where
    lowest <> highest
    or lowest < 1
    or highest > 5
