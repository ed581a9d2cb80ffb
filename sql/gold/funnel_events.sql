-- What a customer does along the funnel (funnel.steps), bots left out: of the
-- first step, which is most of a log, the first event of each session; of the
-- later steps every event.
-- strict_step is the step that the event is; a purchase is one that counts, a
-- failed payment none. reached_step is how far it shows the customer to have
-- come: a failed payment has reached the checkout.
-- grain: one row per session with the first step, and per event of a later one
-- key: session_id, event_sequence, strict_step
-- reader: gold.funnel_entries, gold.agg_funnel_daily
-- materialized: working
{% set counted = "event_type = 'purchase' and purchase_lines = 1" %}
{% set failed = "event_type = 'purchase' and purchase_lines = 0" %}
{% set first = funnel_steps[0] %}

with

first_steps as (

    select
        session_id,
        min(event_time_us) as event_time_us,
        min(event_sequence) as event_sequence
    from gold.fact_events
    where
        session_id is not null
        and {{ counted if first == "purchase"
            else "event_type = '" ~ first ~ "'" }}
    group by session_id

),

later_steps as (

    select
        session_id,
        event_time_us,
        event_sequence,
        case
{%- for step in funnel_steps[1:] %}
            when {{ counted if step == "purchase"
                else "event_type = '" ~ step ~ "'" }} then {{ loop.index + 1 }}
{%- endfor %}
            else 0
        end as strict_step,
        case
{%- for step in funnel_steps %}
{%- if step == "checkout" %}
            when {{ failed }} then {{ loop.index }}
{%- endif %}
{%- endfor %}
{%- for step in funnel_steps[1:] %}
            when {{ counted if step == "purchase"
                else "event_type = '" ~ step ~ "'" }} then {{ loop.index + 1 }}
{%- endfor %}
            else 0
        end as reached_step
    from gold.fact_events
    where
        session_id is not null
        and event_type in (
{%- for step in funnel_steps[1:] %}
            '{{ step }}',
{%- endfor %}
            'purchase'
        )

),

steps as (

    select
        session_id,
        event_time_us,
        event_sequence,
        1 as strict_step,
        1 as reached_step
    from first_steps

    union all

    select
        session_id,
        event_time_us,
        event_sequence,
        strict_step,
        reached_step
    from later_steps
    where strict_step > 0 or reached_step > 0

),

final as (

    select
        cast(sessions.customer_key as bigint) as customer_key,
        cast(steps.session_id as bigint) as session_id,
        cast(steps.event_time_us as bigint) as event_time_us,
        cast(steps.event_sequence as int) as event_sequence,
        cast(steps.strict_step as int) as strict_step,
        cast(steps.reached_step as int) as reached_step
    from steps
    inner join gold.customer_sessions as sessions
        on steps.session_id = sessions.session_id

)

select * from final
