-- check: each day has the same sessions, conversions and bounces in facts, daily metrics and segments of sessions.
-- layer: gold
{%- set measures = [
    "sessions", "converted_sessions", "bounced_sessions", "cart_sessions",
    "abandoned_sessions"
] %}

-- What is expected comes in positive and what is found negative: the sum is 0.
with

-- The few bots are sought out: to look up every session's visitor costs more.
bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

expected as (

    select
        facts.session_date as date,
        {%- for measure in measures %}
        sum(facts.{{ measure }}) as {{ measure }},
        {%- endfor %}
        sum(facts.revenue) as revenue
    from gold.fact_sessions as facts
    where
        not exists (
            select 1
            from bots
            where bots.visitor_id = facts.visitor_id
        )
    group by facts.session_date

),

tables as (

    select 'fact_daily_metrics' as table_name
    union all
    select 'agg_session_daily' as table_name

),

differences as (

    select
        tables.table_name,
        expected.date,
        {%- for measure in measures %}
        expected.{{ measure }},
        {%- endfor %}
        expected.revenue
    from expected
    cross join tables
    union all
    select
        'fact_daily_metrics' as table_name,
        date,
        {%- for measure in measures %}
        -{{ measure }} as {{ measure }},
        {%- endfor %}
        -session_revenue as revenue
    from gold.fact_daily_metrics
    union all
    select
        'agg_session_daily' as table_name,
        session_date as date,
        {%- for measure in measures %}
        -{{ measure }} as {{ measure }},
        {%- endfor %}
        -revenue as revenue
    from gold.agg_session_daily

)

select
    table_name,
    date,
    {%- for measure in measures %}
    sum({{ measure }}) as {{ measure }},
    {%- endfor %}
    sum(revenue) as revenue
from differences
group by table_name, date
having
    {%- for measure in measures %}
    sum({{ measure }}) <> 0 or
    {%- endfor %}
    sum(revenue) <> 0
