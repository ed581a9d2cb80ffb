-- Does a variant of an experiment turn more visitors into buyers?
-- grain: one row per experiment and variant
-- key: experiment, variant
-- reader: report/experiment_result
with

-- chance deals out visitors, not sessions, so visitors are what is counted
totals as (

    select
        experiment,
        variant,
        sum(visitors) as visitors,
        sum(converted_visitors) as converted_visitors
    from gold.agg_experiment_daily
    group by experiment, variant

),

experiments as (

    select
        experiment,
        min(case when variant <> '(several)' then variant end) as first_variant,
        sum(case when variant = '(several)' then visitors else 0 end)
            as mixed_visitors
    from totals
    group by experiment

),

-- who saw several variants tells of none; they are told once per experiment
final as (

    select
        cast(totals.experiment as string) as experiment,
        cast(totals.variant as string) as variant,
        cast(totals.visitors as bigint) as visitors,
        cast(totals.converted_visitors as bigint) as converted_visitors,
        cast(
            case
                when totals.variant = experiments.first_variant
                    then experiments.mixed_visitors
                else 0
            end as bigint
        ) as mixed_visitors
    from totals
    inner join experiments on totals.experiment = experiments.experiment
    where totals.variant <> '(several)'

)

select * from final
order by experiment, variant
