-- grain: one row per bronze row of kind events, cast and judged
-- key: _batch_id, _source_line
-- reader: silver.distinct_events, silver.duplicates, silver.quarantine
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
        nullif(trim(visitor_id), '') as visitor,
        nullif(trim(event_type), '') as type_text,
        nullif(trim(event_time), '') as time_text,
        nullif(trim(received_at), '') as received_text,
        nullif(trim(price), '') as price_text,
        nullif(trim(quantity), '') as quantity_text,
        nullif(trim(event_id), '') as id_text
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

-- one sentence for each fault; the raw columns beside it tell the value
judged as (

    select
        *,
        {{ us("occurred_at") }} as occurred_us,
        coalesce('malformed row: ' || _parse_error || '; ', '')
        || coalesce(mapping_error || '; ', '')
        || case
            when _parse_error is not null then ''
            else
                case
                    when visitor is null
                        then 'visitor_id is missing; '
                    else ''
                end
                || case
                    when type_text is null
                        then 'event_type is missing; '
                    else ''
                end
                || case
                    when time_text is null
                        then 'event_time is missing; '
                    when occurred_at is null
                        then 'event_time is not a timestamp; '
                    when {{ us("occurred_at") }} < $min_time_us
                        then 'event_time is before silver.min_time; '
                    -- made data may lie ahead of the clock; its manifest says
                    -- how far
                    when {{ us("occurred_at") }} > coalesce(
                        $max_time_us,
                        {{ us("_covers_until") }},
                        {{ us("_ingested_at") }} + 86400000000
                    )
                        then 'event_time is after silver.max_time; '
                    else ''
                end
                || case
                    when
                        received_text is not null
                        and collected_at is null
                        then 'received_at is not a timestamp; '
                    else ''
                end
                || case
                    when
                        price_text is not null
                        and price_value is null
                        then 'price is not a number; '
                    when price_value < 0
                        then 'price is negative; '
                    else ''
                end
                || case
                    when
                        quantity_text is not null
                        and quantity_value is null
                        then 'quantity is not a whole number; '
                    when quantity_value <= 0
                        then 'quantity is not positive; '
                    else ''
                end
        end as faults
    from typed

),

final as (

    select
        -- a UUID stays; another id, or none, becomes one
        case
            when {{ is_uuid("id_text") }} then lower(id_text)
            when id_text is not null
                then {{ uuid_of("md5(_source || ':' || prefix || id_text)") }}
            else {{ uuid_of("md5(_source || ':' || prefix || row_md5)") }}
        end as event_id,
        _source as source,
        prefix || visitor as visitor_id,
        prefix || nullif(trim(user_id), '') as user_id,
        prefix || nullif(trim(source_session_id), '') as source_session_id,
        occurred_at as event_time,
        occurred_us as event_time_us,
        collected_at as received_at,
        case
            when
                lower(type_text) in (
                    'page_view', 'search', 'product_view', 'add_to_cart',
                    'remove_from_cart', 'checkout', 'purchase', 'refund',
                    'login'
                )
                then lower(type_text)
            else 'other'
        end as event_type,
        nullif(page_type, '') as page_type,
        nullif(page_url, '') as page_url,
        nullif(search_query, '') as search_query,
        prefix || nullif(trim(product_id), '') as product_id,
        nullif(trim(category), '') as category,
        nullif(trim(brand), '') as brand,
        price_value as price,
        quantity_value as quantity,
        prefix || nullif(trim(order_id), '') as order_id,
        nullif(payment_method, '') as payment_method,
        nullif(lower(trim(outcome)), '') as outcome,
        nullif(device_type, '') as device_type,
        nullif(browser, '') as browser,
        nullif(os, '') as os,
        nullif(user_agent, '') as user_agent,
        nullif(country, '') as country,
        nullif(city, '') as city,
        -- the last octet of an IPv4, all but three groups of an IPv6 address
        case
            when ip_address like '%:%'
                then split_part(ip_address, ':', 1)
                    || ':' || split_part(ip_address, ':', 2)
                    || ':' || split_part(ip_address, ':', 3) || '::'
            when ip_address like '%.%.%.%'
                then split_part(ip_address, '.', 1)
                    || '.' || split_part(ip_address, '.', 2)
                    || '.' || split_part(ip_address, '.', 3) || '.0'
        end as ip_address,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        nullif(experiment, '') as experiment,
        nullif(variant, '') as variant,
        row_md5,
        case
            when faults <> '' then substr(faults, 1, length(faults) - 2)
        end as reasons,
        _source_file,
        _source_line,
        _ingested_at,
        _batch_id
    from judged

)

select * from final
