-- Cohorts from the sessions themselves; whether a period is covered is gold's to say.
with s as (select coalesce(f.user_id, v.customer_id) as customer_id, f.session_date as period from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot),
o as (
    select coalesce(f.user_id, v.customer_id) as customer_id, f.order_date as period, f.revenue from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
),
first as (select customer_id, min(period) as cohort from s group by customer_id),
size as (select cohort, count(*) as size from first group by cohort),
active as (
    select first.cohort, s.period, count(distinct s.customer_id) as customers
    from s inner join first on s.customer_id = first.customer_id group by first.cohort, s.period
),
bought as (
    select first.cohort, o.period, count(distinct o.customer_id) as buyers, count(*) as orders, sum(o.revenue) as revenue
    from o inner join first on o.customer_id = first.customer_id group by first.cohort, o.period
)
,
a as (select x.cohort, cast((x.period - x.cohort) as bigint) as n, x.customers from active as x),
b as (select x.cohort, cast((x.period - x.cohort) as bigint) as n, x.buyers, x.orders, x.revenue from bought as x)
select g.cohort_date, g.period_number, size.size, coalesce(a.customers, 0), coalesce(b.buyers, 0), coalesce(b.orders, 0),
    coalesce(b.revenue, 0), g.is_complete
from gold.agg_retention_daily as g
inner join size on g.cohort_date = size.cohort
left join a on g.cohort_date = a.cohort and g.period_number = a.n
left join b on g.cohort_date = b.cohort and g.period_number = b.n
