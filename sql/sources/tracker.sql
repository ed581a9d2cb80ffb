-- source: tracker
-- title: Generic event log of a web tracker
-- kind: events
-- formats: csv, jsonl, json, parquet
-- requires: event_id, user_id, event_time, event_type, product_id, category, price, quantity, device, browser, referrer, country
--
-- grain: one row per raw event
-- key: event_id
-- reader: silver.events
--
-- The one id of a person serves as visitor and as account; times are UTC.

select
    event_id,
    user_id as visitor_id,
    user_id,
    cast(null as string) as source_session_id,
    event_time,
    cast(null as string) as received_at,
    event_type,
    cast(null as string) as page_type,
    cast(null as string) as page_url,
    cast(null as string) as search_query,
    product_id,
    category,
    cast(null as string) as brand,
    price,
    quantity,
    cast(null as string) as order_id,
    cast(null as string) as payment_method,
    cast(null as string) as outcome,
    device as device_type,
    browser,
    cast(null as string) as os,
    cast(null as string) as user_agent,
    country,
    cast(null as string) as city,
    cast(null as string) as ip_address,
    -- Recorded, and empty where the visit came from nowhere.
    case
        when referrer is null or referrer = 'direct' then ''
        else referrer
    end as referrer,
    cast(null as string) as utm_source,
    cast(null as string) as utm_medium,
    cast(null as string) as utm_campaign,
    cast(null as string) as experiment,
    cast(null as string) as variant,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
