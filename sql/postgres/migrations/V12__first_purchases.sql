-- How long customers take to their first order, which a view would otherwise
-- count among all customers while a dashboard waits. Compared as a whole, after
-- the dimensions.

create table gold.agg_first_purchase_daily (
    first_seen_date date not null,
    first_channel_group text not null,
    country text not null,
    days_to_first_purchase integer not null,
    customers bigint not null,
    primary key (first_seen_date, first_channel_group, country, days_to_first_purchase),
    foreign key (first_seen_date) references gold.dim_date (date)
);

comment on table gold.agg_first_purchase_daily is
    'Customers by first day and days to their first order. Without bots and accounts that never came.';
comment on column gold.agg_first_purchase_daily.first_seen_date is
    'Day of the customer''s first session, or of the first order where that is earlier.';
comment on column gold.agg_first_purchase_daily.first_channel_group is
    'Channel group of the customer''s first session.';
comment on column gold.agg_first_purchase_daily.country is
    'Country of the account; (unknown) where not recorded.';
comment on column gold.agg_first_purchase_daily.days_to_first_purchase is
    'Days from the first day to the first order, 0 = the same day; -1 = no order yet. Never summed.';
comment on column gold.agg_first_purchase_daily.customers is 'Customers. Additive.';
