-- The day's figures, with the week before and the week's sum beside them.
-- grain: one row per day
-- key: date
-- reader: Tableau
-- columns:
--     date                          date     dimension
--     is_complete                   boolean  dimension
--     events                        bigint   sum
--     product_views                 bigint   sum
--     adds                          bigint   sum
--     checkouts                     bigint   sum
--     refund_amount                 numeric  sum  money
--     refund_events                 bigint   sum
--     sessions                      bigint   sum
--     converted_sessions            bigint   sum
--     bounced_sessions              bigint   sum
--     cart_sessions                 bigint   sum
--     abandoned_sessions            bigint   sum
--     session_seconds               bigint   sum  seconds
--     potential_lost_revenue        numeric  sum  money
--     session_revenue               numeric  sum  money
--     orders                        bigint   sum
--     priced_orders                 bigint   sum
--     units                         bigint   sum
--     revenue                       numeric  sum  money
--     new_visitors                  bigint   sum
--     new_customers                 bigint   sum
--     visitors                      bigint   avg
--     customers                     bigint   avg
--     buyers                        bigint   avg
--     net_revenue                   numeric  sum  money
--     revenue_7d_before             numeric  avg  money
--     orders_7d_before              bigint   avg
--     priced_orders_7d_before       bigint   avg
--     sessions_7d_before            bigint   avg
--     converted_sessions_7d_before  bigint   avg
--     visitors_7d_before            bigint   avg
--     revenue_7d_sum                numeric  avg  money
--     orders_7d_sum                 bigint   avg
--     priced_orders_7d_sum          bigint   avg
--     sessions_7d_sum               bigint   avg
--     converted_sessions_7d_sum     bigint   avg
--     visitors_7d_sum               bigint   avg
--     days_in_7d                    bigint   avg
-- ratios:
--     Conversion:                       converted_sessions / sessions                percent
--     Average order value:              revenue / priced_orders                      money
--     Bounce rate:                      bounced_sessions / sessions                  percent
--     Cart abandonment:                 abandoned_sessions / cart_sessions           percent
--     Session length:                   session_seconds / sessions                   seconds
--     Refund rate:                      refund_amount / revenue                      percent
--     Revenue against the week before:  revenue / revenue_7d_before                  percent
--     Daily revenue over 7 days:        revenue_7d_sum / days_in_7d                  money
--     Conversion over 7 days:           converted_sessions_7d_sum / sessions_7d_sum  percent

create view analytics.vw_tableau_executive_kpis as

with

days as (

    select * from gold.fact_daily_metrics

),

-- By date, not by position: a missing day must not pass for its neighbour.
final as (

    select
        days.date,
        days.is_complete,
        days.events,
        days.product_views,
        days.adds,
        days.checkouts,
        days.refund_amount,
        days.refund_events,
        days.sessions,
        days.converted_sessions,
        days.bounced_sessions,
        days.cart_sessions,
        days.abandoned_sessions,
        days.session_seconds,
        days.potential_lost_revenue,
        days.session_revenue,
        days.orders,
        days.priced_orders,
        days.units,
        days.revenue,
        days.new_visitors,
        days.new_customers,
        days.visitors,
        days.customers,
        days.buyers,
        days.revenue - days.refund_amount as net_revenue,
        week_before.revenue as revenue_7d_before,
        week_before.orders as orders_7d_before,
        week_before.priced_orders as priced_orders_7d_before,
        week_before.sessions as sessions_7d_before,
        week_before.converted_sessions as converted_sessions_7d_before,
        week_before.visitors as visitors_7d_before,
        sum(days.revenue) over last_week as revenue_7d_sum,
        (sum(days.orders) over last_week)::bigint
            as orders_7d_sum,
        (sum(days.priced_orders) over last_week)::bigint
            as priced_orders_7d_sum,
        (sum(days.sessions) over last_week)::bigint
            as sessions_7d_sum,
        (sum(days.converted_sessions) over last_week)::bigint
            as converted_sessions_7d_sum,
        (sum(days.visitors) over last_week)::bigint
            as visitors_7d_sum,
        count(*) over last_week as days_in_7d
    from days
    left join days as week_before on days.date - 7 = week_before.date
    window
        last_week as (
            order by days.date
            range between interval '6 days' preceding and current row
        )

)

select * from final;

comment on view analytics.vw_tableau_executive_kpis is
    'The figures of each day: one row per day, zeros kept. Without bots. Conversion = sum(converted_sessions) / sum(sessions); AOV = sum(revenue) / sum(priced_orders); seven-day averages = X_7d_sum / days_in_7d, shown only where days_in_7d is 7.';
comment on column analytics.vw_tableau_executive_kpis.date is 'The day, in the business time zone.';
comment on column analytics.vw_tableau_executive_kpis.is_complete is
    'The data cover all 24 hours of the day.';
comment on column analytics.vw_tableau_executive_kpis.events is 'Events of the day. Additive.';
comment on column analytics.vw_tableau_executive_kpis.product_views is
    'Product views of the day. Additive.';
comment on column analytics.vw_tableau_executive_kpis.adds is 'Additions to the cart. Additive.';
comment on column analytics.vw_tableau_executive_kpis.checkouts is 'Checkouts. Additive.';
comment on column analytics.vw_tableau_executive_kpis.refund_amount is
    'Refunds of the day, in the configured currency. Additive.';
comment on column analytics.vw_tableau_executive_kpis.refund_events is
    'Refund events of the day. Additive.';
comment on column analytics.vw_tableau_executive_kpis.sessions is
    'Sessions begun on the day. Additive.';
comment on column analytics.vw_tableau_executive_kpis.converted_sessions is
    'Those with an order. Additive; conversion = its sum / sum of sessions.';
comment on column analytics.vw_tableau_executive_kpis.bounced_sessions is
    'Those of a single event. Additive.';
comment on column analytics.vw_tableau_executive_kpis.cart_sessions is
    'Those with an addition to the cart. Additive.';
comment on column analytics.vw_tableau_executive_kpis.abandoned_sessions is
    'Cart sessions without order. Additive.';
comment on column analytics.vw_tableau_executive_kpis.session_seconds is
    'Seconds of all sessions. Additive.';
comment on column analytics.vw_tableau_executive_kpis.potential_lost_revenue is
    'Value left in abandoned carts, in the configured currency. Additive.';
comment on column analytics.vw_tableau_executive_kpis.session_revenue is
    'Revenue by the day the session began, in the configured currency. Additive; differs from revenue around midnight.';
comment on column analytics.vw_tableau_executive_kpis.orders is 'Orders of the day. Additive.';
comment on column analytics.vw_tableau_executive_kpis.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column analytics.vw_tableau_executive_kpis.units is 'Pieces sold. Additive.';
comment on column analytics.vw_tableau_executive_kpis.revenue is
    'Gross revenue by the day of the order, in the configured currency. Additive.';
comment on column analytics.vw_tableau_executive_kpis.new_visitors is
    'Visitors first seen on the day. Additive: each once in life.';
comment on column analytics.vw_tableau_executive_kpis.new_customers is
    'Customers first seen on the day. Additive: each once in life.';
comment on column analytics.vw_tableau_executive_kpis.visitors is
    'Visitors of the day. Not additive over days.';
comment on column analytics.vw_tableau_executive_kpis.customers is
    'Customers of the day. Not additive over days.';
comment on column analytics.vw_tableau_executive_kpis.buyers is
    'Customers who ordered on the day. Not additive over days.';
comment on column analytics.vw_tableau_executive_kpis.net_revenue is
    'Revenue less refunds of the day, in the configured currency. Additive.';
comment on column analytics.vw_tableau_executive_kpis.revenue_7d_before is
    'revenue of the same weekday a week before, in the configured currency; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.orders_7d_before is
    'orders of the same weekday a week before; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.priced_orders_7d_before is
    'priced_orders of the same weekday a week before; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.sessions_7d_before is
    'sessions of the same weekday a week before; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.converted_sessions_7d_before is
    'converted_sessions of the same weekday a week before; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.visitors_7d_before is
    'visitors of the same weekday a week before; null in the first week. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.revenue_7d_sum is
    'Sum of revenue over this day and the six before, in the configured currency. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.orders_7d_sum is
    'Sum of orders over this day and the six before. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.priced_orders_7d_sum is
    'Sum of priced_orders over this day and the six before. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.sessions_7d_sum is
    'Sum of sessions over this day and the six before. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.converted_sessions_7d_sum is
    'Sum of converted_sessions over this day and the six before. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.visitors_7d_sum is
    'Sum of the daily visitors over this day and the six before, whoever came on two days counted twice. Never summed.';
comment on column analytics.vw_tableau_executive_kpis.days_in_7d is
    'Days of data behind X_7d_sum; fewer than 7 in the first week. Never summed.';
