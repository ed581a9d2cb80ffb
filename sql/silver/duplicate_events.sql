-- Of rows with one event_id the first received stays, then the one of the
-- smallest content; these are the others.
-- grain: one row per good bronze row that repeats an event: the copies not kept
-- key: _batch_key, _source_line
-- reader: silver.distinct_events, silver.duplicates
-- scope: visitor
-- rows: 10 in 1000
with marked as (

    select
        event_id,
        {{ is_repeat("event_id") }} as is_repeat
    from silver.judged_events
    where visitor_id is not null

),

-- few are, so that few ids are compared as texts
repeated as (

    select event_id
    from marked
    where is_repeat
    group by event_id

),

copies as (

    select
        events.event_id,
        events.visitor_id,
        events._batch_key,
        events._source_line,
        coalesce(
            {{ us("events.received_at") }}, 9223372036854775807
        ) as received_us,
        md5(
            events.visitor_id
            {%- for column in [
                "source", "user_id", "source_session_id",
                "cast(event_time_us as string)", "event_type", "page_type",
                "page_url", "search_query", "product_id", "category", "brand",
                "cast(price as string)", "cast(quantity as string)",
                "order_id", "payment_method", "outcome", "device_type",
                "browser", "os", "user_agent", "country", "city",
                "ip_address", "referrer", "utm_source", "utm_medium",
                "utm_campaign", "experiment", "variant"
            ] %}
            || coalesce(chr(31) || {{ column }}, chr(30))
            {%- endfor %}
        ) as content_md5
    from silver.judged_events as events
    inner join repeated on events.event_id = repeated.event_id
    where events.visitor_id is not null

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id
            order by received_us, content_md5, _batch_key, _source_line
        ) as copy_number
    from copies

),

final as (

    select
        ranked.event_id,
        ranked.visitor_id,
        ranked._batch_key,
        batches._batch_id,
        batches._source_file,
        ranked._source_line
    from ranked
    inner join silver.batches as batches
        on ranked._batch_key = batches._batch_key
    where ranked.copy_number > 1

)

select * from final
