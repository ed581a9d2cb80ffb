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

customers as (

    select * from gold.agg_first_purchase_daily

),

final as (

    select
        first_seen_date,
        first_channel_group,
        country,
        nullif(days_to_first_purchase, -1) as days_to_first_purchase,
        case
            when days_to_first_purchase = -1 then 'no order yet'
            when days_to_first_purchase = 0 then 'same day'
            when days_to_first_purchase <= 3 then '1-3 days'
            when days_to_first_purchase <= 7 then '4-7 days'
            when days_to_first_purchase <= 30 then '8-30 days'
            else 'over 30 days'
        end as days_bucket,
        case
            when days_to_first_purchase = -1 then 6
            when days_to_first_purchase = 0 then 1
            when days_to_first_purchase <= 3 then 2
            when days_to_first_purchase <= 7 then 3
            when days_to_first_purchase <= 30 then 4
            else 5
        end as days_bucket_sort,
        customers,
        case
            when days_to_first_purchase = -1 then 0
            else customers
        end as buyers,
        greatest(days_to_first_purchase, 0) * customers as days_sum
    from customers

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
