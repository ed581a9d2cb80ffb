-- check: each day has the same sessions, conversions and bounces in facts, daily metrics and segments of sessions.
-- layer: gold

-- What is expected comes in positive and what is found negative: the sum is 0.
with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

sessions as (

    select facts.*
    from gold.fact_sessions as facts
    inner join visitors on facts.visitor_id = visitors.visitor_id

),

differences as (

    select
        session_date as date,
        'sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(-sessions as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'sessions: fact_sessions, agg_session_daily' as compared,
        cast(sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'sessions: fact_sessions, agg_session_daily' as compared,
        cast(-sessions as decimal(18, 2)) as difference
    from gold.agg_session_daily
    union all
    select
        session_date as date,
        'converted_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(converted_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'converted_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(-converted_sessions as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'converted_sessions: fact_sessions, agg_session_daily' as compared,
        cast(converted_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'converted_sessions: fact_sessions, agg_session_daily' as compared,
        cast(-converted_sessions as decimal(18, 2)) as difference
    from gold.agg_session_daily
    union all
    select
        session_date as date,
        'bounced_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(bounced_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'bounced_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(-bounced_sessions as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'bounced_sessions: fact_sessions, agg_session_daily' as compared,
        cast(bounced_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'bounced_sessions: fact_sessions, agg_session_daily' as compared,
        cast(-bounced_sessions as decimal(18, 2)) as difference
    from gold.agg_session_daily
    union all
    select
        session_date as date,
        'cart_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(cart_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'cart_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(-cart_sessions as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'cart_sessions: fact_sessions, agg_session_daily' as compared,
        cast(cart_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'cart_sessions: fact_sessions, agg_session_daily' as compared,
        cast(-cart_sessions as decimal(18, 2)) as difference
    from gold.agg_session_daily
    union all
    select
        session_date as date,
        'abandoned_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(abandoned_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'abandoned_sessions: fact_sessions, fact_daily_metrics' as compared,
        cast(-abandoned_sessions as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'abandoned_sessions: fact_sessions, agg_session_daily' as compared,
        cast(abandoned_sessions as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'abandoned_sessions: fact_sessions, agg_session_daily' as compared,
        cast(-abandoned_sessions as decimal(18, 2)) as difference
    from gold.agg_session_daily
    union all
    select
        session_date as date,
        'session revenue: fact_sessions, fact_daily_metrics' as compared,
        cast(revenue as decimal(18, 2)) as difference
    from sessions
    union all
    select
        date as date,
        'session revenue: fact_sessions, fact_daily_metrics' as compared,
        cast(-session_revenue as decimal(18, 2)) as difference
    from gold.fact_daily_metrics
    union all
    select
        session_date as date,
        'revenue: fact_sessions, agg_session_daily' as compared,
        cast(revenue as decimal(18, 2)) as difference
    from sessions
    union all
    select
        session_date as date,
        'revenue: fact_sessions, agg_session_daily' as compared,
        cast(-revenue as decimal(18, 2)) as difference
    from gold.agg_session_daily
)

select
    date,
    compared,
    sum(difference) as difference
from differences
group by date, compared
having sum(difference) <> 0
