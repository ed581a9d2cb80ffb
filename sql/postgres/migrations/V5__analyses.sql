-- The analyses: whom orders are owed to, how far customers get, which ways
-- they take, who comes back, what is bought together. Compared as a whole, after
-- the dimensions: their other keys are checked by the engine.

create table gold.fact_attribution (
    order_id text not null,
    touch_number integer not null,
    touches integer not null,
    order_date date not null,
    session_date date not null,
    session_id bigint not null,
    channel_key bigint not null,
    seconds_before_order bigint not null,
    first_credit numeric(18, 2) not null,
    last_credit numeric(18, 2) not null,
    last_non_direct_credit numeric(18, 2) not null,
    linear_credit numeric(18, 2) not null,
    position_based_credit numeric(18, 2) not null,
    primary key (order_id, touch_number),
    foreign key (order_date) references gold.dim_date (date)
);

comment on table gold.fact_attribution is
    'One order and one visit it is owed to, with the credit of five models. Made anew as a whole. Without bots.';
comment on column gold.fact_attribution.order_id is 'The order.';
comment on column gold.fact_attribution.touch_number is
    '1 for the earliest visit; the last is the order''s own.';
comment on column gold.fact_attribution.touches is 'Visits the order is owed to.';
comment on column gold.fact_attribution.order_date is 'Day of the order.';
comment on column gold.fact_attribution.session_date is 'Day the visit began.';
comment on column gold.fact_attribution.session_id is 'The visit.';
comment on column gold.fact_attribution.channel_key is 'Channel of the visit; -1 = not recorded.';
comment on column gold.fact_attribution.seconds_before_order is
    'From the start of the visit to the order.';
comment on column gold.fact_attribution.first_credit is
    'Revenue, all to the first visit. Additive.';
comment on column gold.fact_attribution.last_credit is 'Revenue, all to the last visit. Additive.';
comment on column gold.fact_attribution.last_non_direct_credit is
    'Revenue, all to the last visit that came from somewhere. Additive.';
comment on column gold.fact_attribution.linear_credit is
    'Revenue in equal shares, to the cent. Additive.';
comment on column gold.fact_attribution.position_based_credit is
    'Revenue, 40% to the first visit, 40% to the last, 20% to those between. Additive.';

create table gold.agg_attribution_daily (
    order_date date not null,
    model text not null,
    channel_key bigint not null,
    touches bigint not null,
    credit numeric(18, 2) not null,
    primary key (order_date, model, channel_key),
    foreign key (order_date) references gold.dim_date (date)
);

comment on table gold.agg_attribution_daily is
    'Revenue owed to a channel by one attribution model. Without bots. Filter on one model: over models it repeats.';
comment on column gold.agg_attribution_daily.order_date is 'Day of the orders.';
comment on column gold.agg_attribution_daily.model is
    'first, last, last_non_direct, linear or position_based.';
comment on column gold.agg_attribution_daily.channel_key is 'The channel; -1 = not recorded.';
comment on column gold.agg_attribution_daily.touches is
    'Visits from the channel that orders are owed to; the same in every model. Additive.';
comment on column gold.agg_attribution_daily.credit is
    'Revenue owed to the channel. Additive within one model.';

create table gold.agg_funnel_daily (
    entry_date date not null,
    funnel_kind text not null,
    step_number smallint not null,
    step text not null,
    entries bigint not null,
    is_complete boolean not null,
    primary key (entry_date, funnel_kind, step_number),
    foreign key (entry_date) references gold.dim_date (date)
);

comment on table gold.agg_funnel_daily is
    'Customers on their way through the configured steps within the window, by the day they entered. Without bots. Filter on one funnel_kind.';
comment on column gold.agg_funnel_daily.entry_date is 'Day of the first step.';
comment on column gold.agg_funnel_daily.funnel_kind is
    'strict: each step after the one before it; reached: the step or any later one.';
comment on column gold.agg_funnel_daily.step_number is '1 for the first step.';
comment on column gold.agg_funnel_daily.step is 'The step, an event type.';
comment on column gold.agg_funnel_daily.entries is
    'Entries that came to the step. Additive over days.';
comment on column gold.agg_funnel_daily.is_complete is
    'The window of the day''s entries has passed.';

create table gold.agg_journey_daily (
    session_date date not null,
    path text not null,
    depth smallint not null,
    from_step text not null,
    to_step text not null,
    sessions bigint not null,
    converted_sessions bigint not null,
    ended_sessions bigint not null,
    primary key (session_date, path),
    foreign key (session_date) references gold.dim_date (date)
);

comment on table gold.agg_journey_daily is
    'One beginning of a session''s path, by the day the session began. Without bots. The links of a Sankey at one depth are sums by from_step and to_step.';
comment on column gold.agg_journey_daily.session_date is 'Day the sessions began.';
comment on column gold.agg_journey_daily.path is
    'Event types in their order, repeats told once, with > between.';
comment on column gold.agg_journey_daily.depth is 'Steps in the path.';
comment on column gold.agg_journey_daily.from_step is
    'The last step but one; (start) for the first.';
comment on column gold.agg_journey_daily.to_step is 'The last step.';
comment on column gold.agg_journey_daily.sessions is
    'Sessions whose path begins so. Additive within one depth.';
comment on column gold.agg_journey_daily.converted_sessions is
    'Of these, sessions with an order. Additive within one depth.';
comment on column gold.agg_journey_daily.ended_sessions is
    'Of these, sessions that went no further. Additive.';

create table gold.agg_retention_daily (
    cohort_date date not null,
    period_number integer not null,
    cohort_size bigint not null,
    active_customers bigint not null,
    buyers bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    is_complete boolean not null,
    primary key (cohort_date, period_number)
);

comment on table gold.agg_retention_daily is
    'How many customers of a cohort came back, by day. Without bots. Dense: zeros kept. Followed for 90 days.';
comment on column gold.agg_retention_daily.cohort_date is 'Day of the first session.';
comment on column gold.agg_retention_daily.period_number is
    'Number of days since; 0 is the day itself.';
comment on column gold.agg_retention_daily.cohort_size is
    'Customers of the cohort, all of them. Repeated in every period: only with one period in view.';
comment on column gold.agg_retention_daily.active_customers is
    'Of these, customers with a session in the period. Additive over cohorts.';
comment on column gold.agg_retention_daily.buyers is
    'Of these, customers with an order in the period. Additive over cohorts.';
comment on column gold.agg_retention_daily.orders is 'Their orders. Additive.';
comment on column gold.agg_retention_daily.revenue is 'Their gross revenue. Additive.';
comment on column gold.agg_retention_daily.is_complete is 'The data covers the whole period.';

create table gold.agg_retention_weekly (
    cohort_week date not null,
    period_number integer not null,
    cohort_size bigint not null,
    active_customers bigint not null,
    buyers bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    is_complete boolean not null,
    primary key (cohort_week, period_number)
);

comment on table gold.agg_retention_weekly is
    'How many customers of a cohort came back, by week. Without bots. Dense: zeros kept.';
comment on column gold.agg_retention_weekly.cohort_week is
    'Monday of the week of the first session.';
comment on column gold.agg_retention_weekly.period_number is
    'Number of weeks since; 0 is the week itself.';
comment on column gold.agg_retention_weekly.cohort_size is
    'Customers of the cohort, all of them. Repeated in every period: only with one period in view.';
comment on column gold.agg_retention_weekly.active_customers is
    'Of these, customers with a session in the period. Additive over cohorts.';
comment on column gold.agg_retention_weekly.buyers is
    'Of these, customers with an order in the period. Additive over cohorts.';
comment on column gold.agg_retention_weekly.orders is 'Their orders. Additive.';
comment on column gold.agg_retention_weekly.revenue is 'Their gross revenue. Additive.';
comment on column gold.agg_retention_weekly.is_complete is 'The data covers the whole period.';

create table gold.agg_retention_monthly (
    cohort_month date not null,
    period_number integer not null,
    cohort_size bigint not null,
    active_customers bigint not null,
    buyers bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    is_complete boolean not null,
    primary key (cohort_month, period_number)
);

comment on table gold.agg_retention_monthly is
    'How many customers of a cohort came back, by month. Without bots. Dense: zeros kept.';
comment on column gold.agg_retention_monthly.cohort_month is
    'First day of the month of the first session.';
comment on column gold.agg_retention_monthly.period_number is
    'Number of months since; 0 is the month itself.';
comment on column gold.agg_retention_monthly.cohort_size is
    'Customers of the cohort, all of them. Repeated in every period: only with one period in view.';
comment on column gold.agg_retention_monthly.active_customers is
    'Of these, customers with a session in the period. Additive over cohorts.';
comment on column gold.agg_retention_monthly.buyers is
    'Of these, customers with an order in the period. Additive over cohorts.';
comment on column gold.agg_retention_monthly.orders is 'Their orders. Additive.';
comment on column gold.agg_retention_monthly.revenue is 'Their gross revenue. Additive.';
comment on column gold.agg_retention_monthly.is_complete is 'The data covers the whole period.';

create table gold.agg_product_affinity (
    product_id_a text not null,
    product_id_b text not null,
    orders_both bigint not null,
    orders_a bigint not null,
    orders_b bigint not null,
    orders_all bigint not null,
    support double precision not null,
    confidence_a_to_b double precision not null,
    confidence_b_to_a double precision not null,
    lift double precision not null,
    primary key (product_id_a, product_id_b)
);

comment on table gold.agg_product_affinity is
    'Two products that share an order, the smaller id first. Without bots; without orders of very many products.';
comment on column gold.agg_product_affinity.product_id_a is 'One product.';
comment on column gold.agg_product_affinity.product_id_b is 'The other product.';
comment on column gold.agg_product_affinity.orders_both is 'Orders with both. Not additive.';
comment on column gold.agg_product_affinity.orders_a is 'Orders with the first. Not additive.';
comment on column gold.agg_product_affinity.orders_b is 'Orders with the second. Not additive.';
comment on column gold.agg_product_affinity.orders_all is 'All orders. Never summed.';
comment on column gold.agg_product_affinity.support is
    'orders_both / orders_all, 0 to 1. Never summed.';
comment on column gold.agg_product_affinity.confidence_a_to_b is
    'orders_both / orders_a, 0 to 1. Never summed.';
comment on column gold.agg_product_affinity.confidence_b_to_a is
    'orders_both / orders_b, 0 to 1. Never summed.';
comment on column gold.agg_product_affinity.lift is
    'How many times more often they share an order than by chance. Never summed.';
