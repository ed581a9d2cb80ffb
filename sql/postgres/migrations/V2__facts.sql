-- The facts. Foreign keys lead to dimensions only: a partition that another
-- fact's key references could not be detached, and days are replaced by
-- swapping partitions; the engine checks fact against fact.

create table gold.fact_events (
    event_date date not null,
    event_id uuid not null,
    event_time timestamptz not null,
    event_time_us bigint not null,
    event_hour smallint not null,
    source text not null,
    visitor_id text not null,
    user_id text,
    session_date date,
    session_id bigint,
    event_sequence integer,
    seconds_since_previous double precision,
    event_type text not null,
    page_type text,
    page_url text,
    search_query text,
    product_id text,
    unit_price numeric(12, 2),
    quantity integer,
    order_id text,
    payment_method text,
    outcome text,
    device_key bigint not null,
    channel_key bigint not null,
    purchase_lines smallint not null,
    revenue numeric(18, 2) not null,
    refund_amount numeric(18, 2) not null,
    primary key (event_date, event_id),
    check ((session_id is null) = (session_date is null)),
    foreign key (event_date) references gold.dim_date (date),
    foreign key (visitor_id) references gold.dim_visitors (visitor_id),
    foreign key (user_id) references gold.dim_users (customer_id),
    foreign key (event_type) references gold.dim_event_type (event_type),
    foreign key (product_id) references gold.dim_products (product_id),
    foreign key (device_key) references gold.dim_device (device_key),
    foreign key (channel_key) references gold.dim_channel (channel_key)
) partition by range (event_date);

-- Within a day rows lie by id; a block range index still answers hours at next to no cost.
create index on gold.fact_events using brin (event_time);
create index on gold.fact_events (session_id);
-- The few rows that are order lines, for purchase history and affinity.
create index on gold.fact_events (order_id) where purchase_lines = 1;
-- Look-ups by account, and the foreign key's own look-up when a customer dies.
create index on gold.fact_events (user_id) where user_id is not null;

comment on table gold.fact_events is
    'One event. Partitioned by day; includes bots (see dim_visitors.is_bot).';
comment on column gold.fact_events.event_date is 'Day of the event, in the business time zone.';
comment on column gold.fact_events.event_id is 'Id of the event.';
comment on column gold.fact_events.event_time is 'When it happened.';
comment on column gold.fact_events.event_time_us is
    'The same as microseconds since 1970 UTC; the form used for differences.';
comment on column gold.fact_events.event_hour is
    'Hour of the day, 0 to 23, in the business time zone.';
comment on column gold.fact_events.source is 'Where the event came from: clickmill, rees46, ...';
comment on column gold.fact_events.visitor_id is 'The device or cookie.';
comment on column gold.fact_events.user_id is 'Account observed on the event; null = not known.';
comment on column gold.fact_events.session_date is
    'Start day of its session; null for server-side events.';
comment on column gold.fact_events.session_id is 'Its session; null for server-side events.';
comment on column gold.fact_events.event_sequence is 'Position in the session, 1 = first.';
comment on column gold.fact_events.seconds_since_previous is
    'Seconds since the session''s previous event; null on the first.';
comment on column gold.fact_events.event_type is 'Type of the event.';
comment on column gold.fact_events.page_type is 'Kind of page.';
comment on column gold.fact_events.page_url is 'Address of the page.';
comment on column gold.fact_events.search_query is 'What was searched for.';
comment on column gold.fact_events.product_id is 'The product; null = not applicable.';
comment on column gold.fact_events.unit_price is
    'Unit price charged or shown, in the configured currency. Never summed.';
comment on column gold.fact_events.quantity is 'Pieces.';
comment on column gold.fact_events.order_id is 'The order of a purchase line or refund.';
comment on column gold.fact_events.payment_method is 'How it was paid.';
comment on column gold.fact_events.outcome is 'success or failure, where the source says.';
comment on column gold.fact_events.device_key is 'Device of the event; -1 = not recorded.';
comment on column gold.fact_events.channel_key is
    'Channel of the event''s session; -1 = not recorded.';
comment on column gold.fact_events.purchase_lines is
    '1 for a counted purchase line, else 0. Additive.';
comment on column gold.fact_events.revenue is
    'Unit price times quantity of a counted purchase line, before refunds, else 0. Additive.';
comment on column gold.fact_events.refund_amount is 'Amount of a refund, else 0. Additive.';

create table gold.fact_sessions (
    session_date date not null,
    session_id bigint not null,
    session_start timestamptz not null,
    session_end timestamptz not null,
    session_start_hour smallint not null,
    source text not null,
    visitor_id text not null,
    user_id text,
    device_key bigint not null,
    channel_key bigint not null,
    country text not null,
    city text not null,
    entry_page_type text,
    exit_page_type text,
    entry_url text,
    max_step smallint not null,
    sessions integer not null,
    bounced_sessions integer not null,
    converted_sessions integer not null,
    cart_sessions integer not null,
    checkout_sessions integer not null,
    abandoned_sessions integer not null,
    reached_product_view integer not null,
    reached_cart integer not null,
    reached_checkout integer not null,
    reached_purchase integer not null,
    strict_product_view integer not null,
    strict_cart integer not null,
    strict_checkout integer not null,
    strict_purchase integer not null,
    events integer not null,
    page_views integer not null,
    searches integer not null,
    product_views integer not null,
    adds integer not null,
    removes integer not null,
    checkouts integer not null,
    purchase_lines integer not null,
    orders integer not null,
    priced_orders integer not null,
    units integer not null,
    unpriced_cart_lines integer not null,
    duration_seconds bigint not null,
    revenue numeric(18, 2) not null,
    cart_value_added numeric(18, 2) not null,
    cart_value_end numeric(18, 2) not null,
    potential_lost_revenue numeric(18, 2) not null,
    distinct_products integer not null,
    primary key (session_date, session_id),
    foreign key (session_date) references gold.dim_date (date),
    foreign key (visitor_id) references gold.dim_visitors (visitor_id),
    foreign key (user_id) references gold.dim_users (customer_id),
    foreign key (device_key) references gold.dim_device (device_key),
    foreign key (channel_key) references gold.dim_channel (channel_key)
) partition by range (session_date);

create index on gold.fact_sessions (session_id);
create index on gold.fact_sessions (visitor_id);
create index on gold.fact_sessions (user_id) where user_id is not null;

comment on table gold.fact_sessions is
    'One session, dated by its start. Partitioned by day; includes bots (see dim_visitors.is_bot).';
comment on column gold.fact_sessions.session_date is 'Start day, in the business time zone.';
comment on column gold.fact_sessions.session_id is 'The session; unique over all days.';
comment on column gold.fact_sessions.session_start is 'First event.';
comment on column gold.fact_sessions.session_end is 'Last event.';
comment on column gold.fact_sessions.session_start_hour is
    'Hour of the start, 0 to 23, in the business time zone.';
comment on column gold.fact_sessions.source is 'Where the events came from.';
comment on column gold.fact_sessions.visitor_id is 'The device or cookie.';
comment on column gold.fact_sessions.user_id is
    'Account last observed in the session; null = not known.';
comment on column gold.fact_sessions.device_key is 'Device of the first event; -1 = not recorded.';
comment on column gold.fact_sessions.channel_key is
    'Channel of the first event; -1 = not recorded.';
comment on column gold.fact_sessions.country is 'Country; (unknown) where not recorded.';
comment on column gold.fact_sessions.city is 'City; (unknown) where not recorded.';
comment on column gold.fact_sessions.entry_page_type is 'Kind of the first page.';
comment on column gold.fact_sessions.exit_page_type is 'Kind of the last page.';
comment on column gold.fact_sessions.entry_url is 'Address of the first page.';
comment on column gold.fact_sessions.max_step is
    'Furthest funnel step reached: 1 session, 2 product view, 3 cart, 4 checkout, 5 purchase.';
comment on column gold.fact_sessions.sessions is 'Always 1. Additive.';
comment on column gold.fact_sessions.bounced_sessions is
    '1 for a session of a single event. Additive.';
comment on column gold.fact_sessions.converted_sessions is
    '1 for a session with at least one order. Additive; conversion = its sum / sum of sessions.';
comment on column gold.fact_sessions.cart_sessions is
    '1 for a session with at least one addition to the cart. Additive.';
comment on column gold.fact_sessions.checkout_sessions is
    '1 for a session with a checkout. Additive.';
comment on column gold.fact_sessions.abandoned_sessions is
    '1 for a cart session without order. Additive; abandonment = its sum / sum of cart_sessions.';
comment on column gold.fact_sessions.reached_product_view is
    '1 when a product view or any later step was seen. Additive.';
comment on column gold.fact_sessions.reached_cart is
    '1 when a cart or any later step was seen. Additive.';
comment on column gold.fact_sessions.reached_checkout is
    '1 when a checkout or a purchase was seen. Additive.';
comment on column gold.fact_sessions.reached_purchase is
    '1 when a counted purchase was seen. Additive.';
comment on column gold.fact_sessions.strict_product_view is
    '1 when a product view was seen. Additive.';
comment on column gold.fact_sessions.strict_cart is
    '1 when a cart event followed a product view. Additive.';
comment on column gold.fact_sessions.strict_checkout is
    '1 when a checkout followed these in order. Additive.';
comment on column gold.fact_sessions.strict_purchase is
    '1 when a purchase followed these in order. Additive.';
comment on column gold.fact_sessions.events is 'Events. Additive.';
comment on column gold.fact_sessions.page_views is 'Page views. Additive.';
comment on column gold.fact_sessions.searches is 'Searches. Additive.';
comment on column gold.fact_sessions.product_views is 'Product views. Additive.';
comment on column gold.fact_sessions.adds is 'Additions to the cart, events. Additive.';
comment on column gold.fact_sessions.removes is 'Removals from the cart, events. Additive.';
comment on column gold.fact_sessions.checkouts is 'Checkouts. Additive.';
comment on column gold.fact_sessions.purchase_lines is 'Counted purchase lines. Additive.';
comment on column gold.fact_sessions.orders is 'Orders. Additive.';
comment on column gold.fact_sessions.priced_orders is
    'Orders with at least one priced line. Additive; AOV = revenue / priced_orders.';
comment on column gold.fact_sessions.units is 'Pieces bought. Additive.';
comment on column gold.fact_sessions.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
comment on column gold.fact_sessions.duration_seconds is
    'Seconds from the first to the last event; 0 for one event. Additive.';
comment on column gold.fact_sessions.revenue is
    'Gross revenue of the session''s orders, in the configured currency. Additive.';
comment on column gold.fact_sessions.cart_value_added is
    'Value of everything put into the cart. Additive.';
comment on column gold.fact_sessions.cart_value_end is
    'Value left in the cart and not bought. Additive.';
comment on column gold.fact_sessions.potential_lost_revenue is
    'cart_value_end of abandoned sessions, else 0; a later session may still buy. Additive.';
comment on column gold.fact_sessions.distinct_products is
    'Different products touched. Not additive.';

create table gold.fact_orders (
    order_id text not null,
    is_order_id_derived boolean not null,
    order_date date not null,
    order_time timestamptz not null,
    order_hour smallint not null,
    source text not null,
    visitor_id text not null,
    user_id text,
    session_date date,
    session_id bigint,
    device_key bigint not null,
    channel_key bigint not null,
    payment_method text,
    orders integer not null,
    priced_orders integer not null,
    order_lines integer not null,
    unpriced_lines integer not null,
    units integer not null,
    revenue numeric(18, 2) not null,
    distinct_products integer not null,
    primary key (order_id),
    foreign key (order_date) references gold.dim_date (date),
    foreign key (visitor_id) references gold.dim_visitors (visitor_id),
    foreign key (user_id) references gold.dim_users (customer_id),
    foreign key (device_key) references gold.dim_device (device_key),
    foreign key (channel_key) references gold.dim_channel (channel_key)
);

create index on gold.fact_orders (order_date);
create index on gold.fact_orders (session_id);
create index on gold.fact_orders (visitor_id);
create index on gold.fact_orders (user_id) where user_id is not null;

comment on table gold.fact_orders is
    'One order, dated by its first line; includes bots (see dim_visitors.is_bot). Refunds are events of their own day and never edit it.';
comment on column gold.fact_orders.order_id is
    'The order; d: and a hash where the source has no order id.';
comment on column gold.fact_orders.is_order_id_derived is
    'The source has no order id: all lines of one session are taken as one order.';
comment on column gold.fact_orders.order_date is
    'Day of the first line, in the business time zone.';
comment on column gold.fact_orders.order_time is 'Time of the first line.';
comment on column gold.fact_orders.order_hour is
    'Hour of the first line, 0 to 23, in the business time zone.';
comment on column gold.fact_orders.source is 'Where the events came from.';
comment on column gold.fact_orders.visitor_id is 'The device or cookie.';
comment on column gold.fact_orders.user_id is
    'The line''s account, else the session''s; null = not known.';
comment on column gold.fact_orders.session_date is 'Start day of the session of the first line.';
comment on column gold.fact_orders.session_id is 'Session of the first line.';
comment on column gold.fact_orders.device_key is 'Device of the first line; -1 = not recorded.';
comment on column gold.fact_orders.channel_key is
    'Channel of the first line''s session; -1 = not recorded.';
comment on column gold.fact_orders.payment_method is 'How it was paid.';
comment on column gold.fact_orders.orders is 'Always 1. Additive.';
comment on column gold.fact_orders.priced_orders is
    '1 when at least one line has a price. Additive; AOV = revenue / priced_orders.';
comment on column gold.fact_orders.order_lines is 'Lines. Additive.';
comment on column gold.fact_orders.unpriced_lines is 'Lines without a price. Additive.';
comment on column gold.fact_orders.units is 'Pieces. Additive.';
comment on column gold.fact_orders.revenue is
    'Gross revenue of all lines, before refunds, without tax and shipping. Additive.';
comment on column gold.fact_orders.distinct_products is 'Different products. Not additive.';

create table gold.fact_daily_metrics (
    date date not null,
    is_complete boolean not null,
    events bigint not null,
    product_views bigint not null,
    adds bigint not null,
    checkouts bigint not null,
    refund_amount numeric(18, 2) not null,
    refund_events bigint not null,
    sessions bigint not null,
    converted_sessions bigint not null,
    bounced_sessions bigint not null,
    cart_sessions bigint not null,
    abandoned_sessions bigint not null,
    session_seconds bigint not null,
    potential_lost_revenue numeric(18, 2) not null,
    session_revenue numeric(18, 2) not null,
    orders bigint not null,
    priced_orders bigint not null,
    units bigint not null,
    revenue numeric(18, 2) not null,
    new_visitors bigint not null,
    new_customers bigint not null,
    visitors bigint not null,
    customers bigint not null,
    buyers bigint not null,
    primary key (date),
    foreign key (date) references gold.dim_date (date)
);

comment on table gold.fact_daily_metrics is 'One calendar day, dense, zeros kept. Without bots.';
comment on column gold.fact_daily_metrics.date is 'The day, in the business time zone.';
comment on column gold.fact_daily_metrics.is_complete is 'The data cover all 24 hours of the day.';
comment on column gold.fact_daily_metrics.events is 'Events of the day. Additive.';
comment on column gold.fact_daily_metrics.product_views is 'Product views of the day. Additive.';
comment on column gold.fact_daily_metrics.adds is 'Additions to the cart. Additive.';
comment on column gold.fact_daily_metrics.checkouts is 'Checkouts. Additive.';
comment on column gold.fact_daily_metrics.refund_amount is 'Refunds of the day. Additive.';
comment on column gold.fact_daily_metrics.refund_events is 'Refund events of the day. Additive.';
comment on column gold.fact_daily_metrics.sessions is 'Sessions begun on the day. Additive.';
comment on column gold.fact_daily_metrics.converted_sessions is
    'Those with an order. Additive; conversion = its sum / sum of sessions.';
comment on column gold.fact_daily_metrics.bounced_sessions is 'Those of a single event. Additive.';
comment on column gold.fact_daily_metrics.cart_sessions is
    'Those with an addition to the cart. Additive.';
comment on column gold.fact_daily_metrics.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column gold.fact_daily_metrics.session_seconds is 'Seconds of all sessions. Additive.';
comment on column gold.fact_daily_metrics.potential_lost_revenue is
    'Value left in abandoned carts. Additive.';
comment on column gold.fact_daily_metrics.session_revenue is
    'Revenue by the day the session began. Additive; differs from revenue around midnight.';
comment on column gold.fact_daily_metrics.orders is 'Orders of the day. Additive.';
comment on column gold.fact_daily_metrics.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column gold.fact_daily_metrics.units is 'Pieces sold. Additive.';
comment on column gold.fact_daily_metrics.revenue is
    'Gross revenue by the day of the order. Additive.';
comment on column gold.fact_daily_metrics.new_visitors is
    'Visitors first seen on the day. Additive: each once in life.';
comment on column gold.fact_daily_metrics.new_customers is
    'Customers first seen on the day. Additive: each once in life.';
comment on column gold.fact_daily_metrics.visitors is
    'Visitors of the day. Not additive over days.';
comment on column gold.fact_daily_metrics.customers is
    'Customers of the day. Not additive over days.';
comment on column gold.fact_daily_metrics.buyers is
    'Customers who ordered on the day. Not additive over days.';
