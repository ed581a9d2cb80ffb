-- How long customers take from their first day to their first order. The latest
-- cohorts have had little time: compare like with like by first_seen_date.
-- grain: one row per first_seen_date, first_channel_group, country and
--     days_to_first_purchase
-- key: first_seen_date, first_channel_group, country, days_to_first_purchase
-- reader: Tableau
-- columns:
--     first_seen_date         date     dimension
--     first_channel_group     text     dimension
--     country                 text     dimension
--     days_to_first_purchase  integer  dimension
--     days_bucket             text     dimension
--     days_bucket_sort        integer  dimension
--     customers               bigint   sum
--     buyers                  bigint   sum
--     days_sum                bigint   sum
-- ratios:
--     Share of buyers:                  buyers / customers  percent
--     Mean days to the first purchase:  days_sum / buyers   number

create view analytics.vw_tableau_time_to_first_purchase as

with

users as (

    select * from gold.dim_users

),

channels as (

    select * from gold.dim_channel

),

-- An order may be a customer's by its account and made in another's session:
-- then it is the first that was seen of that customer.
customers as (

    select
        least(first_seen_date, first_order_date) as first_seen_date,
        first_channel_key,
        coalesce(country, '(unknown)') as country,
        first_order_date - least(first_seen_date, first_order_date)
            as days_to_first_purchase
    from users
    -- Accounts that never came are no customers yet; dim_users counts no bots.
    where sessions > 0 or orders > 0

),

-- By key first: names are looked up once for each sum.
totals as (

    select
        first_seen_date,
        first_channel_key,
        country,
        days_to_first_purchase,
        count(*) as customers
    from customers
    group by
        first_seen_date,
        first_channel_key,
        country,
        days_to_first_purchase

),

final as (

    select
        totals.first_seen_date,
        channels.channel_group as first_channel_group,
        totals.country,
        totals.days_to_first_purchase,
        case
            when totals.days_to_first_purchase is null then 'no order yet'
            when totals.days_to_first_purchase = 0 then 'same day'
            when totals.days_to_first_purchase <= 3 then '1-3 days'
            when totals.days_to_first_purchase <= 7 then '4-7 days'
            when totals.days_to_first_purchase <= 30 then '8-30 days'
            else 'over 30 days'
        end as days_bucket,
        case
            when totals.days_to_first_purchase is null then 6
            when totals.days_to_first_purchase = 0 then 1
            when totals.days_to_first_purchase <= 3 then 2
            when totals.days_to_first_purchase <= 7 then 3
            when totals.days_to_first_purchase <= 30 then 4
            else 5
        end as days_bucket_sort,
        sum(totals.customers)::bigint as customers,
        sum(
            case
                when totals.days_to_first_purchase is null then 0
                else totals.customers
            end
        )::bigint as buyers,
        sum(
            coalesce(totals.days_to_first_purchase, 0) * totals.customers
        )::bigint as days_sum
    from totals
    inner join channels on totals.first_channel_key = channels.channel_key
    group by
        totals.first_seen_date,
        channels.channel_group,
        totals.country,
        totals.days_to_first_purchase

)

select * from final;

comment on view analytics.vw_tableau_time_to_first_purchase is
    'How long customers take to their first order: one row per first_seen_date, first_channel_group, country and days_to_first_purchase. Without bots. Share of buyers = sum(buyers) / sum(customers).';
comment on column analytics.vw_tableau_time_to_first_purchase.first_seen_date is
    'Day the customers first came, in the business time zone.';
comment on column analytics.vw_tableau_time_to_first_purchase.first_channel_group is
    'Channel group of their first session.';
comment on column analytics.vw_tableau_time_to_first_purchase.country is
    'Country of the profile; (unknown) where there is none.';
comment on column analytics.vw_tableau_time_to_first_purchase.days_to_first_purchase is
    'Whole days from the first day to the first order; 0 = the same day, null = no order yet.';
comment on column analytics.vw_tableau_time_to_first_purchase.days_bucket is
    'Class of days_to_first_purchase; no order yet where null.';
comment on column analytics.vw_tableau_time_to_first_purchase.days_bucket_sort is
    '1 to 6, to sort days_bucket by.';
comment on column analytics.vw_tableau_time_to_first_purchase.customers is 'Customers. Additive.';
comment on column analytics.vw_tableau_time_to_first_purchase.buyers is
    'Of these, customers with an order. Additive.';
comment on column analytics.vw_tableau_time_to_first_purchase.days_sum is
    'Days to the first order, of all buyers. Additive; divide by the sum of buyers.';
