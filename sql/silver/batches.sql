-- What the rows of a batch have in common, and its id as a number.
-- grain: one row per batch of any kind
-- key: _batch_id
-- reader: silver.rejected_events, silver.duplicate_events
-- materialized: view
with final as (

    select
        batch_id as _batch_id,
        {{ hex60("batch_id") }} as _batch_key,
        source_file as _source_file
    from bronze.batches

)

select * from final
