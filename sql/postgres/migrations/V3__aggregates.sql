-- The aggregates: small tables, free of bots, behind the heavy views.

create table gold.agg_session_daily (
    session_date date not null,
    device_key bigint not null,
    channel_key bigint not null,
    country text not null,
    is_new_visitor boolean not null,
    sessions bigint not null,
    bounced_sessions bigint not null,
    converted_sessions bigint not null,
    cart_sessions bigint not null,
    checkout_sessions bigint not null,
    abandoned_sessions bigint not null,
    reached_product_view bigint not null,
    reached_cart bigint not null,
    reached_checkout bigint not null,
    reached_purchase bigint not null,
    strict_product_view bigint not null,
    strict_cart bigint not null,
    strict_checkout bigint not null,
    strict_purchase bigint not null,
    events bigint not null,
    page_views bigint not null,
    searches bigint not null,
    product_views bigint not null,
    adds bigint not null,
    removes bigint not null,
    checkouts bigint not null,
    purchase_lines bigint not null,
    orders bigint not null,
    priced_orders bigint not null,
    units bigint not null,
    unpriced_cart_lines bigint not null,
    duration_seconds bigint not null,
    revenue numeric(18, 2) not null,
    cart_value_added numeric(18, 2) not null,
    cart_value_end numeric(18, 2) not null,
    potential_lost_revenue numeric(18, 2) not null,
    primary key (session_date, device_key, channel_key, country, is_new_visitor)
);

comment on table gold.agg_session_daily is
    'Sessions by start day, device, channel, country and new or returning visitor. Without bots; no distinct counts.';
comment on column gold.agg_session_daily.session_date is 'Day the sessions began.';
comment on column gold.agg_session_daily.device_key is 'Device; -1 = not recorded.';
comment on column gold.agg_session_daily.channel_key is 'Channel; -1 = not recorded.';
comment on column gold.agg_session_daily.country is 'Country; (unknown) where not recorded.';
comment on column gold.agg_session_daily.is_new_visitor is 'First session of its visitor.';
comment on column gold.agg_session_daily.sessions is 'Sessions. Additive.';
comment on column gold.agg_session_daily.bounced_sessions is
    'Sessions of a single event. Additive.';
comment on column gold.agg_session_daily.converted_sessions is 'Sessions with an order. Additive.';
comment on column gold.agg_session_daily.cart_sessions is
    'Sessions with an addition to the cart. Additive.';
comment on column gold.agg_session_daily.checkout_sessions is 'Sessions with a checkout. Additive.';
comment on column gold.agg_session_daily.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column gold.agg_session_daily.reached_product_view is
    'Sessions that reached a product view or any later step. Additive.';
comment on column gold.agg_session_daily.reached_cart is
    'Sessions that reached a cart or any later step. Additive.';
comment on column gold.agg_session_daily.reached_checkout is
    'Sessions that reached a checkout or a purchase. Additive.';
comment on column gold.agg_session_daily.reached_purchase is
    'Sessions that reached a purchase. Additive.';
comment on column gold.agg_session_daily.strict_product_view is
    'Sessions with a product view. Additive.';
comment on column gold.agg_session_daily.strict_cart is
    'Sessions with a cart event after a product view. Additive.';
comment on column gold.agg_session_daily.strict_checkout is
    'Sessions with a checkout after these in order. Additive.';
comment on column gold.agg_session_daily.strict_purchase is
    'Sessions with a purchase after these in order. Additive.';
comment on column gold.agg_session_daily.events is 'Events. Additive.';
comment on column gold.agg_session_daily.page_views is 'Page views. Additive.';
comment on column gold.agg_session_daily.searches is 'Searches. Additive.';
comment on column gold.agg_session_daily.product_views is 'Product views. Additive.';
comment on column gold.agg_session_daily.adds is 'Additions to the cart, events. Additive.';
comment on column gold.agg_session_daily.removes is 'Removals from the cart, events. Additive.';
comment on column gold.agg_session_daily.checkouts is 'Checkouts. Additive.';
comment on column gold.agg_session_daily.purchase_lines is 'Counted purchase lines. Additive.';
comment on column gold.agg_session_daily.orders is 'Orders. Additive.';
comment on column gold.agg_session_daily.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column gold.agg_session_daily.units is 'Pieces bought. Additive.';
comment on column gold.agg_session_daily.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
comment on column gold.agg_session_daily.duration_seconds is 'Seconds of all sessions. Additive.';
comment on column gold.agg_session_daily.revenue is
    'Gross revenue of the sessions'' orders. Additive.';
comment on column gold.agg_session_daily.cart_value_added is
    'Value of everything put into carts. Additive.';
comment on column gold.agg_session_daily.cart_value_end is
    'Value left in carts and not bought. Additive.';
comment on column gold.agg_session_daily.potential_lost_revenue is
    'Value left in abandoned carts. Additive.';

create table gold.agg_product_daily (
    date date not null,
    product_id text not null,
    views bigint not null,
    adds bigint not null,
    removes bigint not null,
    units bigint not null,
    refund_units bigint not null,
    purchase_lines bigint not null,
    revenue numeric(18, 2) not null,
    refund_amount numeric(18, 2) not null,
    min_price numeric(12, 2),
    max_price numeric(12, 2),
    avg_price numeric(12, 2),
    viewing_sessions bigint not null,
    buying_sessions bigint not null,
    orders_containing bigint not null,
    primary key (date, product_id)
);

comment on table gold.agg_product_daily is 'One product on one day (of the event). Without bots.';
comment on column gold.agg_product_daily.date is 'The day.';
comment on column gold.agg_product_daily.product_id is 'The product.';
comment on column gold.agg_product_daily.views is 'Product views. Additive.';
comment on column gold.agg_product_daily.adds is 'Additions to a cart, events. Additive.';
comment on column gold.agg_product_daily.removes is 'Removals from a cart, events. Additive.';
comment on column gold.agg_product_daily.units is 'Pieces sold. Additive.';
comment on column gold.agg_product_daily.refund_units is 'Pieces refunded. Additive.';
comment on column gold.agg_product_daily.purchase_lines is 'Order lines. Additive.';
comment on column gold.agg_product_daily.revenue is 'Gross revenue before refunds. Additive.';
comment on column gold.agg_product_daily.refund_amount is 'Refunds. Additive.';
comment on column gold.agg_product_daily.min_price is
    'Lowest unit price charged or shown. Not additive.';
comment on column gold.agg_product_daily.max_price is
    'Highest unit price charged or shown. Not additive.';
comment on column gold.agg_product_daily.avg_price is
    'Average unit price charged or shown. Not additive.';
comment on column gold.agg_product_daily.viewing_sessions is
    'Sessions that viewed it. Not additive over products and days.';
comment on column gold.agg_product_daily.buying_sessions is
    'Sessions that bought it. Not additive over products and days.';
comment on column gold.agg_product_daily.orders_containing is
    'Orders with it. Not additive over products and days.';

create table gold.agg_cart_product_daily (
    session_date date not null,
    product_id text not null,
    abandoned_sessions bigint not null,
    abandoned_units bigint not null,
    potential_lost_revenue numeric(18, 2) not null,
    primary key (session_date, product_id)
);

comment on table gold.agg_cart_product_daily is
    'One product left in abandoned carts, by start day of the session. Without bots.';
comment on column gold.agg_cart_product_daily.session_date is 'Day the sessions began.';
comment on column gold.agg_cart_product_daily.product_id is 'The product.';
comment on column gold.agg_cart_product_daily.abandoned_sessions is
    'Abandoned sessions with it in the cart. Not additive over products.';
comment on column gold.agg_cart_product_daily.abandoned_units is 'Pieces left behind. Additive.';
comment on column gold.agg_cart_product_daily.potential_lost_revenue is 'Their value. Additive.';

create table gold.agg_user_weekly (
    customer_id text not null,
    week_start date not null,
    sessions bigint not null,
    events bigint not null,
    active_days bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    converted_sessions bigint not null,
    primary key (customer_id, week_start)
);

comment on table gold.agg_user_weekly is
    'One customer in one ISO week with activity. Without bots.';
comment on column gold.agg_user_weekly.customer_id is 'The customer.';
comment on column gold.agg_user_weekly.week_start is 'Monday of the week.';
comment on column gold.agg_user_weekly.sessions is 'Sessions. Additive.';
comment on column gold.agg_user_weekly.events is 'Events. Additive.';
comment on column gold.agg_user_weekly.active_days is 'Days with a session.';
comment on column gold.agg_user_weekly.orders is 'Orders. Additive.';
comment on column gold.agg_user_weekly.revenue is 'Gross revenue. Additive.';
comment on column gold.agg_user_weekly.converted_sessions is 'Sessions with an order. Additive.';

create table gold.agg_category_metrics (
    date date not null,
    category_l1 text not null,
    category_l2 text not null,
    views bigint not null,
    adds bigint not null,
    removes bigint not null,
    units bigint not null,
    refund_units bigint not null,
    purchase_lines bigint not null,
    revenue numeric(18, 2) not null,
    refund_amount numeric(18, 2) not null,
    viewing_sessions bigint not null,
    buying_sessions bigint not null,
    primary key (date, category_l1, category_l2)
);

comment on table gold.agg_category_metrics is 'One category on one day. Without bots.';
comment on column gold.agg_category_metrics.date is 'The day.';
comment on column gold.agg_category_metrics.category_l1 is 'First level of the category.';
comment on column gold.agg_category_metrics.category_l2 is 'Second level of the category.';
comment on column gold.agg_category_metrics.views is 'Product views. Additive.';
comment on column gold.agg_category_metrics.adds is 'Additions to a cart, events. Additive.';
comment on column gold.agg_category_metrics.removes is 'Removals from a cart, events. Additive.';
comment on column gold.agg_category_metrics.units is 'Pieces sold. Additive.';
comment on column gold.agg_category_metrics.refund_units is 'Pieces refunded. Additive.';
comment on column gold.agg_category_metrics.purchase_lines is 'Order lines. Additive.';
comment on column gold.agg_category_metrics.revenue is 'Gross revenue before refunds. Additive.';
comment on column gold.agg_category_metrics.refund_amount is 'Refunds. Additive.';
comment on column gold.agg_category_metrics.viewing_sessions is
    'Sessions that viewed one of its products. Not additive.';
comment on column gold.agg_category_metrics.buying_sessions is
    'Sessions that bought one of its products. Not additive.';
