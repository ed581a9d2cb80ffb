-- check: every key of a gold table leads to a row of the table it names.
-- layer: gold
{#- the table a key leads to, its column, and where the key stands; a visitor's
    own keys are looked up by gold_visitor_keys_resolve #}
{%- set parents = [
    ("dim_date", "date", [
        ("fact_events", "event_date"),
        ("fact_sessions", "session_date"),
        ("fact_orders", "order_date"),
        ("fact_daily_metrics", "date"),
    ]),
    ("dim_users", "customer_id", [
        ("fact_events", "user_id"),
        ("fact_sessions", "user_id"),
        ("fact_orders", "user_id"),
        ("dim_visitors", "customer_id"),
        ("agg_user_weekly", "customer_id"),
    ]),
    ("dim_event_type", "event_type", [("fact_events", "event_type")]),
    ("dim_products", "product_id", [
        ("fact_events", "product_id"),
        ("dim_product_metrics", "product_id"),
        ("agg_product_daily", "product_id"),
        ("agg_cart_product_daily", "product_id"),
        ("agg_product_affinity", "product_id_a"),
        ("agg_product_affinity", "product_id_b"),
        ("agg_product_recommendations", "product_id"),
        ("agg_product_recommendations", "recommended_product_id"),
    ]),
    ("dim_device", "device_key", [
        ("fact_events", "device_key"),
        ("fact_sessions", "device_key"),
        ("fact_orders", "device_key"),
        ("dim_visitors", "first_device_key"),
        ("agg_session_daily", "device_key"),
    ]),
    ("dim_channel", "channel_key", [
        ("fact_events", "channel_key"),
        ("fact_sessions", "channel_key"),
        ("fact_orders", "channel_key"),
        ("dim_visitors", "first_channel_key"),
        ("dim_users", "first_channel_key"),
        ("agg_session_daily", "channel_key"),
        ("fact_attribution", "channel_key"),
        ("agg_attribution_daily", "channel_key"),
    ]),
    ("fact_sessions", "session_id", [
        ("dim_users", "first_session_id"),
        ("fact_attribution", "session_id"),
    ]),
    ("fact_orders", "order_id", [
        ("dim_users", "first_order_id"),
        ("fact_attribution", "order_id"),
    ]),
    ("dim_product_metrics", "product_id", [("dim_products", "product_id")]),
] %}
with

{% for parent, parent_key, places in parents -%}
keys_of_{{ parent }} as (
{% for table, column in places %}
    select
        '{{ table }}' as table_name,
        '{{ column }}' as column_name,
        {{ column }} as key
    from gold.{{ table }}
    where {{ column }} is not null
    {{- "" if loop.last else "\n    union all" }}
{%- endfor %}

),

{% endfor -%}
orphans as (
{% for parent, parent_key, places in parents %}
    select
        child.table_name,
        child.column_name,
        cast(child.key as string) as key
    from keys_of_{{ parent }} as child
    left join gold.{{ parent }} as parent on child.key = parent.{{ parent_key }}
    where parent.{{ parent_key }} is null
    {{- "" if loop.last else "\n    union all" }}
{%- endfor %}

)

select distinct
    table_name,
    column_name,
    key
from orphans
