with s as (select distinct coalesce(f.user_id, v.customer_id) as customer_id, f.session_date as date from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot),
first as (select customer_id, min(date) as cohort from s group by customer_id),
size as (select cohort, count(*) as size from first group by cohort),
active as (
    select first.cohort, cast((s.date - first.cohort) as bigint) as n, count(*) as customers
    from s inner join first on s.customer_id = first.customer_id
    group by first.cohort, cast((s.date - first.cohort) as bigint)
)
select size.cohort, d.n, size.size, coalesce(active.customers, 0)
from size
cross join (select column1 as n from (values (1), (7), (14), (30)) as t (column1)) as d
cross join silver.period as p
left join active on size.cohort = active.cohort and d.n = active.n
where cast((p.as_of_date - size.cohort) as bigint) >= d.n
