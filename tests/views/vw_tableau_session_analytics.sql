-- UTC is the business time zone of the data compared.
select cast(f.session_id as string), f.session_date, f.session_start, f.session_start_hour, dates.day_of_week,
    d.device_type, d.browser, d.os, c.channel_group, c.utm_source, c.utm_medium, c.utm_campaign, f.country,
    f.visitor_id, coalesce(f.user_id, v.customer_id), u.rfm_segment, f.session_id = v.first_session_id as is_new,
    case when duration_seconds = 0 then '0 s' when duration_seconds <= 10 then '1-10 s'
        when duration_seconds <= 60 then '11-60 s' when duration_seconds <= 180 then '1-3 min'
        when duration_seconds <= 600 then '3-10 min' when duration_seconds <= 1800 then '10-30 min'
        else 'over 30 min' end as bucket,
    case when duration_seconds = 0 then 1 when duration_seconds <= 10 then 2 when duration_seconds <= 60 then 3
        when duration_seconds <= 180 then 4 when duration_seconds <= 600 then 5
        when duration_seconds <= 1800 then 6 else 7 end as bucket_sort,
    f.max_step, f.sessions, f.bounced_sessions, f.converted_sessions, f.cart_sessions, f.checkout_sessions,
    f.abandoned_sessions, f.reached_product_view, f.reached_cart, f.reached_checkout, f.reached_purchase,
    f.strict_product_view, f.strict_cart, f.strict_checkout, f.strict_purchase, f.events, f.page_views, f.searches,
    f.product_views, f.adds, f.removes, f.checkouts, f.purchase_lines, f.orders, f.priced_orders, f.units,
    f.unpriced_cart_lines, f.duration_seconds, f.revenue, f.cart_value_added, f.cart_value_end,
    f.potential_lost_revenue, f.distinct_products
from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_users as u on coalesce(f.user_id, v.customer_id) = u.customer_id
inner join gold.dim_device as d on f.device_key = d.device_key
inner join gold.dim_channel as c on f.channel_key = c.channel_key
inner join gold.dim_date as dates on f.session_date = dates.date
