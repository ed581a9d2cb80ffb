-- What each way into the shop brings. A session's channel is that of its first
-- event, so revenue here is by last touch.
-- grain: one row per session_date, channel_group, utm_source, utm_medium,
--     utm_campaign and device_type
-- key: session_date, channel_group, utm_source, utm_medium, utm_campaign,
--     device_type
-- reader: Tableau

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

final as (

    select
        sessions.session_date,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        devices.device_type,
        sum(sessions.sessions)::bigint as sessions,
        sum(sessions.bounced_sessions)::bigint as bounced_sessions,
        sum(sessions.converted_sessions)::bigint as converted_sessions,
        sum(sessions.cart_sessions)::bigint as cart_sessions,
        sum(sessions.abandoned_sessions)::bigint as abandoned_sessions,
        sum(sessions.orders)::bigint as orders,
        sum(sessions.priced_orders)::bigint as priced_orders,
        sum(sessions.revenue) as revenue,
        sum(sessions.duration_seconds)::bigint as duration_seconds,
        coalesce(
            sum(sessions.sessions) filter (where sessions.is_new_visitor), 0
        )::bigint as new_visitor_sessions
    from sessions
    inner join devices on sessions.device_key = devices.device_key
    inner join channels on sessions.channel_key = channels.channel_key
    group by
        sessions.session_date,
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
    'Gross revenue of the sessions'' orders: by last touch. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.duration_seconds is
    'Seconds of all sessions. Additive.';
comment on column analytics.vw_tableau_touchpoint_performance.new_visitor_sessions is
    'Sessions that are the first of their visitor. Additive.';
