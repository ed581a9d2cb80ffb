-- check: every key of a gold table leads to a row of the table it names.
-- layer: gold

with

orphans as (

    select distinct
        'fact_events' as table_name,
        'event_date' as column_name,
        cast(child.event_date as string) as key
    from gold.fact_events as child
    left join gold.dim_date as parent on child.event_date = parent.date
    where child.event_date is not null and parent.date is null
    union all
    select distinct
        'fact_events' as table_name,
        'visitor_id' as column_name,
        cast(child.visitor_id as string) as key
    from gold.fact_events as child
    left join gold.dim_visitors as parent
        on child.visitor_id = parent.visitor_id
    where child.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_events' as table_name,
        'user_id' as column_name,
        cast(child.user_id as string) as key
    from gold.fact_events as child
    left join gold.dim_users as parent on child.user_id = parent.customer_id
    where child.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_events' as table_name,
        'event_type' as column_name,
        cast(child.event_type as string) as key
    from gold.fact_events as child
    left join gold.dim_event_type as parent
        on child.event_type = parent.event_type
    where child.event_type is not null and parent.event_type is null
    union all
    select distinct
        'fact_events' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.fact_events as child
    left join gold.dim_products as parent
        on child.product_id = parent.product_id
    where child.product_id is not null and parent.product_id is null
    union all
    select distinct
        'fact_events' as table_name,
        'device_key' as column_name,
        cast(child.device_key as string) as key
    from gold.fact_events as child
    left join gold.dim_device as parent on child.device_key = parent.device_key
    where child.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_events' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.fact_events as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_events' as table_name,
        'session_id' as column_name,
        cast(child.session_id as string) as key
    from gold.fact_events as child
    left join gold.fact_sessions as parent
        on child.session_id = parent.session_id
    where child.session_id is not null and parent.session_id is null
    union all
    select distinct
        'fact_sessions' as table_name,
        'session_date' as column_name,
        cast(child.session_date as string) as key
    from gold.fact_sessions as child
    left join gold.dim_date as parent on child.session_date = parent.date
    where child.session_date is not null and parent.date is null
    union all
    select distinct
        'fact_sessions' as table_name,
        'visitor_id' as column_name,
        cast(child.visitor_id as string) as key
    from gold.fact_sessions as child
    left join gold.dim_visitors as parent
        on child.visitor_id = parent.visitor_id
    where child.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_sessions' as table_name,
        'user_id' as column_name,
        cast(child.user_id as string) as key
    from gold.fact_sessions as child
    left join gold.dim_users as parent on child.user_id = parent.customer_id
    where child.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_sessions' as table_name,
        'device_key' as column_name,
        cast(child.device_key as string) as key
    from gold.fact_sessions as child
    left join gold.dim_device as parent on child.device_key = parent.device_key
    where child.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_sessions' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.fact_sessions as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_orders' as table_name,
        'order_date' as column_name,
        cast(child.order_date as string) as key
    from gold.fact_orders as child
    left join gold.dim_date as parent on child.order_date = parent.date
    where child.order_date is not null and parent.date is null
    union all
    select distinct
        'fact_orders' as table_name,
        'visitor_id' as column_name,
        cast(child.visitor_id as string) as key
    from gold.fact_orders as child
    left join gold.dim_visitors as parent
        on child.visitor_id = parent.visitor_id
    where child.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_orders' as table_name,
        'user_id' as column_name,
        cast(child.user_id as string) as key
    from gold.fact_orders as child
    left join gold.dim_users as parent on child.user_id = parent.customer_id
    where child.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_orders' as table_name,
        'device_key' as column_name,
        cast(child.device_key as string) as key
    from gold.fact_orders as child
    left join gold.dim_device as parent on child.device_key = parent.device_key
    where child.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_orders' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.fact_orders as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_orders' as table_name,
        'session_id' as column_name,
        cast(child.session_id as string) as key
    from gold.fact_orders as child
    left join gold.fact_sessions as parent
        on child.session_id = parent.session_id
    where child.session_id is not null and parent.session_id is null
    union all
    select distinct
        'fact_daily_metrics' as table_name,
        'date' as column_name,
        cast(child.date as string) as key
    from gold.fact_daily_metrics as child
    left join gold.dim_date as parent on child.date = parent.date
    where child.date is not null and parent.date is null
    union all
    select distinct
        'dim_visitors' as table_name,
        'customer_id' as column_name,
        cast(child.customer_id as string) as key
    from gold.dim_visitors as child
    left join gold.dim_users as parent on child.customer_id = parent.customer_id
    where child.customer_id is not null and parent.customer_id is null
    union all
    select distinct
        'dim_visitors' as table_name,
        'first_session_id' as column_name,
        cast(child.first_session_id as string) as key
    from gold.dim_visitors as child
    left join gold.fact_sessions as parent
        on child.first_session_id = parent.session_id
    where child.first_session_id is not null and parent.session_id is null
    union all
    select distinct
        'dim_visitors' as table_name,
        'first_channel_key' as column_name,
        cast(child.first_channel_key as string) as key
    from gold.dim_visitors as child
    left join gold.dim_channel as parent
        on child.first_channel_key = parent.channel_key
    where child.first_channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'dim_visitors' as table_name,
        'first_device_key' as column_name,
        cast(child.first_device_key as string) as key
    from gold.dim_visitors as child
    left join gold.dim_device as parent
        on child.first_device_key = parent.device_key
    where child.first_device_key is not null and parent.device_key is null
    union all
    select distinct
        'dim_users' as table_name,
        'first_channel_key' as column_name,
        cast(child.first_channel_key as string) as key
    from gold.dim_users as child
    left join gold.dim_channel as parent
        on child.first_channel_key = parent.channel_key
    where child.first_channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'dim_users' as table_name,
        'first_session_id' as column_name,
        cast(child.first_session_id as string) as key
    from gold.dim_users as child
    left join gold.fact_sessions as parent
        on child.first_session_id = parent.session_id
    where child.first_session_id is not null and parent.session_id is null
    union all
    select distinct
        'dim_users' as table_name,
        'first_order_id' as column_name,
        cast(child.first_order_id as string) as key
    from gold.dim_users as child
    left join gold.fact_orders as parent
        on child.first_order_id = parent.order_id
    where child.first_order_id is not null and parent.order_id is null
    union all
    select distinct
        'dim_product_metrics' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.dim_product_metrics as child
    left join gold.dim_products as parent
        on child.product_id = parent.product_id
    where child.product_id is not null and parent.product_id is null
    union all
    select distinct
        'dim_products' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.dim_products as child
    left join gold.dim_product_metrics as parent
        on child.product_id = parent.product_id
    where child.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_session_daily' as table_name,
        'device_key' as column_name,
        cast(child.device_key as string) as key
    from gold.agg_session_daily as child
    left join gold.dim_device as parent on child.device_key = parent.device_key
    where child.device_key is not null and parent.device_key is null
    union all
    select distinct
        'agg_session_daily' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.agg_session_daily as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'agg_product_daily' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.agg_product_daily as child
    left join gold.dim_products as parent
        on child.product_id = parent.product_id
    where child.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_cart_product_daily' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.agg_cart_product_daily as child
    left join gold.dim_products as parent
        on child.product_id = parent.product_id
    where child.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_user_weekly' as table_name,
        'customer_id' as column_name,
        cast(child.customer_id as string) as key
    from gold.agg_user_weekly as child
    left join gold.dim_users as parent on child.customer_id = parent.customer_id
    where child.customer_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_attribution' as table_name,
        'order_id' as column_name,
        cast(child.order_id as string) as key
    from gold.fact_attribution as child
    left join gold.fact_orders as parent
        on child.order_id = parent.order_id
    where child.order_id is not null and parent.order_id is null
    union all
    select distinct
        'fact_attribution' as table_name,
        'session_id' as column_name,
        cast(child.session_id as string) as key
    from gold.fact_attribution as child
    left join gold.fact_sessions as parent
        on child.session_id = parent.session_id
    where child.session_id is not null and parent.session_id is null
    union all
    select distinct
        'fact_attribution' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.fact_attribution as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'agg_attribution_daily' as table_name,
        'channel_key' as column_name,
        cast(child.channel_key as string) as key
    from gold.agg_attribution_daily as child
    left join gold.dim_channel as parent
        on child.channel_key = parent.channel_key
    where child.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'agg_product_affinity' as table_name,
        'product_id_a' as column_name,
        cast(child.product_id_a as string) as key
    from gold.agg_product_affinity as child
    left join gold.dim_products as parent
        on child.product_id_a = parent.product_id
    where child.product_id_a is not null and parent.product_id is null
    union all
    select distinct
        'agg_product_affinity' as table_name,
        'product_id_b' as column_name,
        cast(child.product_id_b as string) as key
    from gold.agg_product_affinity as child
    left join gold.dim_products as parent
        on child.product_id_b = parent.product_id
    where child.product_id_b is not null and parent.product_id is null
    union all
    select distinct
        'agg_product_recommendations' as table_name,
        'product_id' as column_name,
        cast(child.product_id as string) as key
    from gold.agg_product_recommendations as child
    left join gold.dim_products as parent
        on child.product_id = parent.product_id
    where
        child.product_id is not null
        and parent.product_id is null
    union all
    select distinct
        'agg_product_recommendations' as table_name,
        'recommended_product_id' as column_name,
        cast(child.recommended_product_id as string) as key
    from gold.agg_product_recommendations as child
    left join gold.dim_products as parent
        on child.recommended_product_id = parent.product_id
    where
        child.recommended_product_id is not null
        and parent.product_id is null

)

select
    table_name,
    column_name,
    key
from orphans
