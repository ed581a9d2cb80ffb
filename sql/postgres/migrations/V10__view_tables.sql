-- Tables behind the views that would otherwise sum too much while a dashboard
-- waits. Compared as a whole, after the dimensions.

-- Views leave bots out by looking for the few there are.
create index on gold.dim_visitors (visitor_id) where is_bot;

create table gold.agg_session_group_daily (
    session_date date not null,
    device_type text not null,
    channel_group text not null,
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
    orders bigint not null,
    priced_orders bigint not null,
    unpriced_cart_lines bigint not null,
    duration_seconds bigint not null,
    revenue numeric(18, 2) not null,
    cart_value_added numeric(18, 2) not null,
    cart_value_end numeric(18, 2) not null,
    potential_lost_revenue numeric(18, 2) not null,
    primary key (session_date, device_type, channel_group, country, is_new_visitor),
    foreign key (session_date) references gold.dim_date (date)
);

comment on table gold.agg_session_group_daily is
    'agg_session_daily by what people group by: device type and channel group. Without bots.';
comment on column gold.agg_session_group_daily.session_date is 'Day the sessions began.';
comment on column gold.agg_session_group_daily.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column gold.agg_session_group_daily.channel_group is
    'Channel group of the sessions'' first event.';
comment on column gold.agg_session_group_daily.country is 'Country; (unknown) where not recorded.';
comment on column gold.agg_session_group_daily.is_new_visitor is 'First session of its visitor.';
comment on column gold.agg_session_group_daily.sessions is 'Sessions. Additive.';
comment on column gold.agg_session_group_daily.bounced_sessions is
    'Sessions of a single event. Additive.';
comment on column gold.agg_session_group_daily.converted_sessions is
    'Sessions with an order. Additive.';
comment on column gold.agg_session_group_daily.cart_sessions is
    'Sessions with an addition to the cart. Additive.';
comment on column gold.agg_session_group_daily.checkout_sessions is
    'Sessions with a checkout. Additive.';
comment on column gold.agg_session_group_daily.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column gold.agg_session_group_daily.reached_product_view is
    'Sessions that reached a product view or any later step. Additive.';
comment on column gold.agg_session_group_daily.reached_cart is
    'Sessions that reached a cart or any later step. Additive.';
comment on column gold.agg_session_group_daily.reached_checkout is
    'Sessions that reached a checkout or a purchase. Additive.';
comment on column gold.agg_session_group_daily.reached_purchase is
    'Sessions that reached a purchase. Additive.';
comment on column gold.agg_session_group_daily.strict_product_view is
    'Sessions with a product view. Additive.';
comment on column gold.agg_session_group_daily.strict_cart is
    'Sessions with a cart event after a product view. Additive.';
comment on column gold.agg_session_group_daily.strict_checkout is
    'Sessions with a checkout after these in order. Additive.';
comment on column gold.agg_session_group_daily.strict_purchase is
    'Sessions with a purchase after these in order. Additive.';
comment on column gold.agg_session_group_daily.events is 'Events. Additive.';
comment on column gold.agg_session_group_daily.orders is 'Orders. Additive.';
comment on column gold.agg_session_group_daily.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column gold.agg_session_group_daily.unpriced_cart_lines is
    'Products put into the cart whose price nobody knows. Additive.';
comment on column gold.agg_session_group_daily.duration_seconds is
    'Seconds of all sessions. Additive.';
comment on column gold.agg_session_group_daily.revenue is
    'Gross revenue of the sessions'' orders. Additive.';
comment on column gold.agg_session_group_daily.cart_value_added is
    'Value of everything put into carts. Additive.';
comment on column gold.agg_session_group_daily.cart_value_end is
    'Value left in carts and not bought. Additive.';
comment on column gold.agg_session_group_daily.potential_lost_revenue is
    'Value left in abandoned carts. Additive.';

create table gold.agg_search_daily (
    session_date date not null,
    device_type text not null,
    search_query text not null,
    searches bigint not null,
    search_sessions bigint not null,
    viewing_sessions bigint not null,
    cart_sessions bigint not null,
    converted_sessions bigint not null,
    ended_sessions bigint not null,
    primary key (session_date, device_type, search_query),
    foreign key (session_date) references gold.dim_date (date)
);

comment on table gold.agg_search_daily is
    'What became of searches, by the text searched for. Without bots.';
comment on column gold.agg_search_daily.session_date is 'Day the sessions began.';
comment on column gold.agg_search_daily.device_type is
    'desktop, mobile, tablet, ...; (unknown) where not recorded.';
comment on column gold.agg_search_daily.search_query is
    'Text searched for, in lower case; (unknown) where the log has none.';
comment on column gold.agg_search_daily.searches is 'Searches, events. Additive.';
comment on column gold.agg_search_daily.search_sessions is
    'Sessions that searched for it. Additive over days and devices; over texts a session counts once for each.';
comment on column gold.agg_search_daily.viewing_sessions is
    'Of these, sessions in which a product view or any later step followed. Additive as search_sessions.';
comment on column gold.agg_search_daily.cart_sessions is
    'Of these, sessions in which a cart or a purchase followed. Additive as search_sessions.';
comment on column gold.agg_search_daily.converted_sessions is
    'Of these, sessions in which a counted purchase followed. Additive as search_sessions.';
comment on column gold.agg_search_daily.ended_sessions is
    'Sessions that ended with a search for it. Additive.';

create table gold.agg_lifecycle_weekly (
    week_start date not null,
    lifecycle_state text not null,
    customers bigint not null,
    lapsed_customers bigint not null,
    sessions bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    is_complete boolean not null,
    primary key (week_start, lifecycle_state)
);

comment on table gold.agg_lifecycle_weekly is
    'Customers by where they stand in a week; the four states partition all known by its end. Without bots. Dense: zeros kept.';
comment on column gold.agg_lifecycle_weekly.week_start is 'Monday of the week.';
comment on column gold.agg_lifecycle_weekly.lifecycle_state is
    'new, returning, resurrected or dormant.';
comment on column gold.agg_lifecycle_weekly.customers is
    'Customers in the state. Additive over states within one week.';
comment on column gold.agg_lifecycle_weekly.lapsed_customers is
    'Of the dormant, customers who were active the week before; 0 in the other states.';
comment on column gold.agg_lifecycle_weekly.sessions is 'Their sessions in the week. Additive.';
comment on column gold.agg_lifecycle_weekly.orders is 'Their orders in the week. Additive.';
comment on column gold.agg_lifecycle_weekly.revenue is 'Their gross revenue in the week. Additive.';
comment on column gold.agg_lifecycle_weekly.is_complete is 'The data covers the whole week.';

create table gold.agg_product_recommendations (
    product_id text not null,
    recommendation_rank integer not null,
    recommended_product_id text not null,
    orders_both bigint not null,
    orders_product bigint not null,
    orders_recommended bigint not null,
    orders_all bigint not null,
    support double precision not null,
    confidence double precision not null,
    lift double precision not null,
    primary key (product_id, recommendation_rank)
);

comment on table gold.agg_product_recommendations is
    'A product and one that is bought with it more often than by chance. Without bots; without orders of very many products.';
comment on column gold.agg_product_recommendations.product_id is 'The product looked at.';
comment on column gold.agg_product_recommendations.recommendation_rank is
    '1 = offer this first; ten at most.';
comment on column gold.agg_product_recommendations.recommended_product_id is
    'The product to offer.';
comment on column gold.agg_product_recommendations.orders_both is 'Orders with both. Not additive.';
comment on column gold.agg_product_recommendations.orders_product is
    'Orders with the product looked at. Not additive.';
comment on column gold.agg_product_recommendations.orders_recommended is
    'Orders with the product to offer. Not additive.';
comment on column gold.agg_product_recommendations.orders_all is 'All orders. Never summed.';
comment on column gold.agg_product_recommendations.support is
    'orders_both / orders_all, 0 to 1. Never summed.';
comment on column gold.agg_product_recommendations.confidence is
    'orders_both / orders_product, 0 to 1. Never summed.';
comment on column gold.agg_product_recommendations.lift is
    'How many times more often they share an order than by chance; above 1. Never summed.';
