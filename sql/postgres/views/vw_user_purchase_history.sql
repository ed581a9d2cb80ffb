-- What customers bought, line by line. The order gives its line a date and a
-- customer; no measure of the order is taken, so nothing counts twice.
-- grain: one row per order line
-- key: line_id
-- reader: people, Tableau
-- columns:
--     line_id         text     dimension
--     order_id        text     dimension
--     order_date      date     dimension
--     customer_id     text     dimension
--     product_id      text     dimension
--     product_name    text     dimension
--     category        text     dimension
--     brand           text     dimension
--     quantity        integer  sum
--     unit_price      numeric  avg  money
--     revenue         numeric  sum  money
--     is_first_order  boolean  dimension
-- ratios:
--     Price per piece:  revenue / quantity  money

create view analytics.vw_user_purchase_history as

-- One plain select, as in vw_tableau_session_analytics: common table expressions
-- would keep the view apart from the query that asks. The few bots are sought
-- out. Dimensions are left joined so that a query which asks for none of their
-- columns need not look them up; customers before lines, for PostgreSQL drops
-- the visitor only where no other table than the order stands beside it.
select
    lines.event_id::text as line_id,
    orders.order_id,
    orders.order_date,
    users.customer_id,
    lines.product_id,
    products.product_name,
    products.category,
    products.brand,
    coalesce(lines.quantity, 1) as quantity,
    lines.unit_price,
    lines.revenue,
    coalesce(orders.order_id = users.first_order_id, false) as is_first_order
from gold.fact_orders as orders
left join gold.dim_visitors as visitors
    on orders.visitor_id = visitors.visitor_id
left join gold.dim_users as users
    on coalesce(orders.user_id, visitors.customer_id) = users.customer_id
inner join gold.fact_events as lines on orders.order_id = lines.order_id
left join gold.dim_products as products
    on lines.product_id = products.product_id
where
    lines.purchase_lines = 1
    and not exists (
        select 1
        from gold.dim_visitors as bots
        where orders.visitor_id = bots.visitor_id and bots.is_bot
    );

comment on view analytics.vw_user_purchase_history is
    'What customers bought: one row per order line. Without bots.';
comment on column analytics.vw_user_purchase_history.line_id is 'The line: its event''s id.';
comment on column analytics.vw_user_purchase_history.order_id is 'The order.';
comment on column analytics.vw_user_purchase_history.order_date is
    'Day of the order, in the business time zone.';
comment on column analytics.vw_user_purchase_history.customer_id is 'The customer.';
comment on column analytics.vw_user_purchase_history.product_id is 'The product.';
comment on column analytics.vw_user_purchase_history.product_name is
    'Name; null for a product seen in events only.';
comment on column analytics.vw_user_purchase_history.category is 'Dotted path of the category.';
comment on column analytics.vw_user_purchase_history.brand is
    'Brand; (unknown) where there is none.';
comment on column analytics.vw_user_purchase_history.quantity is
    'Pieces; one where the source does not say. Additive.';
comment on column analytics.vw_user_purchase_history.unit_price is
    'Price charged per piece, in the configured currency; null where the log has none. Never summed.';
comment on column analytics.vw_user_purchase_history.revenue is
    'Price times quantity, before refunds, in the configured currency. Additive.';
comment on column analytics.vw_user_purchase_history.is_first_order is
    'The customer''s first order.';
