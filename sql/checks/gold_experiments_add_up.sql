-- check: a variant has a row for each day of first exposure, no more visitors converted than exposed, and no more exposed than first seen.
-- layer: gold

with

variants as (

    select
        exposure_date,
        experiment,
        variant,
        count(*) as rows_of_it,
        sum(visitors) as visitors,
        sum(converted_visitors) as converted_visitors,
        sum(converted_sessions) as converted_sessions,
        sum(sessions) as sessions
    from gold.agg_experiment_daily
    group by exposure_date, experiment, variant

),

people as (

    select count(*) as visitors
    from gold.dim_visitors
    where not is_bot

),

exposed as (

    select
        experiment,
        sum(visitors) as visitors
    from gold.agg_experiment_daily
    group by experiment

)

select
    cast(exposure_date as string) as exposure_date,
    experiment,
    variant
from variants
where
    rows_of_it > 1
    or visitors < 1
    or converted_visitors > visitors
    or converted_visitors > converted_sessions
    or converted_sessions > sessions

union all

select
    '(all)' as exposure_date,
    exposed.experiment,
    '(all)' as variant
from exposed
cross join people
where exposed.visitors > people.visitors
