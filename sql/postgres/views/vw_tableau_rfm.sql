-- Customers who bought, by recency, frequency and money as of one day: for who
-- is worth what, and whom to write to.
-- grain: one row per customer with an order up to as_of_date
-- key: customer_id
-- reader: Tableau
-- columns:
--     as_of_date             date     dimension
--     customer_id            text     dimension
--     is_known               boolean  dimension
--     country                text     dimension
--     rfm_segment            text     dimension
--     r_score                integer  dimension
--     f_score                integer  dimension
--     m_score                integer  dimension
--     first_order_date       date     dimension
--     last_order_date        date     dimension
--     customers              bigint   sum
--     repeat_buyers          bigint   sum
--     orders                 bigint   sum
--     priced_orders          bigint   sum
--     units                  bigint   sum
--     revenue                numeric  sum  money
--     refund_amount          numeric  sum  money
--     net_revenue            numeric  sum  money
--     days_since_last_order  bigint   sum
-- ratios:
--     Average order value:             revenue / priced_orders            money
--     Net revenue per customer:        net_revenue / customers            money
--     Orders per customer:             orders / customers                 number
--     Share of repeat buyers:          repeat_buyers / customers          percent
--     Mean days since the last order:  days_since_last_order / customers  number

create view analytics.vw_tableau_rfm as

with

users as (

    select * from gold.dim_users

),

final as (

    select
        as_of_date,
        customer_id,
        is_known,
        coalesce(country, '(unknown)') as country,
        rfm_segment,
        r_score::integer as r_score,
        f_score::integer as f_score,
        m_score::integer as m_score,
        first_order_date,
        last_order_date,
        1::bigint as customers,
        case when orders >= 2 then 1 else 0 end::bigint as repeat_buyers,
        orders::bigint as orders,
        priced_orders::bigint as priced_orders,
        units::bigint as units,
        revenue,
        refund_amount,
        net_revenue,
        days_since_last_order::bigint as days_since_last_order
    from users
    where r_score is not null

)

select * from final;

comment on view analytics.vw_tableau_rfm is
    'Customers by recency, frequency and money: one row per customer with an order up to as_of_date. Without bots. AOV = sum(revenue) / sum(priced_orders).';
comment on column analytics.vw_tableau_rfm.as_of_date is 'The day the scores describe.';
comment on column analytics.vw_tableau_rfm.customer_id is
    'The customer: account, or v: and the visitor never stitched to one.';
comment on column analytics.vw_tableau_rfm.is_known is 'The customer has an account.';
comment on column analytics.vw_tableau_rfm.country is
    'Country of the profile; (unknown) where there is none.';
comment on column analytics.vw_tableau_rfm.rfm_segment is 'Segment by r_score and f_score.';
comment on column analytics.vw_tableau_rfm.r_score is 'Recency, 1 to 5; 5 bought most recently.';
comment on column analytics.vw_tableau_rfm.f_score is 'Frequency, 1 to 5; 5 has most orders.';
comment on column analytics.vw_tableau_rfm.m_score is
    'Money, 1 to 5; 5 has the highest net revenue.';
comment on column analytics.vw_tableau_rfm.first_order_date is 'Day of the first order.';
comment on column analytics.vw_tableau_rfm.last_order_date is 'Day of the last order.';
comment on column analytics.vw_tableau_rfm.customers is 'Always 1. Additive.';
comment on column analytics.vw_tableau_rfm.repeat_buyers is
    '1 for a customer with at least two orders. Additive.';
comment on column analytics.vw_tableau_rfm.orders is 'Orders. Additive.';
comment on column analytics.vw_tableau_rfm.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column analytics.vw_tableau_rfm.units is 'Pieces bought. Additive.';
comment on column analytics.vw_tableau_rfm.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_rfm.refund_amount is
    'Refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_rfm.net_revenue is
    'Revenue less refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_rfm.days_since_last_order is
    'Days from the last order to as_of_date. Additive; divide by the sum of customers.';
