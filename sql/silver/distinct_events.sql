-- grain: one row per good event: of rows with one event_id the first received
-- key: event_id
-- reader: silver.events
-- materialized: view
with good as (

    select * from silver.event_keys
    where reasons is null

),

duplicates as (

    select
        _batch_id,
        _source_line
    from silver.duplicates
    where kind = 'events'

),

final as (

    select good.*
    from good
    left join duplicates
        on
            good._batch_id = duplicates._batch_id
            and good._source_line = duplicates._source_line
    where duplicates._batch_id is null

)

select * from final
