-- question: How many customers finish the way to an order within days, over
--     several visits?
-- read: An entry is a customer's first step; the later ones count within
--     funnel.window, whatever session they are in. Only entries whose window
--     has passed count, so recent days do not drag it down. Compare with
--     session_funnel: the difference is who comes back to finish.
-- topic: Funnels and journeys
-- grain: one row per kind of funnel and step
-- key: funnel_kind, step_number
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

steps as (

    select
        funnel_kind,
        step_number,
        step,
        sum(entries) as entries
    from gold.agg_funnel_daily
    where
        is_complete
        and entry_date >= (select since from parameters)
        and entry_date <= (select until from parameters)
    group by funnel_kind, step_number, step

),

compared as (

    select
        *,
        lag(entries) over (
            partition by funnel_kind
            order by step_number
        ) as entries_before,
        first_value(entries) over (
            partition by funnel_kind
            order by step_number
        ) as entries_first
    from steps

),

final as (

    select
        funnel_kind,
        cast(step_number as integer) as step_number,
        step,
        cast(entries as bigint) as entries,
        cast(
            cast(entries as numeric(18, 4)) / nullif(entries_first, 0)
            as numeric(9, 4)
        ) as share_of_entries,
        cast(
            cast(entries_before - entries as numeric(18, 4)) / nullif(entries_before, 0)
            as numeric(9, 4)
        ) as lost
    from compared

)

select *
from final
order by funnel_kind, step_number
