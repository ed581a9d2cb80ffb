-- What tells events apart and puts them in order, and what is wrong with those
-- that cannot be used: narrow, so that judging, deduplicating and
-- sessionizing do not carry the whole of every row.
-- grain: one row per bronze row of kind events
-- key: _batch_id, _source_line
-- reader: silver.distinct_events, silver.duplicates, silver.quarantine
-- materialized: working
with

-- one sentence for each fault; the raw columns beside it tell the value
judged as (

    select
        *,
        -- a UUID stays; another id, or none, becomes one
        case
            when {{ is_uuid("id_text") }} then lower(id_text)
        end as uuid,
        case
            when {{ is_uuid("id_text") }} then null
            else md5(source || ':' || prefix || coalesce(id_text, row_md5))
        end as id_md5,
        coalesce('malformed row: ' || _parse_error || '; ', '')
        || coalesce(mapping_error || '; ', '')
        || case
            when _parse_error is not null then ''
            else
                case
                    when visitor_id is null
                        then 'visitor_id is missing; '
                    else ''
                end
                || case
                    when type_text is null
                        then 'event_type is missing; '
                    else ''
                end
                || case
                    when time_text is null
                        then 'event_time is missing; '
                    when event_time is null
                        then 'event_time is not a timestamp; '
                    when event_time_us < $min_time_us
                        then 'event_time is before silver.min_time; '
                    -- made data may lie ahead of the clock; its manifest says
                    -- how far
                    when event_time_us > coalesce(
                        $max_time_us,
                        {{ us("_covers_until") }},
                        {{ us("_ingested_at") }} + 86400000000
                    )
                        then 'event_time is after silver.max_time; '
                    else ''
                end
                || case
                    when
                        received_text is not null
                        and received_at is null
                        then 'received_at is not a timestamp; '
                    else ''
                end
                || case
                    when
                        price_text is not null
                        and price is null
                        then 'price is not a number; '
                    when price < 0
                        then 'price is negative; '
                    else ''
                end
                || case
                    when
                        quantity_text is not null
                        and quantity is null
                        then 'quantity is not a whole number; '
                    when quantity <= 0
                        then 'quantity is not positive; '
                    else ''
                end
        end as faults
    from silver.typed_events

),

final as (

    select
        coalesce(uuid, {{ uuid_of("id_md5") }}) as event_id,
        source,
        visitor_id,
        source_session_id,
        event_type,
        event_time_us,
        received_at,
        row_md5,
        case
            when faults <> '' then substr(faults, 1, length(faults) - 2)
        end as reasons,
        _source_file,
        _source_line,
        _batch_id
    from judged

)

select * from final
