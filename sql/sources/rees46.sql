-- source: rees46
-- title: REES46 eCommerce behavior data from multi category store
-- kind: events
-- formats: csv, parquet
-- requires: event_time, event_type, product_id, category_id, category_code, brand, price, user_id, user_session
--
-- grain: one row per raw event
-- key: none; exact copies of a row are one event
-- reader: silver.events
--
-- https://rees46.com/en/datasets, published by M. Kechinov; times are UTC,
-- prices are of one currency. There is no order id and no quantity: a purchase
-- row is one unit. Many buying sessions have no cart event; that is real.

select
    cast(null as string) as event_id,
    -- A permanent id of the browser's cookie, not an account.
    user_id as visitor_id,
    cast(null as string) as user_id,
    user_session as source_session_id,
    -- '2019-10-01 00:00:00 UTC'
    case
        when event_time like '% UTC'
            then substr(event_time, 1, length(event_time) - 4)
        else event_time
    end as event_time,
    cast(null as string) as received_at,
    case event_type
        when 'view' then 'product_view'
        when 'cart' then 'add_to_cart'
        else event_type
    end as event_type,
    cast(null as string) as page_type,
    cast(null as string) as page_url,
    cast(null as string) as search_query,
    product_id,
    -- A third of the products have no category code, all have a category.
    coalesce(category_code, category_id) as category,
    brand,
    price,
    cast(null as string) as quantity,
    cast(null as string) as order_id,
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
    -- A spreadsheet keeps 15 digits of a number and shows 6 of them, so many
    -- categories, or visitors, have become one.
    case
        when category_id like '%E+%' or product_id like '%E+%'
            or user_id like '%E+%'
            then 'a spreadsheet has rounded the ids (as in 2.10381E+18); '
                || 'use the original file'
    end as mapping_error,
    {{ origin }}
from {{ bronze }}
