-- check: a cohort is whole in its first period and never larger, and days, weeks and months tell of the same customers.
-- layer: gold

with

rows_of_all as (
{% for name, cohort in [
    ("daily", "cohort_date"),
    ("weekly", "cohort_week"),
    ("monthly", "cohort_month"),
] %}
    select
        '{{ name }}' as retention,
        {{ cohort }} as cohort,
        period_number,
        cohort_size,
        active_customers,
        buyers,
        orders,
        revenue
    from gold.agg_retention_{{ name }}
    {{ "" if loop.last else "union all" }}
{%- endfor %}
),

-- Rows are dense: as many as their last number says.
cohorts as (

    select
        retention,
        cohort,
        max(period_number) as last_number,
        count(*) as periods,
        min(cohort_size) as least_size,
        max(cohort_size) as cohort_size
    from rows_of_all
    group by retention, cohort

),

totals as (

    select
        retention,
        sum(cohort_size) as customers
    from rows_of_all
    where period_number = 0
    group by retention

),

customers as (

    select count(*) as customers
    from gold.dim_users as u
    inner join gold.fact_sessions as f on u.first_session_id = f.session_id
    where f.session_date <= u.as_of_date

)

select
    retention,
    cohort,
    period_number
from rows_of_all
where
    active_customers > cohort_size
    or (period_number = 0 and active_customers <> cohort_size)
    or active_customers < 0
    or buyers < 0
    or orders < buyers
    or revenue < 0

union all

select
    retention,
    cohort,
    last_number as period_number
from cohorts
where periods <> last_number + 1 or least_size <> cohort_size

union all

select
    totals.retention,
    cast(null as date) as cohort,
    cast(null as int) as period_number
from totals
cross join customers
where totals.customers <> customers.customers
