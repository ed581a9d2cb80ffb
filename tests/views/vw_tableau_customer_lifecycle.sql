-- Customers by week from the facts; before and ever by joins of weeks.
with parts as (
    select coalesce(f.user_id, v.customer_id) as customer_id, cast(date_trunc('week', f.session_date) as date) as week, 1 as s, 0 as o,
        cast(0 as decimal(18, 2)) as r
    from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
    union all
    select coalesce(f.user_id, v.customer_id), cast(date_trunc('week', f.order_date) as date), 0, 1, f.revenue from gold.fact_orders as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
),
w as (select customer_id, week, sum(s) as s, sum(o) as o, sum(r) as r from parts group by customer_id, week),
ever as (select customer_id, min(week) as first_week from w group by customer_id),
weeks as (select distinct week from w),
-- Every customer in every week since the first one.
grid as (
    select e.customer_id, weeks.week, e.first_week from ever as e inner join weeks on weeks.week >= e.first_week
),
told as (
    select g.week,
        case when w.customer_id is null then 'dormant' when g.week = g.first_week then 'new'
            when b.customer_id is not null then 'returning' else 'resurrected' end as state,
        case when w.customer_id is null and b.customer_id is not null then 1 else 0 end as lapsed,
        coalesce(w.s, 0) as s, coalesce(w.o, 0) as o, coalesce(w.r, 0) as r
    from grid as g
    left join w on g.customer_id = w.customer_id and g.week = w.week
    left join w as b on g.customer_id = b.customer_id and b.week = cast(g.week - interval '7 days' as date)
),
states as (
    select column1 as state, column2 as place
    from (values ('new', 1), ('returning', 2), ('resurrected', 3), ('dormant', 4)) as t (column1, column2)
)
select weeks.week, states.state, states.place, count(told.state), sum(coalesce(told.lapsed, 0)), sum(coalesce(told.s, 0)),
    sum(coalesce(told.o, 0)), sum(coalesce(told.r, 0)),
    weeks.week >= p.first_date and cast(weeks.week + interval '6 days' as date) <= p.last_date
from weeks cross join states cross join silver.period as p
left join told on weeks.week = told.week and states.state = told.state
group by weeks.week, states.state, states.place, p.first_date, p.last_date
