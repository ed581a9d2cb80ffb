-- source: retailrocket
-- title: RetailRocket recommender system dataset, events.csv
-- kind: events
-- formats: csv, parquet
-- requires: timestamp, visitorid, event, itemid, transactionid
-- optional: datetime
--
-- grain: one row per raw event
-- key: none; exact copies of a row are one event
-- reader: silver.events
--
-- https://www.kaggle.com/datasets/retailrocket/ecommerce-dataset; times are
-- epoch milliseconds. There are neither sessions nor prices, so revenue has no
-- value here. A transaction is one row per item bought.

select
    cast(null as string) as event_id,
    visitorid as visitor_id,
    cast(null as string) as user_id,
    cast(null as string) as source_session_id,
    {{ from_epoch_ms('timestamp') }} as event_time,
    cast(null as string) as received_at,
    case event
        when 'view' then 'product_view'
        when 'addtocart' then 'add_to_cart'
        when 'transaction' then 'purchase'
        else event
    end as event_type,
    cast(null as string) as page_type,
    cast(null as string) as page_url,
    cast(null as string) as search_query,
    itemid as product_id,
    cast(null as string) as category,
    cast(null as string) as brand,
    cast(null as string) as price,
    cast(null as string) as quantity,
    -- Some copies went through a tool that writes whole numbers as '8693.0'.
    case
        when transactionid like '%.0'
            then substr(transactionid, 1, length(transactionid) - 2)
        else transactionid
    end as order_id,
    cast(null as string) as payment_method,
    cast(null as string) as outcome,
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
