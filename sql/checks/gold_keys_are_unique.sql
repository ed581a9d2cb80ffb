-- check: every gold table has one row per key, and a session id is one session over all days.
-- layer: gold

with

keys as (

    select 'dim_visitors' as table_name, visitor_id as key, count(*) as copies
    from gold.dim_visitors
    group by visitor_id
    union all
    select 'dim_users', customer_id, count(*)
    from gold.dim_users
    group by customer_id
    union all
    select 'dim_users.user_id', user_id, count(*)
    from gold.dim_users
    where user_id is not null
    group by user_id
    union all
    select 'dim_products', product_id, count(*)
    from gold.dim_products
    group by product_id
    union all
    select 'dim_product_metrics', product_id, count(*)
    from gold.dim_product_metrics
    group by product_id
    union all
    select 'dim_device', cast(device_key as string), count(*)
    from gold.dim_device
    group by device_key
    union all
    select 'dim_channel', cast(channel_key as string), count(*)
    from gold.dim_channel
    group by channel_key
    union all
    select 'dim_date', cast(date as string), count(*)
    from gold.dim_date
    group by date
    union all
    select 'dim_event_type', event_type, count(*)
    from gold.dim_event_type
    group by event_type
    union all
    select 'fact_sessions', cast(session_id as string), count(*)
    from gold.fact_sessions
    group by session_id
    union all
    select 'fact_orders', order_id, count(*)
    from gold.fact_orders
    group by order_id
    union all
    select 'fact_daily_metrics', cast(date as string), count(*)
    from gold.fact_daily_metrics
    group by date
    union all
    select
        'agg_session_daily',
        cast(session_date as string)
        || ' ' || cast(device_key as string)
        || ' ' || cast(channel_key as string)
        || ' ' || country
        || ' ' || cast(is_new_visitor as string),
        count(*)
    from gold.agg_session_daily
    group by session_date, device_key, channel_key, country, is_new_visitor
    union all
    select
        'agg_product_daily',
        cast(date as string) || ' ' || product_id,
        count(*)
    from gold.agg_product_daily
    group by date, product_id
    union all
    select
        'agg_cart_product_daily',
        cast(session_date as string) || ' ' || product_id,
        count(*)
    from gold.agg_cart_product_daily
    group by session_date, product_id
    union all
    select
        'agg_user_weekly',
        customer_id || ' ' || cast(week_start as string),
        count(*)
    from gold.agg_user_weekly
    group by customer_id, week_start
    union all
    select
        'agg_category_metrics',
        cast(date as string) || ' ' || category_l1 || ' ' || category_l2,
        count(*)
    from gold.agg_category_metrics
    group by date, category_l1, category_l2
    union all
    select
        'fact_attribution',
        order_id || ' ' || cast(touch_number as string),
        count(*)
    from gold.fact_attribution
    group by order_id, touch_number
    union all
    select
        'agg_attribution_daily',
        cast(order_date as string)
        || ' ' || model
        || ' ' || cast(channel_key as string),
        count(*)
    from gold.agg_attribution_daily
    group by order_date, model, channel_key
    union all
    select
        'agg_funnel_daily',
        cast(entry_date as string)
        || ' ' || funnel_kind
        || ' ' || cast(step_number as string),
        count(*)
    from gold.agg_funnel_daily
    group by entry_date, funnel_kind, step_number
    union all
    select
        'agg_journey_daily',
        cast(session_date as string) || ' ' || path,
        count(*)
    from gold.agg_journey_daily
    group by session_date, path
    union all
    select
        'agg_retention_daily',
        cast(cohort_date as string) || ' ' || cast(period_number as string),
        count(*)
    from gold.agg_retention_daily
    group by cohort_date, period_number
    union all
    select
        'agg_retention_weekly',
        cast(cohort_week as string) || ' ' || cast(period_number as string),
        count(*)
    from gold.agg_retention_weekly
    group by cohort_week, period_number
    union all
    select
        'agg_retention_monthly',
        cast(cohort_month as string) || ' ' || cast(period_number as string),
        count(*)
    from gold.agg_retention_monthly
    group by cohort_month, period_number
    union all
    select
        'agg_product_affinity',
        product_id_a || ' ' || product_id_b,
        count(*)
    from gold.agg_product_affinity
    group by product_id_a, product_id_b
    union all
    select
        'agg_product_recommendations',
        product_id || ' ' || cast(recommendation_rank as string),
        count(*)
    from gold.agg_product_recommendations
    group by product_id, recommendation_rank
    union all
    select
        'agg_session_group_daily',
        cast(session_date as string) || ' ' || device_type || ' '
        || channel_group || ' ' || country || ' '
        || cast(is_new_visitor as string),
        count(*)
    from gold.agg_session_group_daily
    group by
        session_date, device_type, channel_group, country, is_new_visitor
    union all
    select
        'agg_search_daily',
        cast(session_date as string) || ' ' || device_type || ' '
        || search_query,
        count(*)
    from gold.agg_search_daily
    group by session_date, device_type, search_query
    union all
    select
        'agg_lifecycle_weekly',
        cast(week_start as string) || ' ' || lifecycle_state,
        count(*)
    from gold.agg_lifecycle_weekly
    group by week_start, lifecycle_state
    union all
    select
        'agg_first_purchase_daily',
        cast(first_seen_date as string) || ' ' || first_channel_group
        || ' ' || country || ' ' || cast(days_to_first_purchase as string),
        count(*)
    from gold.agg_first_purchase_daily
    group by
        first_seen_date,
        first_channel_group,
        country,
        days_to_first_purchase

)

select
    table_name,
    key,
    copies
from keys
where copies > 1 or key is null
