-- How far sessions get, step by step.
-- grain: one row per session_date, device_type, channel_group, country,
--     is_new_visitor, funnel_kind and step_number
-- key: session_date, device_type, channel_group, country, is_new_visitor,
--     funnel_kind, step_number
-- reader: Tableau

create view analytics.vw_tableau_customer_journey_funnel as

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

totals as (

    select
        sessions.session_date,
        devices.device_type,
        channels.channel_group,
        sessions.country,
        sessions.is_new_visitor,
        sum(sessions.sessions)::bigint as sessions,
        sum(sessions.reached_product_view)::bigint as reached_product_view,
        sum(sessions.reached_cart)::bigint as reached_cart,
        sum(sessions.reached_checkout)::bigint as reached_checkout,
        sum(sessions.reached_purchase)::bigint as reached_purchase,
        sum(sessions.strict_product_view)::bigint as strict_product_view,
        sum(sessions.strict_cart)::bigint as strict_cart,
        sum(sessions.strict_checkout)::bigint as strict_checkout,
        sum(sessions.strict_purchase)::bigint as strict_purchase
    from sessions
    inner join devices on sessions.device_key = devices.device_key
    inner join channels on sessions.channel_key = channels.channel_key
    group by
        sessions.session_date,
        devices.device_type,
        channels.channel_group,
        sessions.country,
        sessions.is_new_visitor

),

-- The two kinds stand apart: a purchase without a cart is reached, not strict.
steps as (

    select
        totals.session_date,
        totals.device_type,
        totals.channel_group,
        totals.country,
        totals.is_new_visitor,
        step.funnel_kind,
        step.step_number,
        step.step_name,
        step.sessions_at_step,
        step.sessions_at_previous_step,
        totals.sessions as sessions_at_first_step
    from totals
    cross join lateral (
        values
        ('reached', 1, 'Session', sessions, null),
        ('reached', 2, 'Product view', reached_product_view, sessions),
        ('reached', 3, 'Cart', reached_cart, reached_product_view),
        ('reached', 4, 'Checkout', reached_checkout, reached_cart),
        ('reached', 5, 'Purchase', reached_purchase, reached_checkout),
        ('strict', 1, 'Session', sessions, null),
        ('strict', 2, 'Product view', strict_product_view, sessions),
        ('strict', 3, 'Cart', strict_cart, strict_product_view),
        ('strict', 4, 'Checkout', strict_checkout, strict_cart),
        ('strict', 5, 'Purchase', strict_purchase, strict_checkout)
    ) as step (
        funnel_kind,
        step_number,
        step_name,
        sessions_at_step,
        sessions_at_previous_step
    )

)

select * from steps;

comment on view analytics.vw_tableau_customer_journey_funnel is
    'How far sessions get: one row per session_date, device_type, channel_group, country, is_new_visitor, funnel_kind and step_number. Without bots. Filter on one funnel_kind; step conversion = sum(sessions_at_step) / sum(sessions_at_previous_step), with the step in view.';
comment on column analytics.vw_tableau_customer_journey_funnel.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_customer_journey_funnel.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column analytics.vw_tableau_customer_journey_funnel.channel_group is
    'Channel group of the sessions first event.';
comment on column analytics.vw_tableau_customer_journey_funnel.country is
    'Country; (unknown) where not recorded.';
comment on column analytics.vw_tableau_customer_journey_funnel.is_new_visitor is
    'First session of its visitor.';
comment on column analytics.vw_tableau_customer_journey_funnel.funnel_kind is
    'reached: the step or any later one was seen; strict: the steps were seen in this order.';
comment on column analytics.vw_tableau_customer_journey_funnel.step_number is
    '1 to 5, for sorting.';
comment on column analytics.vw_tableau_customer_journey_funnel.step_name is
    'Session, Product view, Cart, Checkout, Purchase.';
comment on column analytics.vw_tableau_customer_journey_funnel.sessions_at_step is
    'Sessions that got to the step. Additive within a step and kind.';
comment on column analytics.vw_tableau_customer_journey_funnel.sessions_at_previous_step is
    'Sessions that got to the step before; null on the first. Additive within a step and kind.';
comment on column analytics.vw_tableau_customer_journey_funnel.sessions_at_first_step is
    'All sessions. Additive within a step and kind.';
