-- Carts, and what was left in them.
-- grain: one row per session_date, device_type, channel_group, country and
--     is_new_visitor
-- key: session_date, device_type, channel_group, country, is_new_visitor
-- reader: Tableau
-- columns:
--     session_date                 date     dimension
--     device_type                  text     dimension
--     channel_group                text     dimension
--     country                      text     dimension
--     is_new_visitor               boolean  dimension
--     sessions                     bigint   sum
--     cart_sessions                bigint   sum
--     abandoned_sessions           bigint   sum
--     converted_cart_sessions      bigint   sum
--     checkout_abandoned_sessions  bigint   sum
--     cart_value_added             numeric  sum  money
--     cart_value_end               numeric  sum  money
--     potential_lost_revenue       numeric  sum  money
--     unpriced_cart_lines          bigint   sum
-- ratios:
--     Cart abandonment:               abandoned_sessions / cart_sessions           percent
--     Abandoned value:                potential_lost_revenue / cart_value_added    percent
--     Value left per abandoned cart:  potential_lost_revenue / abandoned_sessions  money

create view analytics.vw_tableau_cart_abandonment as

with

sessions as (

    select * from gold.agg_session_group_daily

),

final as (

    select
        session_date,
        device_type,
        channel_group,
        country,
        is_new_visitor,
        sessions,
        cart_sessions,
        abandoned_sessions,
        cart_sessions - abandoned_sessions as converted_cart_sessions,
        reached_checkout - reached_purchase as checkout_abandoned_sessions,
        cart_value_added,
        cart_value_end,
        potential_lost_revenue,
        unpriced_cart_lines
    from sessions

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
    'Value of everything put into carts, in the configured currency. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.cart_value_end is
    'Value left in carts and not bought, in the configured currency. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.potential_lost_revenue is
    'Value left in abandoned carts, in the configured currency; a later session may still buy. Additive.';
comment on column analytics.vw_tableau_cart_abandonment.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
