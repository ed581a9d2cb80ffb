-- Carts, and what was left in them.
-- grain: one row per session_date, device_type, channel_group, country and
--     is_new_visitor
-- key: session_date, device_type, channel_group, country, is_new_visitor
-- reader: Tableau

create view analytics.vw_tableau_cart_abandonment as

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
        devices.device_type,
        channels.channel_group,
        sessions.country,
        sessions.is_new_visitor,
        sum(sessions.sessions)::bigint as sessions,
        sum(sessions.cart_sessions)::bigint as cart_sessions,
        sum(sessions.abandoned_sessions)::bigint as abandoned_sessions,
        sum(sessions.cart_sessions - sessions.abandoned_sessions)::bigint
            as converted_cart_sessions,
        sum(sessions.reached_checkout - sessions.reached_purchase)::bigint
            as checkout_abandoned_sessions,
        sum(sessions.cart_value_added) as cart_value_added,
        sum(sessions.cart_value_end) as cart_value_end,
        sum(sessions.potential_lost_revenue) as potential_lost_revenue,
        sum(sessions.unpriced_cart_lines)::bigint as unpriced_cart_lines
    from sessions
    inner join devices on sessions.device_key = devices.device_key
    inner join channels on sessions.channel_key = channels.channel_key
    group by
        sessions.session_date,
        devices.device_type,
        channels.channel_group,
        sessions.country,
        sessions.is_new_visitor

)

select * from final;

comment on view analytics.vw_tableau_cart_abandonment is
    'Carts, and what was left in them: one row per session_date, device_type, channel_group, country and is_new_visitor. Without bots. Abandonment = sum(abandoned_sessions) / sum(cart_sessions).';
comment on column analytics.vw_tableau_cart_abandonment.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_cart_abandonment.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column analytics.vw_tableau_cart_abandonment.channel_group is
    'Channel group of the sessions'' first event.';
comment on column analytics.vw_tableau_cart_abandonment.country is
    'Country; (unknown) where not recorded.';
comment on column analytics.vw_tableau_cart_abandonment.is_new_visitor is
    'First session of its visitor.';
comment on column analytics.vw_tableau_cart_abandonment.sessions is 'Sessions. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.cart_sessions is
    'Sessions with an addition to the cart. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.converted_cart_sessions is
    'Cart sessions with an order. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.checkout_abandoned_sessions is
    'Sessions that reached the checkout and did not buy, whether or not a cart was seen. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.cart_value_added is
    'Value of everything put into carts. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.cart_value_end is
    'Value left in carts and not bought. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.potential_lost_revenue is
    'Value left in abandoned carts; a later session may still buy. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
