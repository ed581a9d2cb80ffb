-- Every count from the facts; the week by joins of days.
with e as (
    select f.event_date as date, count(*) as events, sum(case when f.event_type = 'product_view' then 1 else 0 end) as product_views,
        sum(case when f.event_type = 'add_to_cart' then 1 else 0 end) as adds,
        sum(case when f.event_type = 'checkout' then 1 else 0 end) as checkouts, sum(f.refund_amount) as refund_amount,
        sum(case when f.event_type = 'refund' then 1 else 0 end) as refund_events
    from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by f.event_date
),
s as (
    select f.session_date as date, count(*) as sessions, sum(f.converted_sessions) as converted_sessions,
        sum(f.bounced_sessions) as bounced_sessions, sum(f.cart_sessions) as cart_sessions,
        sum(f.abandoned_sessions) as abandoned_sessions, sum(f.duration_seconds) as session_seconds,
        sum(f.potential_lost_revenue) as potential_lost_revenue, sum(f.revenue) as session_revenue,
        count(distinct f.visitor_id) as visitors, count(distinct coalesce(f.user_id, v.customer_id)) as customers,
        sum(case when f.session_id = v.first_session_id then 1 else 0 end) as new_visitors
    from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by f.session_date
),
o as (
    select f.order_date as date, count(*) as orders, sum(f.priced_orders) as priced_orders, sum(f.units) as units,
        sum(f.revenue) as revenue, count(distinct coalesce(f.user_id, v.customer_id)) as buyers
    from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by f.order_date
),
n as (
    select date, count(*) as new_customers from (
        select coalesce(f.user_id, v.customer_id) as customer_id, min(f.session_date) as date from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot group by coalesce(f.user_id, v.customer_id)
    ) as firsts group by date
),
m as (
    select e.date, e.events, e.product_views, e.adds, e.checkouts, e.refund_amount, e.refund_events, s.sessions,
        s.converted_sessions, s.bounced_sessions, s.cart_sessions, s.abandoned_sessions, s.session_seconds,
        s.potential_lost_revenue, s.session_revenue, coalesce(o.orders, 0) as orders,
        coalesce(o.priced_orders, 0) as priced_orders, coalesce(o.units, 0) as units,
        coalesce(o.revenue, 0) as revenue, s.new_visitors, coalesce(n.new_customers, 0) as new_customers,
        s.visitors, s.customers, coalesce(o.buyers, 0) as buyers
    from e inner join s on e.date = s.date left join o on e.date = o.date left join n on e.date = n.date
),
sums as (
    select m.date, sum(b.revenue) as revenue, sum(b.orders) as orders, sum(b.priced_orders) as priced_orders, sum(b.sessions) as sessions, sum(b.converted_sessions) as converted_sessions, sum(b.visitors) as visitors, count(*) as days
    from m inner join m as b on b.date <= m.date and b.date > m.date - interval '7 days'
    group by m.date
)
select m.date, dates.is_complete, m.events, m.product_views, m.adds, m.checkouts, m.refund_amount, m.refund_events,
    m.sessions, m.converted_sessions, m.bounced_sessions, m.cart_sessions, m.abandoned_sessions, m.session_seconds,
    m.potential_lost_revenue, m.session_revenue, m.orders, m.priced_orders, m.units, m.revenue, m.new_visitors,
    m.new_customers, m.visitors, m.customers, m.buyers, m.revenue - m.refund_amount as net,
    b.revenue as revenue_before, b.orders as orders_before, b.priced_orders as priced_orders_before, b.sessions as sessions_before, b.converted_sessions as converted_sessions_before, b.visitors as visitors_before,
    sums.revenue as revenue_sum, sums.orders as orders_sum, sums.priced_orders as priced_orders_sum, sums.sessions as sessions_sum, sums.converted_sessions as converted_sessions_sum, sums.visitors as visitors_sum, sums.days
from m
inner join gold.fact_daily_metrics as dates on m.date = dates.date
inner join sums on m.date = sums.date
left join m as b on b.date = m.date - interval '7 days'
