-- What the visitors of each variant of an experiment did after they first saw
-- it, by the day of that; bots left out. Every visitor stands in one row, so
-- that all counts add up over days; variant '(several)' holds those who saw
-- more than one and tell of none. Made anew as a whole. Empty where the source
-- records no experiment.
-- grain: one row per day of first exposure, experiment and variant
-- key: exposure_date, experiment, variant
-- reader: experiment chart; sql/analysis/experiment_effect.sql

with

exposed as (

    select *
    from gold.experiment_visitors

),

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

final as (

    select
        cast(exposed.exposure_date as date) as exposure_date,
        cast(exposed.experiment as string) as experiment,
        cast(exposed.variant as string) as variant,
        cast(count(*) as bigint) as visitors,
        cast(
            sum(case when exposed.converted_sessions > 0 then 1 else 0 end)
            as bigint
        ) as converted_visitors,
        cast(sum(exposed.sessions) as bigint) as sessions,
        cast(sum(exposed.converted_sessions) as bigint) as converted_sessions,
        cast(sum(exposed.orders) as bigint) as orders,
        cast(sum(exposed.revenue) as decimal(18, 2)) as revenue
    from exposed
    inner join visitors on exposed.visitor_id = visitors.visitor_id
    group by exposed.exposure_date, exposed.experiment, exposed.variant

)

select *
from final
order by exposure_date, experiment, variant
