-- Every session with what is known about it.
-- grain: one row per session
-- key: session_id
-- reader: Tableau
-- columns:
--     session_id              text       dimension
--     session_date            date       dimension
--     session_start_local     timestamp  dimension
--     hour                    integer    dimension
--     day_of_week             integer    dimension
--     device_type             text       dimension
--     browser                 text       dimension
--     os                      text       dimension
--     channel_group           text       dimension
--     utm_source              text       dimension
--     utm_medium              text       dimension
--     utm_campaign            text       dimension
--     country                 text       dimension
--     visitor_id              text       dimension
--     customer_id             text       dimension
--     rfm_segment             text       dimension
--     is_new_visitor          boolean    dimension
--     duration_bucket         text       dimension
--     duration_bucket_sort    integer    dimension
--     max_step                integer    dimension
--     sessions                integer    sum
--     bounced_sessions        integer    sum
--     converted_sessions      integer    sum
--     cart_sessions           integer    sum
--     checkout_sessions       integer    sum
--     abandoned_sessions      integer    sum
--     reached_product_view    integer    sum
--     reached_cart            integer    sum
--     reached_checkout        integer    sum
--     reached_purchase        integer    sum
--     strict_product_view     integer    sum
--     strict_cart             integer    sum
--     strict_checkout         integer    sum
--     strict_purchase         integer    sum
--     events                  integer    sum
--     page_views              integer    sum
--     searches                integer    sum
--     product_views           integer    sum
--     adds                    integer    sum
--     removes                 integer    sum
--     checkouts               integer    sum
--     purchase_lines          integer    sum
--     orders                  integer    sum
--     priced_orders           integer    sum
--     units                   integer    sum
--     unpriced_cart_lines     integer    sum
--     duration_seconds        bigint     sum  seconds
--     revenue                 numeric    sum  money
--     cart_value_added        numeric    sum  money
--     cart_value_end          numeric    sum  money
--     potential_lost_revenue  numeric    sum  money
--     distinct_products       integer    avg
-- ratios:
--     Conversion:           converted_sessions / sessions       percent
--     Average order value:  revenue / priced_orders             money
--     Bounce rate:          bounced_sessions / sessions         percent
--     Cart abandonment:     abandoned_sessions / cart_sessions  percent
--     Session length:       duration_seconds / sessions         seconds
--     Events per session:   events / sessions                   number

create view analytics.vw_tableau_session_analytics as

-- One plain select: PostgreSQL makes a view part of the query that asks only
-- where it has no common table expressions, and else mistakes the few groups of
-- a dashboard for a third of all sessions and reads them with one process. The
-- few bots are sought out, and dimensions joined so that a query which asks for
-- none of their columns need not look them up.
select
    sessions.session_id::text as session_id,
    sessions.session_date,
    -- An explicit zone: the reader's own setting must not move an hour.
    sessions.session_start at time zone (
        select value
        from gold.etl_setting
        where name = 'time_zone'
    ) as session_start_local,
    sessions.session_start_hour::integer as hour,
    dates.day_of_week::integer as day_of_week,
    devices.device_type,
    devices.browser,
    devices.os,
    channels.channel_group,
    channels.utm_source,
    channels.utm_medium,
    channels.utm_campaign,
    sessions.country,
    sessions.visitor_id,
    coalesce(sessions.user_id, visitors.customer_id) as customer_id,
    users.rfm_segment,
    coalesce(sessions.session_id = visitors.first_session_id, false)
        as is_new_visitor,
    case
        when sessions.duration_seconds = 0 then '0 s'
        when sessions.duration_seconds <= 10 then '1-10 s'
        when sessions.duration_seconds <= 60 then '11-60 s'
        when sessions.duration_seconds <= 180 then '1-3 min'
        when sessions.duration_seconds <= 600 then '3-10 min'
        when sessions.duration_seconds <= 1800 then '10-30 min'
        else 'over 30 min'
    end as duration_bucket,
    case
        when sessions.duration_seconds = 0 then 1
        when sessions.duration_seconds <= 10 then 2
        when sessions.duration_seconds <= 60 then 3
        when sessions.duration_seconds <= 180 then 4
        when sessions.duration_seconds <= 600 then 5
        when sessions.duration_seconds <= 1800 then 6
        else 7
    end as duration_bucket_sort,
    sessions.max_step::integer as max_step,
    sessions.sessions,
    sessions.bounced_sessions,
    sessions.converted_sessions,
    sessions.cart_sessions,
    sessions.checkout_sessions,
    sessions.abandoned_sessions,
    sessions.reached_product_view,
    sessions.reached_cart,
    sessions.reached_checkout,
    sessions.reached_purchase,
    sessions.strict_product_view,
    sessions.strict_cart,
    sessions.strict_checkout,
    sessions.strict_purchase,
    sessions.events,
    sessions.page_views,
    sessions.searches,
    sessions.product_views,
    sessions.adds,
    sessions.removes,
    sessions.checkouts,
    sessions.purchase_lines,
    sessions.orders,
    sessions.priced_orders,
    sessions.units,
    sessions.unpriced_cart_lines,
    sessions.duration_seconds,
    sessions.revenue,
    sessions.cart_value_added,
    sessions.cart_value_end,
    sessions.potential_lost_revenue,
    sessions.distinct_products
from gold.fact_sessions as sessions
left join gold.dim_visitors as visitors
    on sessions.visitor_id = visitors.visitor_id
left join gold.dim_users as users
    on coalesce(sessions.user_id, visitors.customer_id) = users.customer_id
left join gold.dim_device as devices on sessions.device_key = devices.device_key
left join gold.dim_channel as channels
    on sessions.channel_key = channels.channel_key
left join gold.dim_date as dates on sessions.session_date = dates.date
where not exists (
    select 1
    from gold.dim_visitors as bots
    where sessions.visitor_id = bots.visitor_id and bots.is_bot
);

comment on view analytics.vw_tableau_session_analytics is
    'Every session with what is known about it: one row per session. Without bots.';
comment on column analytics.vw_tableau_session_analytics.session_id is
    'The session, as text: its 60 bits exceed what a double holds.';
comment on column analytics.vw_tableau_session_analytics.session_date is
    'Start day, in the business time zone.';
comment on column analytics.vw_tableau_session_analytics.session_start_local is
    'First event, on the clock of the business time zone.';
comment on column analytics.vw_tableau_session_analytics.hour is
    'Hour of the start, 0 to 23, in the business time zone.';
comment on column analytics.vw_tableau_session_analytics.day_of_week is
    'ISO day of the week of the start, 1 = Monday.';
comment on column analytics.vw_tableau_session_analytics.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column analytics.vw_tableau_session_analytics.browser is
    'Browser family; (unknown) where not recorded.';
comment on column analytics.vw_tableau_session_analytics.os is
    'Operating system; (unknown) where not recorded.';
comment on column analytics.vw_tableau_session_analytics.channel_group is
    'Channel group of the first event.';
comment on column analytics.vw_tableau_session_analytics.utm_source is
    'Campaign source; (none) where empty.';
comment on column analytics.vw_tableau_session_analytics.utm_medium is
    'Campaign medium; (none) where empty.';
comment on column analytics.vw_tableau_session_analytics.utm_campaign is
    'Campaign name; (none) where empty.';
comment on column analytics.vw_tableau_session_analytics.country is
    'Country; (unknown) where not recorded.';
comment on column analytics.vw_tableau_session_analytics.visitor_id is 'The device or cookie.';
comment on column analytics.vw_tableau_session_analytics.customer_id is
    'The account seen in the session, else the visitor''s customer.';
comment on column analytics.vw_tableau_session_analytics.rfm_segment is
    'The customer''s current segment, as of the last day of the data.';
comment on column analytics.vw_tableau_session_analytics.is_new_visitor is
    'First session of its visitor.';
comment on column analytics.vw_tableau_session_analytics.duration_bucket is
    'Class of duration_seconds.';
comment on column analytics.vw_tableau_session_analytics.duration_bucket_sort is
    '1 to 7, to sort duration_bucket by.';
comment on column analytics.vw_tableau_session_analytics.max_step is
    'Furthest funnel step reached: 1 session, 2 product view, 3 cart, 4 checkout, 5 purchase.';
comment on column analytics.vw_tableau_session_analytics.sessions is 'Always 1. Additive.';
comment on column analytics.vw_tableau_session_analytics.bounced_sessions is
    '1 for a session of a single event. Additive.';
comment on column analytics.vw_tableau_session_analytics.converted_sessions is
    '1 for a session with at least one order. Additive; conversion = its sum / sum of sessions.';
comment on column analytics.vw_tableau_session_analytics.cart_sessions is
    '1 for a session with at least one addition to the cart. Additive.';
comment on column analytics.vw_tableau_session_analytics.checkout_sessions is
    '1 for a session with a checkout. Additive.';
comment on column analytics.vw_tableau_session_analytics.abandoned_sessions is
    '1 for a cart session without order. Additive; abandonment = its sum / sum of cart_sessions.';
comment on column analytics.vw_tableau_session_analytics.reached_product_view is
    '1 when a product view or any later step was seen. Additive.';
comment on column analytics.vw_tableau_session_analytics.reached_cart is
    '1 when a cart or any later step was seen. Additive.';
comment on column analytics.vw_tableau_session_analytics.reached_checkout is
    '1 when a checkout or a purchase was seen. Additive.';
comment on column analytics.vw_tableau_session_analytics.reached_purchase is
    '1 when a counted purchase was seen. Additive.';
comment on column analytics.vw_tableau_session_analytics.strict_product_view is
    '1 when a product view was seen. Additive.';
comment on column analytics.vw_tableau_session_analytics.strict_cart is
    '1 when a cart event followed a product view. Additive.';
comment on column analytics.vw_tableau_session_analytics.strict_checkout is
    '1 when a checkout followed these in order. Additive.';
comment on column analytics.vw_tableau_session_analytics.strict_purchase is
    '1 when a purchase followed these in order. Additive.';
comment on column analytics.vw_tableau_session_analytics.events is 'Events. Additive.';
comment on column analytics.vw_tableau_session_analytics.page_views is 'Page views. Additive.';
comment on column analytics.vw_tableau_session_analytics.searches is 'Searches. Additive.';
comment on column analytics.vw_tableau_session_analytics.product_views is
    'Product views. Additive.';
comment on column analytics.vw_tableau_session_analytics.adds is
    'Additions to the cart, events. Additive.';
comment on column analytics.vw_tableau_session_analytics.removes is
    'Removals from the cart, events. Additive.';
comment on column analytics.vw_tableau_session_analytics.checkouts is 'Checkouts. Additive.';
comment on column analytics.vw_tableau_session_analytics.purchase_lines is
    'Counted purchase lines. Additive.';
comment on column analytics.vw_tableau_session_analytics.orders is 'Orders. Additive.';
comment on column analytics.vw_tableau_session_analytics.priced_orders is
    'Orders with at least one priced line. Additive; AOV = revenue / priced_orders.';
comment on column analytics.vw_tableau_session_analytics.units is 'Pieces bought. Additive.';
comment on column analytics.vw_tableau_session_analytics.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
comment on column analytics.vw_tableau_session_analytics.duration_seconds is
    'Seconds from the first to the last event; 0 for one event. Additive.';
comment on column analytics.vw_tableau_session_analytics.revenue is
    'Gross revenue of the session''s orders, in the configured currency. Additive.';
comment on column analytics.vw_tableau_session_analytics.cart_value_added is
    'Value of everything put into the cart, in the configured currency. Additive.';
comment on column analytics.vw_tableau_session_analytics.cart_value_end is
    'Value left in the cart and not bought, in the configured currency. Additive.';
comment on column analytics.vw_tableau_session_analytics.potential_lost_revenue is
    'cart_value_end of abandoned sessions, else 0, in the configured currency; a later session may still buy. Additive.';
comment on column analytics.vw_tableau_session_analytics.distinct_products is
    'Different products touched. Not additive.';
