-- check: a visitor's facts lead to its row, and to its sessions.
-- layer: gold
-- scope: visitor
{%- set visitors = ["fact_events", "fact_sessions", "fact_orders"] %}
{%- set sessions = [
    ("fact_events", "session_id"),
    ("fact_orders", "session_id"),
    ("dim_visitors", "first_session_id"),
] %}

{% for table in visitors -%}
select
    '{{ table }}' as table_name,
    'visitor_id' as column_name,
    child.visitor_id as key
from gold.{{ table }} as child
left join gold.dim_visitors as parent on child.visitor_id = parent.visitor_id
where parent.visitor_id is null
union all
{% endfor -%}
{% for table, column in sessions -%}
select
    '{{ table }}' as table_name,
    '{{ column }}' as column_name,
    cast(child.{{ column }} as string) as key
from gold.{{ table }} as child
left join gold.fact_sessions as parent on child.{{ column }} = parent.session_id
where child.{{ column }} is not null and parent.session_id is null
{{ "" if loop.last else "union all" }}
{% endfor -%}
