-- Each search against every later event of its session.
with q as (
    select f.session_id, f.session_date, lower(trim(coalesce(f.search_query, '(unknown)'))) as text, f.event_sequence as n
    from gold.fact_events as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot where f.event_type = 'search' and f.session_id is not null
),
later as (
    select q.session_id, q.text,
        max(case when e.event_type in ('product_view', 'add_to_cart') or e.purchase_lines = 1 then 1 else 0 end) as viewed,
        max(case when e.event_type = 'add_to_cart' or e.purchase_lines = 1 then 1 else 0 end) as added,
        max(case when e.purchase_lines = 1 then 1 else 0 end) as bought
    from q inner join gold.fact_events as e on q.session_id = e.session_id and e.event_sequence > q.n
    group by q.session_id, q.text
),
texts as (
    select q.session_id, q.session_date, q.text, count(*) as searches, max(q.n) as last_n
    from q group by q.session_id, q.session_date, q.text
)
select t.session_date, d.device_type, t.text, sum(t.searches), count(*), sum(coalesce(l.viewed, 0)),
    sum(coalesce(l.added, 0)), sum(coalesce(l.bought, 0)), sum(case when t.last_n = s.events then 1 else 0 end)
from texts as t
inner join gold.fact_sessions as s on t.session_id = s.session_id
inner join gold.dim_device as d on s.device_key = d.device_key
left join later as l on t.session_id = l.session_id and t.text = l.text
group by t.session_date, d.device_type, t.text
