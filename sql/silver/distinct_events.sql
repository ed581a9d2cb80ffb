-- grain: one row per event: the copy of it that is kept
-- key: event_id
-- reader: silver.events
-- materialized: view
-- scope: visitor
with final as (

    select events.*
    from silver.judged_events as events
    where
        events.visitor_id is not null
        and not exists (
            select 1
            from silver.duplicate_events as duplicates
            where
                duplicates._batch_key = events._batch_key
                and duplicates._source_line = events._source_line
        )

)

select * from final
