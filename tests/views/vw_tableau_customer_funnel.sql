-- How entries come about is told with hand-made visits in analyses.rs.
select f.entry_date, f.funnel_kind, f.step_number, f.step, f.entries, b.entries as before, a.entries as alls, f.is_complete
from gold.agg_funnel_daily as f
inner join gold.agg_funnel_daily as a
    on f.entry_date = a.entry_date and f.funnel_kind = a.funnel_kind and a.step_number = 1
left join gold.agg_funnel_daily as b
    on f.entry_date = b.entry_date and f.funnel_kind = b.funnel_kind and f.step_number = b.step_number + 1
