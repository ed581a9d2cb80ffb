-- question: Does a variant of an experiment turn more visitors into buyers?
-- read: conversion is the share of a variant's visitors who bought. gain is its
--     lead over the variant called control (over one of them, where none is) in
--     points; gain_low to gain_high holds the true lead in 95 of 100 such experiments:
--     an interval with zero in it shows nothing yet. Visitors who saw several
--     variants are left out; many of them mean that the dealing is broken.
-- topic: Experiments
-- grain: one row per experiment and variant
-- key: experiment, variant
with

variants as (

    select
        experiment,
        variant,
        visitors,
        converted_visitors,
        mixed_visitors,
        orders,
        revenue,
        cast(converted_visitors as double precision)
        / nullif(visitors, 0) as share,
        row_number() over (
            partition by experiment
            order by case when variant = 'control' then 0 else 1 end, md5(variant)
        ) as place
    from gold.agg_experiment

),

bases as (

    select *
    from variants
    where place = 1

),

gains as (

    select
        variants.experiment,
        variants.variant,
        variants.visitors,
        variants.converted_visitors,
        variants.mixed_visitors,
        variants.orders,
        variants.revenue,
        variants.share,
        case
            when variants.place > 1 then variants.share - bases.share
        end as gain,
        -- 1.959964 deviations of a normal distribution hold 95 of 100
        1.959964 * sqrt(
            variants.share * (1 - variants.share) / nullif(variants.visitors, 0)
            + bases.share * (1 - bases.share) / nullif(bases.visitors, 0)
        ) as margin
    from variants
    inner join bases on variants.experiment = bases.experiment

),

final as (

    select
        experiment,
        variant,
        visitors,
        converted_visitors,
        mixed_visitors,
        cast(share as numeric(9, 4)) as conversion,
        cast(100 * gain as numeric(9, 2)) as gain,
        cast(100 * (gain - margin) as numeric(9, 2)) as gain_low,
        cast(100 * (gain + margin) as numeric(9, 2)) as gain_high,
        orders,
        revenue
    from gains

)

select *
from final
order by md5(experiment), md5(variant)
