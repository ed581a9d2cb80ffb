-- source: kaggle
-- title: Kaggle E-commerce Clickstream and Transaction Dataset
-- kind: events
-- formats: csv, parquet
-- requires: UserID, SessionID, Timestamp, EventType, ProductID, Amount, Outcome
--
-- grain: one row per raw event
-- key: none; exact copies of a row are one event
-- reader: silver.events
--
-- Times are taken for UTC. Event types are page_view, product_view,
-- add_to_cart, purchase, login, and click and logout, which become `other`.
-- Amount and Outcome ('purchase') stand on purchases only, each of one product.

select
    cast(null as string) as event_id,
    "UserID" as visitor_id,
    "UserID" as user_id,
    -- A session's number is unique for its user only.
    "UserID" || '-' || "SessionID" as source_session_id,
    "Timestamp" as event_time,
    cast(null as string) as received_at,
    "EventType" as event_type,
    cast(null as string) as page_type,
    cast(null as string) as page_url,
    cast(null as string) as search_query,
    "ProductID" as product_id,
    cast(null as string) as category,
    cast(null as string) as brand,
    "Amount" as price,
    cast(null as string) as quantity,
    cast(null as string) as order_id,
    cast(null as string) as payment_method,
    case "Outcome"
        when 'purchase' then 'success'
        else "Outcome"
    end as outcome,
    cast(null as string) as device_type,
    cast(null as string) as browser,
    cast(null as string) as os,
    cast(null as string) as user_agent,
    cast(null as string) as country,
    cast(null as string) as city,
    cast(null as string) as ip_address,
    cast(null as string) as referrer,
    cast(null as string) as utm_source,
    cast(null as string) as utm_medium,
    cast(null as string) as utm_campaign,
    cast(null as string) as experiment,
    cast(null as string) as variant,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
