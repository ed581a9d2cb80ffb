-- check: every key of a gold table leads to a row of the table it names.
-- layer: gold

with

orphans as (

    select distinct
        'fact_events' as table_name,
        'event_date' as column_name,
        cast(fact_events.event_date as string) as key
    from gold.fact_events
    left join gold.dim_date as parent on fact_events.event_date = parent.date
    where fact_events.event_date is not null and parent.date is null
    union all
    select distinct
        'fact_events',
        'visitor_id',
        cast(fact_events.visitor_id as string)
    from gold.fact_events
    left join gold.dim_visitors as parent on fact_events.visitor_id = parent.visitor_id
    where fact_events.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_events',
        'user_id',
        cast(fact_events.user_id as string)
    from gold.fact_events
    left join gold.dim_users as parent on fact_events.user_id = parent.customer_id
    where fact_events.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_events',
        'event_type',
        cast(fact_events.event_type as string)
    from gold.fact_events
    left join gold.dim_event_type as parent on fact_events.event_type = parent.event_type
    where fact_events.event_type is not null and parent.event_type is null
    union all
    select distinct
        'fact_events',
        'product_id',
        cast(fact_events.product_id as string)
    from gold.fact_events
    left join gold.dim_products as parent on fact_events.product_id = parent.product_id
    where fact_events.product_id is not null and parent.product_id is null
    union all
    select distinct
        'fact_events',
        'device_key',
        cast(fact_events.device_key as string)
    from gold.fact_events
    left join gold.dim_device as parent on fact_events.device_key = parent.device_key
    where fact_events.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_events',
        'channel_key',
        cast(fact_events.channel_key as string)
    from gold.fact_events
    left join gold.dim_channel as parent on fact_events.channel_key = parent.channel_key
    where fact_events.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_events',
        'session_id',
        cast(fact_events.session_id as string)
    from gold.fact_events
    left join gold.fact_sessions as parent on fact_events.session_id = parent.session_id
    where fact_events.session_id is not null and parent.session_id is null
    union all
    select distinct
        'fact_sessions',
        'session_date',
        cast(fact_sessions.session_date as string)
    from gold.fact_sessions
    left join gold.dim_date as parent on fact_sessions.session_date = parent.date
    where fact_sessions.session_date is not null and parent.date is null
    union all
    select distinct
        'fact_sessions',
        'visitor_id',
        cast(fact_sessions.visitor_id as string)
    from gold.fact_sessions
    left join gold.dim_visitors as parent on fact_sessions.visitor_id = parent.visitor_id
    where fact_sessions.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_sessions',
        'user_id',
        cast(fact_sessions.user_id as string)
    from gold.fact_sessions
    left join gold.dim_users as parent on fact_sessions.user_id = parent.customer_id
    where fact_sessions.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_sessions',
        'device_key',
        cast(fact_sessions.device_key as string)
    from gold.fact_sessions
    left join gold.dim_device as parent on fact_sessions.device_key = parent.device_key
    where fact_sessions.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_sessions',
        'channel_key',
        cast(fact_sessions.channel_key as string)
    from gold.fact_sessions
    left join gold.dim_channel as parent on fact_sessions.channel_key = parent.channel_key
    where fact_sessions.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_orders',
        'order_date',
        cast(fact_orders.order_date as string)
    from gold.fact_orders
    left join gold.dim_date as parent on fact_orders.order_date = parent.date
    where fact_orders.order_date is not null and parent.date is null
    union all
    select distinct
        'fact_orders',
        'visitor_id',
        cast(fact_orders.visitor_id as string)
    from gold.fact_orders
    left join gold.dim_visitors as parent on fact_orders.visitor_id = parent.visitor_id
    where fact_orders.visitor_id is not null and parent.visitor_id is null
    union all
    select distinct
        'fact_orders',
        'user_id',
        cast(fact_orders.user_id as string)
    from gold.fact_orders
    left join gold.dim_users as parent on fact_orders.user_id = parent.customer_id
    where fact_orders.user_id is not null and parent.customer_id is null
    union all
    select distinct
        'fact_orders',
        'device_key',
        cast(fact_orders.device_key as string)
    from gold.fact_orders
    left join gold.dim_device as parent on fact_orders.device_key = parent.device_key
    where fact_orders.device_key is not null and parent.device_key is null
    union all
    select distinct
        'fact_orders',
        'channel_key',
        cast(fact_orders.channel_key as string)
    from gold.fact_orders
    left join gold.dim_channel as parent on fact_orders.channel_key = parent.channel_key
    where fact_orders.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'fact_orders',
        'session_id',
        cast(fact_orders.session_id as string)
    from gold.fact_orders
    left join gold.fact_sessions as parent on fact_orders.session_id = parent.session_id
    where fact_orders.session_id is not null and parent.session_id is null
    union all
    select distinct
        'fact_daily_metrics',
        'date',
        cast(fact_daily_metrics.date as string)
    from gold.fact_daily_metrics
    left join gold.dim_date as parent on fact_daily_metrics.date = parent.date
    where fact_daily_metrics.date is not null and parent.date is null
    union all
    select distinct
        'dim_visitors',
        'customer_id',
        cast(dim_visitors.customer_id as string)
    from gold.dim_visitors
    left join gold.dim_users as parent on dim_visitors.customer_id = parent.customer_id
    where dim_visitors.customer_id is not null and parent.customer_id is null
    union all
    select distinct
        'dim_visitors',
        'first_session_id',
        cast(dim_visitors.first_session_id as string)
    from gold.dim_visitors
    left join gold.fact_sessions as parent on dim_visitors.first_session_id = parent.session_id
    where dim_visitors.first_session_id is not null and parent.session_id is null
    union all
    select distinct
        'dim_visitors',
        'first_channel_key',
        cast(dim_visitors.first_channel_key as string)
    from gold.dim_visitors
    left join gold.dim_channel as parent on dim_visitors.first_channel_key = parent.channel_key
    where dim_visitors.first_channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'dim_visitors',
        'first_device_key',
        cast(dim_visitors.first_device_key as string)
    from gold.dim_visitors
    left join gold.dim_device as parent on dim_visitors.first_device_key = parent.device_key
    where dim_visitors.first_device_key is not null and parent.device_key is null
    union all
    select distinct
        'dim_users',
        'first_channel_key',
        cast(dim_users.first_channel_key as string)
    from gold.dim_users
    left join gold.dim_channel as parent on dim_users.first_channel_key = parent.channel_key
    where dim_users.first_channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'dim_users',
        'first_session_id',
        cast(dim_users.first_session_id as string)
    from gold.dim_users
    left join gold.fact_sessions as parent on dim_users.first_session_id = parent.session_id
    where dim_users.first_session_id is not null and parent.session_id is null
    union all
    select distinct
        'dim_users',
        'first_order_id',
        cast(dim_users.first_order_id as string)
    from gold.dim_users
    left join gold.fact_orders as parent on dim_users.first_order_id = parent.order_id
    where dim_users.first_order_id is not null and parent.order_id is null
    union all
    select distinct
        'dim_product_metrics',
        'product_id',
        cast(dim_product_metrics.product_id as string)
    from gold.dim_product_metrics
    left join gold.dim_products as parent on dim_product_metrics.product_id = parent.product_id
    where dim_product_metrics.product_id is not null and parent.product_id is null
    union all
    select distinct
        'dim_products',
        'product_id',
        cast(dim_products.product_id as string)
    from gold.dim_products
    left join gold.dim_product_metrics as parent on dim_products.product_id = parent.product_id
    where dim_products.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_session_daily',
        'device_key',
        cast(agg_session_daily.device_key as string)
    from gold.agg_session_daily
    left join gold.dim_device as parent on agg_session_daily.device_key = parent.device_key
    where agg_session_daily.device_key is not null and parent.device_key is null
    union all
    select distinct
        'agg_session_daily',
        'channel_key',
        cast(agg_session_daily.channel_key as string)
    from gold.agg_session_daily
    left join gold.dim_channel as parent on agg_session_daily.channel_key = parent.channel_key
    where agg_session_daily.channel_key is not null and parent.channel_key is null
    union all
    select distinct
        'agg_product_daily',
        'product_id',
        cast(agg_product_daily.product_id as string)
    from gold.agg_product_daily
    left join gold.dim_products as parent on agg_product_daily.product_id = parent.product_id
    where agg_product_daily.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_cart_product_daily',
        'product_id',
        cast(agg_cart_product_daily.product_id as string)
    from gold.agg_cart_product_daily
    left join gold.dim_products as parent on agg_cart_product_daily.product_id = parent.product_id
    where agg_cart_product_daily.product_id is not null and parent.product_id is null
    union all
    select distinct
        'agg_user_weekly',
        'customer_id',
        cast(agg_user_weekly.customer_id as string)
    from gold.agg_user_weekly
    left join gold.dim_users as parent on agg_user_weekly.customer_id = parent.customer_id
    where agg_user_weekly.customer_id is not null and parent.customer_id is null
)

select
    table_name,
    column_name,
    key
from orphans
