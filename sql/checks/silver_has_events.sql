-- check: at least one event is usable (below: why none was)
-- layer: silver
with reasons as (

    select
        reasons,
        count(*) as quarantined_rows,
        min(_source_file) as first_file,
        min(_source_line) as first_line
    from silver.quarantine
    where kind = 'events'
    group by reasons

),

final as (

    select
        coalesce(reasons.reasons, 'no event was ingested') as reasons,
        reasons.quarantined_rows,
        reasons.first_file,
        reasons.first_line
    from (select count(*) as event_rows from silver.events) as events
    left join reasons on events.event_rows = 0
    where events.event_rows = 0

)

select * from final
