-- How far sessions get, step by step.
-- grain: one row per session_date, device_type, channel_group, country,
--     is_new_visitor, funnel_kind and step_number
-- key: session_date, device_type, channel_group, country, is_new_visitor,
--     funnel_kind, step_number
-- reader: Tableau
-- columns:
--     session_date               date     dimension
--     device_type                text     dimension
--     channel_group              text     dimension
--     country                    text     dimension
--     is_new_visitor             boolean  dimension
--     funnel_kind                text     dimension
--     step_number                integer  dimension
--     step_name                  text     dimension
--     sessions_at_step           bigint   sum
--     sessions_at_previous_step  bigint   sum
--     sessions_at_first_step     bigint   sum
-- ratios:
--     Step conversion:        sessions_at_step / sessions_at_previous_step  percent
--     Share of all sessions:  sessions_at_step / sessions_at_first_step     percent
-- filters:
--     funnel_kind: reached

create view analytics.vw_tableau_customer_journey_funnel as

with

sessions as (

    select * from gold.agg_session_group_daily

),

-- The two kinds stand apart: a purchase without a cart is reached, not strict.
steps as (

    select
        sessions.session_date,
        sessions.device_type,
        sessions.channel_group,
        sessions.country,
        sessions.is_new_visitor,
        step.funnel_kind,
        step.step_number,
        step.step_name,
        step.sessions_at_step,
        step.sessions_at_previous_step,
        sessions.sessions as sessions_at_first_step
    from sessions
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
