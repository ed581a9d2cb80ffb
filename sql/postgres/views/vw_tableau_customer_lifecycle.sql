-- Where customers stand week by week: new, returning, resurrected or dormant.
-- The four partition all customers known by the end of the week.
-- grain: one row per week_start and lifecycle_state
-- key: week_start, lifecycle_state
-- reader: Tableau
-- columns:
--     week_start        date     dimension
--     lifecycle_state   text     dimension
--     lifecycle_sort    integer  dimension
--     customers         bigint   sum
--     lapsed_customers  bigint   sum
--     sessions          bigint   sum
--     orders            bigint   sum
--     revenue           numeric  sum  money
--     is_complete       boolean  dimension
-- ratios:
--     Revenue per customer:  revenue / customers  money
--     Orders per customer:   orders / customers   number

create view analytics.vw_tableau_customer_lifecycle as

with

weeks as (

    select * from gold.agg_lifecycle_weekly

),

final as (

    select
        week_start,
        lifecycle_state,
        case lifecycle_state
            when 'new' then 1
            when 'returning' then 2
            when 'resurrected' then 3
            else 4
        end as lifecycle_sort,
        customers,
        lapsed_customers,
        sessions,
        orders,
        revenue,
        is_complete
    from weeks

)

select * from final;

comment on view analytics.vw_tableau_customer_lifecycle is
    'Customers by where they stand in each week: one row per week_start and lifecycle_state. Without bots. The states of a week add up to all customers known by its end.';
comment on column analytics.vw_tableau_customer_lifecycle.week_start is 'Monday of the week.';
comment on column analytics.vw_tableau_customer_lifecycle.lifecycle_state is
    'new: came or bought for the first time; returning: in the week before, too; resurrected: after at least one week without; dormant: in an earlier week and not in this one.';
comment on column analytics.vw_tableau_customer_lifecycle.lifecycle_sort is
    '1 to 4, to sort lifecycle_state by.';
comment on column analytics.vw_tableau_customer_lifecycle.customers is
    'Customers in the state. Additive over states within one week.';
comment on column analytics.vw_tableau_customer_lifecycle.lapsed_customers is
    'Of the dormant, customers who were active the week before; 0 in the other states. Additive over states within one week.';
comment on column analytics.vw_tableau_customer_lifecycle.sessions is
    'Their sessions in the week. Additive.';
comment on column analytics.vw_tableau_customer_lifecycle.orders is
    'Their orders in the week. Additive.';
comment on column analytics.vw_tableau_customer_lifecycle.revenue is
    'Their gross revenue in the week, in the configured currency. Additive.';
comment on column analytics.vw_tableau_customer_lifecycle.is_complete is
    'The data covers the whole week.';
