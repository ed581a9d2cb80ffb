-- question: Does a variant of an experiment turn more visitors into buyers?
-- read: conversion is of visitors, since chance deals out visitors, not
--     sessions. lift_from and lift_to hold the true difference to the control
--     in 95 of 100 experiments: only where both lie on one side of 0 is there
--     an effect, and is_sure says so. (several) saw more than one variant and
--     tells of none. Do not look daily and stop at the first sure one.
-- topic: Funnels and journeys
-- grain: one row per experiment and variant
-- key: experiment, variant
-- param since: the first day that counts
-- param until: the last day that counts
-- param control: the variant that the others are held against
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast('control' as text) as control

),

variants as (

    select
        experiment,
        variant,
        sum(visitors) as visitors,
        sum(converted_visitors) as converted_visitors,
        sum(orders) as orders,
        sum(revenue) as revenue
    from gold.agg_experiment_daily
    where
        exposure_date >= (select since from parameters)
        and exposure_date <= (select until from parameters)
    group by experiment, variant

),

rates as (

    select
        *,
        cast(converted_visitors as double precision)
        / cast(visitors as double precision) as rate
    from variants

),

held as (

    select
        rates.experiment,
        rates.variant,
        rates.visitors,
        rates.converted_visitors,
        rates.orders,
        rates.revenue,
        case
            when
                rates.variant <> control.variant
                and rates.variant <> '(several)'
                then rates.rate - control.rate
        end as lift,
        sqrt(
            rates.rate * (1 - rates.rate)
            / cast(rates.visitors as double precision)
            + control.rate * (1 - control.rate)
            / cast(control.visitors as double precision)
        ) as error
    from rates
    left join rates as control
        on rates.experiment = control.experiment
        and control.variant = (select control from parameters)

),

final as (

    select
        experiment,
        variant,
        cast(visitors as bigint) as visitors,
        cast(converted_visitors as bigint) as converted_visitors,
        cast(
            cast(converted_visitors as numeric(18, 4)) / nullif(visitors, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(floor(lift * 10000 + 0.5) / 10000 as numeric(9, 4)) as lift,
        cast(
            floor((lift - 1.96 * error) * 10000 + 0.5) / 10000
            as numeric(9, 4)
        ) as lift_from,
        cast(
            floor((lift + 1.96 * error) * 10000 + 0.5) / 10000
            as numeric(9, 4)
        ) as lift_to,
        abs(lift) > 1.96 * error as is_sure,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(visitors, 0)
            as numeric(18, 2)
        ) as revenue_a_visitor
    from held

)

select *
from final
order by md5(experiment), visitors desc, md5(variant)
