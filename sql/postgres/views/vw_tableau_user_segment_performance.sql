-- Customers by their current segment. A customer is in one segment as of one
-- day, so every column adds up; revenue by current segment is circular by
-- construction, which a caption should say.
-- grain: one row per as_of_date, rfm_segment and country
-- key: as_of_date, rfm_segment, country
-- reader: Tableau
-- columns:
--     as_of_date                 date     dimension
--     rfm_segment                text     dimension
--     country                    text     dimension
--     customers                  bigint   sum
--     known_customers            bigint   sum
--     buyers                     bigint   sum
--     repeat_buyers              bigint   sum
--     sessions                   bigint   sum
--     converted_sessions         bigint   sum
--     orders                     bigint   sum
--     priced_orders              bigint   sum
--     revenue                    numeric  sum  money
--     net_revenue                numeric  sum  money
--     days_since_last_order_sum  bigint   sum
-- ratios:
--     Share of buyers:            buyers / customers                  percent
--     Share of repeat buyers:     repeat_buyers / buyers              percent
--     Conversion:                 converted_sessions / sessions       percent
--     Average order value:        revenue / priced_orders             money
--     Net revenue per buyer:      net_revenue / buyers                money
--     Days since the last order:  days_since_last_order_sum / buyers  number

create view analytics.vw_tableau_user_segment_performance as

with

users as (

    select * from gold.dim_users

),

final as (

    select
        users.as_of_date,
        users.rfm_segment,
        coalesce(users.country, '(unknown)') as country,
        count(*) as customers,
        count(*) filter (where users.is_known) as known_customers,
        count(*) filter (where users.orders >= 1) as buyers,
        count(*) filter (where users.orders >= 2) as repeat_buyers,
        sum(users.sessions)::bigint as sessions,
        sum(users.converted_sessions)::bigint as converted_sessions,
        sum(users.orders)::bigint as orders,
        sum(users.priced_orders)::bigint as priced_orders,
        sum(users.revenue) as revenue,
        sum(users.net_revenue) as net_revenue,
        coalesce(sum(users.days_since_last_order), 0)::bigint
            as days_since_last_order_sum
    from users
    -- Accounts that never came are no customers yet; dim_users counts no bots.
    where users.sessions > 0 or users.orders > 0
    group by
        users.as_of_date,
        users.rfm_segment,
        coalesce(users.country, '(unknown)')

)

select * from final;

comment on view analytics.vw_tableau_user_segment_performance is
    'Customers by their current segment: one row per as_of_date, rfm_segment and country. Without bots. Segments partition customers, so everything adds up; AOV = sum(revenue) / sum(priced_orders).';
comment on column analytics.vw_tableau_user_segment_performance.as_of_date is
    'The day the segments describe.';
comment on column analytics.vw_tableau_user_segment_performance.rfm_segment is
    'Segment as of as_of_date; No purchase included.';
comment on column analytics.vw_tableau_user_segment_performance.country is
    'Country of the profile; (unknown) where there is none.';
comment on column analytics.vw_tableau_user_segment_performance.customers is 'Customers. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.known_customers is
    'Customers with an account. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.buyers is
    'Customers with at least one order. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.repeat_buyers is
    'Customers with at least two orders. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.sessions is
    'Their sessions. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.converted_sessions is
    'Those with an order. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.orders is 'Their orders. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.net_revenue is
    'Revenue less refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_user_segment_performance.days_since_last_order_sum is
    'Sum of the buyers'' days since their last order; divide by the sum of buyers. Additive.';
