-- check: every day between the first and the last with events has its row, in the calendar and in the daily metrics.
-- layer: gold

with

spans as (

    select
        'dim_date' as table_name,
        count(*) as days,
        min(date) as first_date,
        max(date) as last_date
    from gold.dim_date
    union all
    select
        'fact_daily_metrics' as table_name,
        count(*) as days,
        min(date) as first_date,
        max(date) as last_date
    from gold.fact_daily_metrics

)

select
    spans.table_name,
    spans.days,
    spans.first_date,
    spans.last_date
from spans
cross join silver.period as period
where
    spans.days
    <> {{ days_between("spans.first_date", "spans.last_date") }} + 1
    or spans.first_date > period.first_date
    or spans.last_date < period.last_date
