-- Whose each session is, in numbers, bots left out: what the models that
-- follow customers over their sessions start from. customer_key is a hash of
-- customer_id; joining numbers costs a fraction of joining texts.
-- grain: one row per session
-- key: session_id
-- reader: gold.fact_attribution, gold.funnel_events, gold.agg_journey_daily,
--     gold.customer_activity
-- materialized: working

with

visitors as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where not is_bot

),

sessions as (

    select
        f.session_id,
        f.session_date,
        f.session_start,
        f.channel_key,
        f.converted_sessions,
        {{ customer_id("f", "v") }} as customer_id
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

final as (

    select
        cast(session_id as bigint) as session_id,
        cast({{ hash60("customer_id") }} as bigint) as customer_key,
        cast(session_date as date) as session_date,
        cast({{ us("session_start") }} as bigint) as session_start_us,
        cast(channel_key as bigint) as channel_key,
        cast(converted_sessions as int) as converted_sessions
    from sessions

)

select * from final
