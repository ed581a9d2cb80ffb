-- Which ways sessions take: the event types of a session in their order, a
-- repeated one told once, as path prefixes of up to journey.depth steps, bots
-- left out. A row counts the sessions whose path begins so; the links of a
-- Sankey at one depth are its rows summed by from_step and to_step.
-- ended_sessions went no further. A journey is told by the first 18 events of
-- a session, each a digit of one number: that is one pass over narrow columns,
-- where following every event would cost a sort of them all.
-- grain: one row per start day of the session and path prefix
-- key: session_date, path
-- scope: day
-- reader: journey charts
{% set types = [
    "page_view", "search", "product_view", "add_to_cart", "remove_from_cart",
    "checkout", "purchase", "login", "other",
] %}

with

codes as (

    select
        session_id,
        sum(
            case event_type
{%- for type in types[:-1] %}
                when '{{ type }}' then cast({{ loop.index }} as bigint)
{%- endfor %}
                else cast({{ types|length }} as bigint)
            end
            * case event_sequence
{%- for n in range(1, 18) %}
                when {{ n }} then cast(1{{ "0" * (18 - n) }} as bigint)
{%- endfor %}
                else cast(1 as bigint)
            end
        ) as code
    from gold.fact_events
    where session_id is not null and event_sequence <= 18
    group by session_id

),

coded as (

    select
        sessions.session_date,
        codes.code,
        count(*) as sessions,
        sum(sessions.converted_sessions) as converted_sessions
    from codes
    inner join gold.customer_sessions as sessions
        on codes.session_id = sessions.session_id
    group by sessions.session_date, codes.code

),

digits as (

    select
        session_date,
        cast(code as string) as digits,
        sessions,
        converted_sessions
    from coded

),

-- A digit stays where it differs from the one before it; 0 is no event.
collapsed as (

    select
        session_date,
        substr(digits, 1, 1)
{%- for n in range(2, 19) %}
        || case
            when
                substr(digits, {{ n }}, 1) in (
                    '0', substr(digits, {{ n - 1 }}, 1)
                )
                then ''
            else substr(digits, {{ n }}, 1)
        end
{%- endfor %} as code,
        sessions,
        converted_sessions
    from digits

),

paths as (

    select
        session_date,
        code,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions
    from collapsed
    group by session_date, code

),

-- The few come first, for the side of a join that is held in memory.
depths as (

    select n as depth
    from silver.numbers
    where n between 1 and {{ journey_depth }}

),

prefixes as (

    select
        paths.session_date,
        substr(paths.code, 1, depths.depth) as code,
        depths.depth,
        sum(paths.sessions) as sessions,
        sum(paths.converted_sessions) as converted_sessions,
        sum(
            case
                when length(paths.code) = depths.depth then paths.sessions
                else 0
            end
        ) as ended_sessions
    from depths
    cross join paths
    where length(paths.code) >= depths.depth
    group by
        paths.session_date,
        substr(paths.code, 1, depths.depth),
        depths.depth

),

{% macro name(digit) %}
            case {{ digit }}
{%- for type in types %}
                when '{{ loop.index }}' then '{{ type }}'
{%- endfor %}
                else ''
            end
{%- endmacro -%}
named as (

    select
        session_date,
        depth,
        {{ name("substr(code, 1, 1)") }}
{%- for n in range(2, journey_depth + 1) %}
        || case when depth >= {{ n }} then ' > ' else '' end
        || {{ name("substr(code, " ~ n ~ ", 1)") }}
{%- endfor %} as path,
        case
            when depth = 1 then '(start)'
            else {{ name("substr(code, depth - 1, 1)") }}
        end as from_step,
        {{ name("substr(code, depth, 1)") }} as to_step,
        sessions,
        converted_sessions,
        ended_sessions
    from prefixes

),

final as (

    select
        cast(session_date as date) as session_date,
        cast(path as string) as path,
        cast(depth as smallint) as depth,
        cast(from_step as string) as from_step,
        cast(to_step as string) as to_step,
        cast(sessions as bigint) as sessions,
        cast(converted_sessions as bigint) as converted_sessions,
        cast(ended_sessions as bigint) as ended_sessions
    from named

)

select *
from final
order by session_date, path
