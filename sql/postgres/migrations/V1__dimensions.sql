-- The dimensions: who, what, when, with which device, through which channel.
-- Every dimension holds a row for what is not known (-1 or '(unknown)'), so
-- that each foreign key resolves; a null key means not applicable.

create table gold.dim_date (
    date date not null,
    year smallint not null,
    quarter smallint not null,
    month smallint not null,
    day smallint not null,
    day_of_week smallint not null,
    iso_week smallint not null,
    iso_year smallint not null,
    day_of_year smallint not null,
    week_start date not null,
    month_start date not null,
    quarter_start date not null,
    month_name text not null,
    day_name text not null,
    is_weekend boolean not null,
    is_holiday boolean not null,
    holiday_name text,
    primary key (date)
);

comment on table gold.dim_date is
    'One calendar day, dense from 1 January of the first year to 31 December of the last. Extended, never shrunk.';
comment on column gold.dim_date.date is 'The day, in the business time zone.';
comment on column gold.dim_date.year is 'Calendar year.';
comment on column gold.dim_date.quarter is 'Quarter of the year, 1 to 4.';
comment on column gold.dim_date.month is 'Month of the year, 1 to 12.';
comment on column gold.dim_date.day is 'Day of the month, 1 to 31.';
comment on column gold.dim_date.day_of_week is 'ISO day of the week, 1 = Monday to 7 = Sunday.';
comment on column gold.dim_date.iso_week is 'ISO week number, 1 to 53.';
comment on column gold.dim_date.iso_year is 'Year the ISO week belongs to.';
comment on column gold.dim_date.day_of_year is 'Day of the year, 1 to 366.';
comment on column gold.dim_date.week_start is 'Monday of the ISO week.';
comment on column gold.dim_date.month_start is 'First day of the month.';
comment on column gold.dim_date.quarter_start is 'First day of the quarter.';
comment on column gold.dim_date.month_name is 'English month name.';
comment on column gold.dim_date.day_name is 'English day name.';
comment on column gold.dim_date.is_weekend is 'Saturday or Sunday.';
comment on column gold.dim_date.is_holiday is 'A holiday of the shop''s calendar.';
comment on column gold.dim_date.holiday_name is 'Name of the holiday; null on other days.';

create table gold.dim_event_type (
    event_type text not null,
    label text not null,
    funnel_step smallint,
    is_commerce boolean not null,
    is_session_activity boolean not null,
    primary key (event_type)
);

comment on table gold.dim_event_type is 'One type of event.';
comment on column gold.dim_event_type.event_type is 'Canonical name of the type.';
comment on column gold.dim_event_type.label is 'Name for people.';
comment on column gold.dim_event_type.funnel_step is
    'Step of the funnel it stands for, 2 product view to 5 purchase; null = none.';
comment on column gold.dim_event_type.is_commerce is 'Concerns a product, a cart or an order.';
comment on column gold.dim_event_type.is_session_activity is
    'Something the visitor does in a session; false for server-side events (refund).';

create table gold.dim_device (
    device_key bigint not null,
    device_type text not null,
    browser text not null,
    os text not null,
    is_mobile boolean,
    primary key (device_key)
);

comment on table gold.dim_device is 'One combination of device type, browser and operating system.';
comment on column gold.dim_device.device_key is 'Hash of the combination; -1 = not recorded.';
comment on column gold.dim_device.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column gold.dim_device.browser is 'Browser family; (unknown) where not recorded.';
comment on column gold.dim_device.os is 'Operating system; (unknown) where not recorded.';
comment on column gold.dim_device.is_mobile is
    'A phone or tablet; null where the device is not known.';

create table gold.dim_channel (
    channel_key bigint not null,
    utm_source text not null,
    utm_medium text not null,
    utm_campaign text not null,
    referrer_host text not null,
    channel_group text not null,
    is_direct boolean,
    is_paid boolean,
    rules_version text,
    primary key (channel_key)
);

comment on table gold.dim_channel is
    'One way into the shop: source, medium, campaign and referrer host. A session has one channel, that of its first event.';
comment on column gold.dim_channel.channel_key is
    'Hash of the combination; -1 = the source records no referrer at all, which is not Direct.';
comment on column gold.dim_channel.utm_source is 'Campaign source; (none) where empty.';
comment on column gold.dim_channel.utm_medium is 'Campaign medium; (none) where empty.';
comment on column gold.dim_channel.utm_campaign is 'Campaign name; (none) where empty.';
comment on column gold.dim_channel.referrer_host is
    'Host of the referring page; (none) where empty.';
comment on column gold.dim_channel.channel_group is
    'Default channel group as Google Analytics 4 defines it.';
comment on column gold.dim_channel.is_direct is 'Referrer and campaign are recorded and empty.';
comment on column gold.dim_channel.is_paid is 'Paid traffic.';
comment on column gold.dim_channel.rules_version is 'Version of the grouping rules.';

create table gold.dim_products (
    product_id text not null,
    product_name text,
    category text,
    category_l1 text not null,
    category_l2 text not null,
    category_l3 text not null,
    brand text not null,
    current_price numeric(12, 2),
    rating double precision,
    rating_count integer,
    stock integer,
    first_seen_date date,
    last_seen_date date,
    is_inferred boolean not null,
    updated_at timestamptz,
    primary key (product_id)
);

comment on table gold.dim_products is
    'One product, as the current catalogue has it; category and brand live here only.';
comment on column gold.dim_products.product_id is 'The shop''s product id.';
comment on column gold.dim_products.product_name is 'Name; null for a product seen in events only.';
comment on column gold.dim_products.category is 'Dotted path of the category.';
comment on column gold.dim_products.category_l1 is
    'First level of the category; (unknown) where there is none.';
comment on column gold.dim_products.category_l2 is
    'Second level of the category; (unknown) where there is none.';
comment on column gold.dim_products.category_l3 is
    'Third level of the category; (unknown) where there is none.';
comment on column gold.dim_products.brand is 'Brand; (unknown) where there is none.';
comment on column gold.dim_products.current_price is
    'Catalogue price now, in the configured currency. Prices of sales are in the facts.';
comment on column gold.dim_products.rating is 'Average rating, 0 to 5. Never summed.';
comment on column gold.dim_products.rating_count is 'Number of ratings.';
comment on column gold.dim_products.stock is 'Pieces in stock. Never summed over days.';
comment on column gold.dim_products.first_seen_date is 'First day with an event of the product.';
comment on column gold.dim_products.last_seen_date is 'Last day with an event of the product.';
comment on column gold.dim_products.is_inferred is 'Seen in events, absent from the catalogue.';
comment on column gold.dim_products.updated_at is 'When the catalogue row was last changed.';

create table gold.dim_product_metrics (
    product_id text not null,
    views bigint not null,
    adds bigint not null,
    removes bigint not null,
    purchase_lines bigint not null,
    units bigint not null,
    refund_units bigint not null,
    viewing_sessions bigint not null,
    cart_sessions bigint not null,
    buying_sessions bigint not null,
    orders_containing bigint not null,
    visitors bigint not null,
    revenue numeric(18, 2) not null,
    refund_amount numeric(18, 2) not null,
    last_paid_price numeric(12, 2),
    primary key (product_id),
    foreign key (product_id) references gold.dim_products (product_id)
);

comment on table gold.dim_product_metrics is
    'One product, over its whole life; one row for each row of dim_products. Without bots.';
comment on column gold.dim_product_metrics.product_id is 'The product.';
comment on column gold.dim_product_metrics.views is 'Product views. Additive.';
comment on column gold.dim_product_metrics.adds is 'Additions to a cart, events. Additive.';
comment on column gold.dim_product_metrics.removes is 'Removals from a cart, events. Additive.';
comment on column gold.dim_product_metrics.purchase_lines is 'Order lines. Additive.';
comment on column gold.dim_product_metrics.units is 'Pieces sold. Additive.';
comment on column gold.dim_product_metrics.refund_units is 'Pieces refunded. Additive.';
comment on column gold.dim_product_metrics.viewing_sessions is
    'Sessions that viewed it. Not additive over products.';
comment on column gold.dim_product_metrics.cart_sessions is
    'Sessions that put it into a cart. Not additive over products.';
comment on column gold.dim_product_metrics.buying_sessions is
    'Sessions that bought it. Not additive over products.';
comment on column gold.dim_product_metrics.orders_containing is
    'Orders with it. Not additive over products.';
comment on column gold.dim_product_metrics.visitors is
    'Visitors who touched it. Not additive over products.';
comment on column gold.dim_product_metrics.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column gold.dim_product_metrics.refund_amount is
    'Refunds, in the configured currency. Additive.';
comment on column gold.dim_product_metrics.last_paid_price is
    'Unit price of its last sale; null = never sold.';

create table gold.dim_users (
    customer_id text not null,
    user_id text,
    is_known boolean not null,
    name text,
    gender text,
    birth_year integer,
    city text,
    country text,
    signup_date date,
    updated_at timestamptz,
    is_inferred boolean not null,
    first_seen_date date,
    last_seen_date date,
    first_session_id bigint,
    first_order_id text,
    first_order_date date,
    last_order_date date,
    first_channel_key bigint,
    visitors integer not null,
    sessions integer not null,
    events integer not null,
    product_views integer not null,
    cart_sessions integer not null,
    converted_sessions integer not null,
    orders integer not null,
    priced_orders integer not null,
    units integer not null,
    active_days integer not null,
    order_days integer not null,
    revenue numeric(18, 2) not null,
    refund_amount numeric(18, 2) not null,
    net_revenue numeric(18, 2) not null,
    as_of_date date not null,
    days_since_last_order integer,
    r_score smallint,
    f_score smallint,
    m_score smallint,
    rfm_segment text not null,
    btyd_frequency integer,
    btyd_recency_days integer,
    btyd_t_days integer,
    primary key (customer_id),
    unique (user_id),
    foreign key (first_channel_key) references gold.dim_channel (channel_key)
);

comment on table gold.dim_users is
    'One customer: an account, or a visitor never seen with one. Measures without bots.';
comment on column gold.dim_users.customer_id is 'The account''s id, or v: and the visitor''s id.';
comment on column gold.dim_users.user_id is 'The account; null = anonymous.';
comment on column gold.dim_users.is_known is 'Has an account.';
comment on column gold.dim_users.name is 'Profile name.';
comment on column gold.dim_users.gender is 'Profile gender.';
comment on column gold.dim_users.birth_year is 'Profile year of birth.';
comment on column gold.dim_users.city is 'Profile city.';
comment on column gold.dim_users.country is 'Profile country.';
comment on column gold.dim_users.signup_date is 'Day of registration.';
comment on column gold.dim_users.updated_at is 'When the profile was last changed.';
comment on column gold.dim_users.is_inferred is
    'Account seen in events, absent from the user list.';
comment on column gold.dim_users.first_seen_date is 'First day with a session.';
comment on column gold.dim_users.last_seen_date is 'Last day with a session.';
comment on column gold.dim_users.first_session_id is 'First session of the customer.';
comment on column gold.dim_users.first_order_id is 'First order of the customer; null = none.';
comment on column gold.dim_users.first_order_date is 'Day of the first order.';
comment on column gold.dim_users.last_order_date is 'Day of the last order up to as_of_date.';
comment on column gold.dim_users.first_channel_key is 'Channel of the first session.';
comment on column gold.dim_users.visitors is 'Devices or cookies of the customer.';
comment on column gold.dim_users.sessions is 'Sessions. Additive.';
comment on column gold.dim_users.events is 'Events. Additive.';
comment on column gold.dim_users.product_views is 'Product views. Additive.';
comment on column gold.dim_users.cart_sessions is
    'Sessions with something put into the cart. Additive.';
comment on column gold.dim_users.converted_sessions is 'Sessions with an order. Additive.';
comment on column gold.dim_users.orders is 'Orders. Additive.';
comment on column gold.dim_users.priced_orders is 'Orders with at least one priced line. Additive.';
comment on column gold.dim_users.units is 'Pieces bought. Additive.';
comment on column gold.dim_users.active_days is 'Days with a session.';
comment on column gold.dim_users.order_days is 'Days with an order.';
comment on column gold.dim_users.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column gold.dim_users.refund_amount is 'Refunds, in the configured currency. Additive.';
comment on column gold.dim_users.net_revenue is 'revenue - refund_amount. Additive.';
comment on column gold.dim_users.as_of_date is
    'The day the customer is described on: the last day of the data, or --as-of.';
comment on column gold.dim_users.days_since_last_order is
    'Days from the last order to as_of_date; null = no order.';
comment on column gold.dim_users.r_score is 'Recency score, 5 = most recent; null = no order.';
comment on column gold.dim_users.f_score is 'Frequency score, 5 = most orders; null = no order.';
comment on column gold.dim_users.m_score is
    'Monetary score by net revenue, 5 = highest; null = no order.';
comment on column gold.dim_users.rfm_segment is 'Segment as of as_of_date; No purchase included.';
comment on column gold.dim_users.btyd_frequency is 'Days with a repeat order (BTYD models).';
comment on column gold.dim_users.btyd_recency_days is
    'Days from the first to the last order (BTYD models).';
comment on column gold.dim_users.btyd_t_days is
    'Days from the first order to as_of_date (BTYD models).';

create table gold.dim_visitors (
    visitor_id text not null,
    customer_id text not null,
    user_id text,
    accounts_seen integer not null,
    is_bot boolean not null,
    bot_reason text,
    first_session_id bigint,
    first_seen_date date,
    first_seen_at timestamptz,
    last_seen_at timestamptz,
    first_channel_key bigint,
    first_device_key bigint,
    primary key (visitor_id),
    foreign key (customer_id) references gold.dim_users (customer_id)
);

-- Look-ups by customer, and the foreign key's own look-up when one dies.
create index on gold.dim_visitors (customer_id);

comment on table gold.dim_visitors is
    'One visitor: a device or cookie. The bridge from visitors to customers: customer of a fact row = coalesce(its user_id, customer_id here).';
comment on column gold.dim_visitors.visitor_id is 'The device or cookie.';
comment on column gold.dim_visitors.customer_id is
    'Customer of the visitor: its last known account, else v: and visitor_id.';
comment on column gold.dim_visitors.user_id is 'Last known account; null = never seen with one.';
comment on column gold.dim_visitors.accounts_seen is 'Number of accounts seen on the device.';
comment on column gold.dim_visitors.is_bot is
    'Taken for a bot; left out of every aggregate and view.';
comment on column gold.dim_visitors.bot_reason is 'Why it is taken for a bot.';
comment on column gold.dim_visitors.first_session_id is
    'First session of the visitor; a session is new when this is its id.';
comment on column gold.dim_visitors.first_seen_date is 'First day with an event.';
comment on column gold.dim_visitors.first_seen_at is 'First event.';
comment on column gold.dim_visitors.last_seen_at is 'Last event.';
comment on column gold.dim_visitors.first_channel_key is 'Channel of the first session.';
comment on column gold.dim_visitors.first_device_key is 'Device of the first session.';
