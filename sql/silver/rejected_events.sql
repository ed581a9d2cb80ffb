-- grain: one row per bronze row of kind events that cannot be used
-- key: _batch_id, _source_line
-- reader: silver.quarantine
-- scope: visitor
-- rows: 10 in 1000
with rejected as (

    select
        _batch_key,
        _source_line,
        reasons
    from silver.judged_events
    where visitor_id is null

),

final as (

    select
        batches._batch_id,
        rejected._source_line,
        rejected.reasons
    from rejected
    inner join silver.batches as batches
        on rejected._batch_key = batches._batch_key

)

select * from final
