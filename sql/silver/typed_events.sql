-- grain: one row per bronze row of kind events, cast; what cannot be is null
-- key: _batch_id, _source_line
-- reader: silver.judged_events
-- materialized: view
with received as (

    select * from silver.received_events

),

-- empty text is no value, but for the channel columns, where it means
-- "recorded, and empty": a direct visit
trimmed as (

    select
        *,
        coalesce(_id_prefix, '') as prefix,
        {{ clean("visitor_id") }} as visitor,
        lower({{ clean("event_type") }}) as type_text,
        {{ clean("event_time") }} as time_text,
        {{ clean("received_at") }} as received_text,
        {{ clean("price") }} as price_text,
        {{ clean("quantity") }} as quantity_text,
        {{ clean("event_id") }} as id_text
    from received

),

typed as (

    select
        *,
        {{ try_timestamp("time_text") }} as occurred_at,
        {{ try_timestamp("received_text") }} as collected_at,
        try_cast(price_text as decimal(12, 2)) as price_value,
        try_cast(quantity_text as int) as quantity_value
    from trimmed

),

final as (

    select
        _source as source,
        {{ prefixed("visitor") }} as visitor_id,
        {{ prefixed(clean("user_id")) }} as user_id,
        {{ prefixed(clean("source_session_id")) }} as source_session_id,
        occurred_at as event_time,
        {{ us("occurred_at") }} as event_time_us,
        collected_at as received_at,
        case
            when
                type_text in (
                    'page_view', 'search', 'product_view', 'add_to_cart',
                    'remove_from_cart', 'checkout', 'purchase', 'refund',
                    'login'
                )
                then type_text
            else 'other'
        end as event_type,
        {{ given("page_type") }} as page_type,
        {{ given("page_url") }} as page_url,
        {{ given("search_query") }} as search_query,
        {{ prefixed(clean("product_id")) }} as product_id,
        {{ clean("category") }} as category,
        {{ clean("brand") }} as brand,
        price_value as price,
        quantity_value as quantity,
        {{ prefixed(clean("order_id")) }} as order_id,
        {{ given("payment_method") }} as payment_method,
        lower({{ clean("outcome") }}) as outcome,
        {{ given("device_type") }} as device_type,
        {{ given("browser") }} as browser,
        {{ given("os") }} as os,
        {{ given("user_agent") }} as user_agent,
        {{ given("country") }} as country,
        {{ given("city") }} as city,
        {{ masked_ip("ip_address") }} as ip_address,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        {{ given("experiment") }} as experiment,
        {{ given("variant") }} as variant,
        -- what judging needs
        id_text,
        type_text,
        time_text,
        received_text,
        price_text,
        quantity_text,
        prefix,
        row_md5,
        mapping_error,
        _parse_error,
        _covers_until,
        _source_file,
        _source_line,
        _ingested_at,
        _batch_id,
        _batch_key
    from typed

)

select * from final
