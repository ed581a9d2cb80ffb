-- What each way into the shop brings. A session's channel is that of its first
-- event, so revenue here is by last touch.
-- grain: one row per session_date, channel_group, utm_source, utm_medium,
--     utm_campaign and device_type
-- key: session_date, channel_group, utm_source, utm_medium, utm_campaign,
--     device_type
-- reader: Tableau
-- columns:
--     session_date          date     dimension
--     channel_group         text     dimension
--     utm_source            text     dimension
--     utm_medium            text     dimension
--     utm_campaign          text     dimension
--     device_type           text     dimension
--     sessions              bigint   sum
--     bounced_sessions      bigint   sum
--     converted_sessions    bigint   sum
--     cart_sessions         bigint   sum
--     abandoned_sessions    bigint   sum
--     orders                bigint   sum
--     priced_orders         bigint   sum
--     revenue               numeric  sum  money
--     duration_seconds      bigint   sum  seconds
--     new_visitor_sessions  bigint   sum
-- ratios:
--     Conversion:             converted_sessions / sessions       percent
--     Average order value:    revenue / priced_orders             money
--     Bounce rate:            bounced_sessions / sessions         percent
--     Cart abandonment:       abandoned_sessions / cart_sessions  percent
--     Revenue per session:    revenue / sessions                  money
--     Share of new visitors:  new_visitor_sessions / sessions     percent

create view analytics.vw_tableau_touchpoint_performance as

with

sessions as (

    select * from gold.agg_session_daily

),

devices as (

    select * from gold.dim_device

),

channels as (

    select * from gold.dim_channel

),

-- By keys first: names are looked up once for each sum, not for each row.
totals as (

    select
        session_date,
        device_key,
        channel_key,
        sum(sessions) as sessions,
        sum(bounced_sessions) as bounced_sessions,
        sum(converted_sessions) as converted_sessions,
        sum(cart_sessions) as cart_sessions,
        sum(abandoned_sessions) as abandoned_sessions,
        sum(orders) as orders,
        sum(priced_orders) as priced_orders,
        sum(revenue) as revenue,
        sum(duration_seconds) as duration_seconds,
        sum(case when is_new_visitor then sessions else 0 end)
            as new_visitor_sessions
    from sessions
    group by session_date, device_key, channel_key

),

final as (

    select
        totals.session_date,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        devices.device_type,
        sum(totals.sessions)::bigint as sessions,
        sum(totals.bounced_sessions)::bigint as bounced_sessions,
        sum(totals.converted_sessions)::bigint as converted_sessions,
        sum(totals.cart_sessions)::bigint as cart_sessions,
        sum(totals.abandoned_sessions)::bigint as abandoned_sessions,
        sum(totals.orders)::bigint as orders,
        sum(totals.priced_orders)::bigint as priced_orders,
        sum(totals.revenue) as revenue,
        sum(totals.duration_seconds)::bigint as duration_seconds,
        sum(totals.new_visitor_sessions)::bigint as new_visitor_sessions
    from totals
    inner join devices on totals.device_key = devices.device_key
    inner join channels on totals.channel_key = channels.channel_key
    group by
        totals.session_date,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        devices.device_type

)

select * from final;

comment on view analytics.vw_tableau_touchpoint_performance is
    'What each way into the shop brings: one row per session_date, channel_group, utm_source, utm_medium, utm_campaign and device_type. Without bots. Conversion = sum(converted_sessions) / sum(sessions).';
comment on column analytics.vw_tableau_touchpoint_performance.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_touchpoint_performance.channel_group is
    'Channel group of the sessions'' first event.';
comment on column analytics.vw_tableau_touchpoint_performance.utm_source is
    'Campaign source; (none) where empty.';
comment on column analytics.vw_tableau_touchpoint_performance.utm_medium is
    'Campaign medium; (none) where empty.';
comment on column analytics.vw_tableau_touchpoint_performance.utm_campaign is
    'Campaign name; (none) where empty.';
comment on column analytics.vw_tableau_touchpoint_performance.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column analytics.vw_tableau_touchpoint_performance.sessions is 'Sessions. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.bounced_sessions is
    'Sessions of a single event. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.converted_sessions is
    'Sessions with an order. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.cart_sessions is
    'Sessions with an addition to the cart. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.orders is 'Orders. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.revenue is
    'Gross revenue of the sessions'' orders, in the configured currency: by last touch. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.duration_seconds is
    'Seconds of all sessions. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.new_visitor_sessions is
    'Sessions that are the first of their visitor. Additive.';
