-- grain: one row per good event: of rows with one event_id the first received
-- key: event_id
-- reader: silver.events
-- materialized: view
with good as (

    select * from silver.typed_events
    where reasons is null

),

-- earliest received, then smallest content: the same winner in any order of
-- arrival (what remains equal is equal in every column that counts)
ranked as (

    select
        *,
        row_number() over (
            partition by event_id
            order by
                coalesce({{ us("received_at") }}, 9223372036854775807),
                row_md5,
                _batch_id,
                _source_line
        ) as copy_number
    from good

),

final as (

    select * from ranked
    where copy_number = 1

)

select * from final
