-- check: funnel entries fall from step to step, and every day and kind has all steps.
-- layer: gold

with

steps as (

    select
        entry_date,
        funnel_kind,
        step_number,
        entries
    from gold.agg_funnel_daily

),

counts as (

    select
        entry_date,
        funnel_kind,
        count(*) as steps,
        min(entries) as least
    from steps
    group by entry_date, funnel_kind

)

select
    later.entry_date,
    later.funnel_kind,
    later.step_number
from steps as later
inner join steps as earlier
    on
        later.entry_date = earlier.entry_date
        and later.funnel_kind = earlier.funnel_kind
        and later.step_number = earlier.step_number + 1
where later.entries > earlier.entries

union all

select
    entry_date,
    funnel_kind,
    cast(0 as smallint) as step_number
from counts
where steps <> {{ funnel_steps|length }} or least < 0
