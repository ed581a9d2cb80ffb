-- The funnel of each single session.
-- grain: one row per session
-- key: session_id
-- reader: people, Tableau
-- columns:
--     session_id            text     dimension
--     session_date          date     dimension
--     visitor_id            text     dimension
--     customer_id           text     dimension
--     max_step              integer  dimension
--     reached_product_view  integer  sum
--     reached_cart          integer  sum
--     reached_checkout      integer  sum
--     reached_purchase      integer  sum
--     strict_product_view   integer  sum
--     strict_cart           integer  sum
--     strict_checkout       integer  sum
--     strict_purchase       integer  sum
-- ratios:
--     View to cart, reached:          reached_cart / reached_product_view  percent
--     Cart to checkout, reached:      reached_checkout / reached_cart      percent
--     Checkout to purchase, reached:  reached_purchase / reached_checkout  percent
--     View to cart, strict:           strict_cart / strict_product_view    percent

create view analytics.vw_session_funnel as

-- One plain select, as in vw_tableau_session_analytics: common table expressions
-- would keep the view apart from the query that asks. The few bots are sought
-- out: a query that asks for no customer need not look up every session's
-- visitor.
select
    sessions.session_id::text as session_id,
    sessions.session_date,
    sessions.visitor_id,
    coalesce(sessions.user_id, visitors.customer_id) as customer_id,
    sessions.max_step::integer as max_step,
    sessions.reached_product_view,
    sessions.reached_cart,
    sessions.reached_checkout,
    sessions.reached_purchase,
    sessions.strict_product_view,
    sessions.strict_cart,
    sessions.strict_checkout,
    sessions.strict_purchase
from gold.fact_sessions as sessions
left join gold.dim_visitors as visitors
    on sessions.visitor_id = visitors.visitor_id
where not exists (
    select 1
    from gold.dim_visitors as bots
    where sessions.visitor_id = bots.visitor_id and bots.is_bot
);

comment on view analytics.vw_session_funnel is
    'The funnel of each single session: one row per session. Without bots.';
comment on column analytics.vw_session_funnel.session_id is
    'The session, as text: its 60 bits exceed what a double holds.';
comment on column analytics.vw_session_funnel.session_date is
    'Start day, in the business time zone.';
comment on column analytics.vw_session_funnel.visitor_id is 'The device or cookie.';
comment on column analytics.vw_session_funnel.customer_id is
    'The account seen in the session, else the visitor''s customer.';
comment on column analytics.vw_session_funnel.max_step is
    'Furthest funnel step reached: 1 session, 2 product view, 3 cart, 4 checkout, 5 purchase.';
comment on column analytics.vw_session_funnel.reached_product_view is
    '1 when a product view or any later step was seen. Additive.';
comment on column analytics.vw_session_funnel.reached_cart is
    '1 when a cart or any later step was seen. Additive.';
comment on column analytics.vw_session_funnel.reached_checkout is
    '1 when a checkout or a purchase was seen. Additive.';
comment on column analytics.vw_session_funnel.reached_purchase is
    '1 when a counted purchase was seen. Additive.';
comment on column analytics.vw_session_funnel.strict_product_view is
    '1 when a product view was seen. Additive.';
comment on column analytics.vw_session_funnel.strict_cart is
    '1 when a cart event followed a product view. Additive.';
comment on column analytics.vw_session_funnel.strict_checkout is
    '1 when a checkout followed these in order. Additive.';
comment on column analytics.vw_session_funnel.strict_purchase is
    '1 when a purchase followed these in order. Additive.';
