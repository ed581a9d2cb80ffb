-- Where a funnel may begin: with a session's first event of the first step
-- (strict), or of any step (reached, for who buys without a look has reached
-- everything). next_entry_us is the first later beginning once the window has
-- passed; only customers seen for longer than a window have one.
-- grain: one row per kind of funnel, customer and moment
-- key: funnel_kind, customer_key, entry_us
-- reader: gold.agg_funnel_daily
-- materialized: working

with

events as (

    select
        customer_key,
        session_id,
        event_time_us,
        event_sequence,
        strict_step
    from gold.funnel_events

),

session_starts as (

    select
        customer_key,
        session_id,
        min(event_time_us) as entry_us
    from events
    group by customer_key, session_id

),

beginnings as (

    select
        1 as funnel_kind,
        customer_key,
        event_time_us as entry_us,
        min(event_sequence) as entry_sequence
    from events
    where strict_step = 1
    group by customer_key, event_time_us

    union all

    select
        2 as funnel_kind,
        customer_key,
        entry_us,
        0 as entry_sequence
    from session_starts
    group by customer_key, entry_us

),

spans as (

    select
        funnel_kind,
        customer_key,
        min(entry_us) as first_us,
        max(entry_us) as last_us
    from beginnings
    group by funnel_kind, customer_key

),

spanned as (

    select
        beginnings.*,
        spans.first_us,
        spans.last_us - spans.first_us > {{ funnel_window_us }} as is_long
    from spans
    inner join beginnings
        on
            spans.funnel_kind = beginnings.funnel_kind
            and spans.customer_key = beginnings.customer_key

),

long as (

    select
        *,
        min(entry_us) over (
            partition by funnel_kind, customer_key
            order by entry_us
            range between {{ funnel_window_us + 1 }} following
            and unbounded following
        ) as next_entry_us
    from spanned
    where is_long

),

-- A customer seen for less than a window has one entry, the first.
final as (

    select
        cast(funnel_kind as int) as funnel_kind,
        cast(customer_key as bigint) as customer_key,
        cast(entry_us as bigint) as entry_us,
        cast(entry_sequence as int) as entry_sequence,
        cast(entry_us = first_us as boolean) as is_first,
        cast(next_entry_us as bigint) as next_entry_us
    from long

    union all

    select
        cast(funnel_kind as int) as funnel_kind,
        cast(customer_key as bigint) as customer_key,
        cast(entry_us as bigint) as entry_us,
        cast(entry_sequence as int) as entry_sequence,
        cast(true as boolean) as is_first,
        cast(null as bigint) as next_entry_us
    from spanned
    where not is_long and entry_us = first_us

)

select * from final
