-- How far customers get along the steps of funnel.steps within funnel.window of
-- the first, over sessions and devices, bots left out. Two kinds, never mixed:
--   strict   each step is looked for after the one before it (in the order of
--            events: time, rank of the type, id), beginning with the first;
--   reached  a step counts when it or any later one was seen, beginning with
--            any of them, so that a purchase without a cart counts to its end.
-- An entry is a session's first such event; a customer enters again with the
-- first session that begins the funnel after the window has passed. Entries of
-- the last days, whose window the data does not cover, have is_complete false.
-- grain: one row per day of the entry, kind of funnel and step
-- key: entry_date, funnel_kind, step_number
-- reader: funnel charts and views

with recursive

-- Nobody enters again by a first entry.
starts as (

    select
        funnel_kind,
        customer_key,
        entry_us,
        next_entry_us
    from gold.funnel_entries
    where not is_first

),

-- From each customer's first entry to the next, and so on.
walked as (

    select
        funnel_kind,
        customer_key,
        entry_us,
        next_entry_us
    from gold.funnel_entries
    where is_first

    union all

    select
        starts.funnel_kind,
        starts.customer_key,
        starts.entry_us,
        starts.next_entry_us
    from walked
    inner join starts
        on
            walked.funnel_kind = starts.funnel_kind
            and walked.customer_key = starts.customer_key
            and walked.next_entry_us = starts.entry_us

),

events as (

    select
        customer_key,
        event_time_us,
        event_sequence,
        strict_step,
        reached_step
    from gold.funnel_events

),

-- A position within the window orders events by time, then by their place in
-- the session; steps are looked for after it. The events of a later step are
-- few and come first, for the side of a join that is held in memory.
strict_1 as (

    select
        walked.customer_key,
        walked.entry_us,
        cast(entries.entry_sequence as bigint) as position_1
    from walked
    inner join gold.funnel_entries as entries
        on
            walked.funnel_kind = entries.funnel_kind
            and walked.customer_key = entries.customer_key
            and walked.entry_us = entries.entry_us
    where walked.funnel_kind = 1

),
{% for step in funnel_steps[1:] %}
{%- set number = loop.index + 1 %}
strict_{{ number }} as (

    select
        earlier.customer_key,
        earlier.entry_us,
{%- for n in range(1, number) %}
        earlier.position_{{ n }},
{%- endfor %}
        min(
            (events.event_time_us - earlier.entry_us) * 100000
            + least(events.event_sequence, 99999)
        ) as position_{{ number }}
    from (select * from events where strict_step = {{ number }}) as events
    right join strict_{{ number - 1 }} as earlier
        on
            events.customer_key = earlier.customer_key
            and events.event_time_us >= earlier.entry_us
            and events.event_time_us
            <= earlier.entry_us + {{ funnel_window_us }}
            and (events.event_time_us - earlier.entry_us) * 100000
            + least(events.event_sequence, 99999)
            > earlier.position_{{ number - 1 }}
    group by
        earlier.customer_key,
        earlier.entry_us,
{%- for n in range(1, number) %}
        earlier.position_{{ n }}{{ "" if loop.last else "," }}
{%- endfor %}

),
{% endfor %}
reached as (

    select
        walked.customer_key,
        walked.entry_us,
        max(coalesce(events.reached_step, 1)) as furthest
    from (select * from events where reached_step > 1) as events
    right join walked
        on
            events.customer_key = walked.customer_key
            and events.event_time_us >= walked.entry_us
            and events.event_time_us
            <= walked.entry_us + {{ funnel_window_us }}
    where walked.funnel_kind = 2
    group by walked.customer_key, walked.entry_us

),

entries as (

    select
        'strict' as funnel_kind,
        entry_us,
        case
{%- for step in funnel_steps|reverse %}
{%- set number = loop.length - loop.index + 1 %}
            when position_{{ number }} is not null then {{ number }}
{%- endfor %}
        end as furthest
    from strict_{{ funnel_steps|length }}

    union all

    select
        'reached' as funnel_kind,
        entry_us,
        furthest
    from reached

),

dated as (

    select
        {{ date_of_us(local_us("entry_us", "$time_zone")) }} as entry_date,
        funnel_kind,
        furthest
    from entries

),

counted as (

    select
        entry_date,
        funnel_kind,
        furthest,
        count(*) as entries
    from dated
    group by entry_date, funnel_kind, furthest

),

steps as (

    select
        column1 as step_number,
        column2 as step
    from (
        values
{%- for step in funnel_steps %}
            ({{ loop.index }}, '{{ step }}'){{ "" if loop.last else "," }}
{%- endfor %}
    ) as step (column1, column2)

),

totals as (

    select
        counted.entry_date,
        counted.funnel_kind,
        steps.step_number,
        steps.step,
        sum(
            case
                when counted.furthest >= steps.step_number
                    then counted.entries
                else 0
            end
        ) as entries
    from counted
    cross join steps
    group by
        counted.entry_date,
        counted.funnel_kind,
        steps.step_number,
        steps.step

),

final as (

    select
        cast(totals.entry_date as date) as entry_date,
        cast(totals.funnel_kind as string) as funnel_kind,
        cast(totals.step_number as smallint) as step_number,
        cast(totals.step as string) as step,
        cast(totals.entries as bigint) as entries,
        cast(
            {{ add_days("totals.entry_date", funnel_window_days) }}
            < period.last_date
            or (
                {{ add_days("totals.entry_date", funnel_window_days) }}
                = period.last_date
                and period.last_day_complete
            ) as boolean
        ) as is_complete
    from totals
    cross join silver.period as period

)

select *
from final
order by entry_date, funnel_kind, step_number
