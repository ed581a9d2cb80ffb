-- source: clickmill
-- title: clickmill's own raw events
-- kind: events
-- formats: csv, jsonl, json, parquet
-- requires: event_id, visitor_id, event_time, event_type
-- optional: user_id, session_id, received_at, page_type, page_url, search_query, product_id, category, brand, price, quantity, order_id, payment_method, outcome, device_type, browser, os, user_agent, country, city, ip_address, referrer, utm_source, utm_medium, utm_campaign, experiment, variant
--
-- grain: one row per raw event
-- key: event_id
-- reader: silver.events
--
-- The raw columns bear the canonical names already.

select
    event_id,
    visitor_id,
    user_id,
    session_id as source_session_id,
    event_time,
    received_at,
    event_type,
    page_type,
    page_url,
    search_query,
    product_id,
    category,
    brand,
    price,
    quantity,
    order_id,
    payment_method,
    outcome,
    device_type,
    browser,
    os,
    user_agent,
    country,
    city,
    ip_address,
    -- Recorded, and empty where the visit came from nowhere.
    coalesce(referrer, '') as referrer,
    coalesce(utm_source, '') as utm_source,
    coalesce(utm_medium, '') as utm_medium,
    coalesce(utm_campaign, '') as utm_campaign,
    experiment,
    variant,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
