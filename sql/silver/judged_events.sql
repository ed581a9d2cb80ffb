-- What a received row means and what is wrong with it: every event with its id,
-- its place in the order of events and its faults. Rows of one visitor lie
-- together, so that all that follows can go visitor by visitor.
-- grain: one row per bronze row of kind events
-- key: _batch_key, _source_line
-- reader: silver.rejected_events, silver.duplicate_events, silver.events
-- materialized: working
-- buckets: visitor_id
-- alike: event_id, order_id
-- order: visitor_id, source, tracker_session, is_activity, event_time_us, event_rank, event_id
{#- what can be wrong with a row that could be read: condition, sentence #}
{%- set faults = [
    ("visitor_id is null", "visitor_id is missing"),
    ("type_text is null", "event_type is missing"),
    ("time_text is null", "event_time is missing"),
    (
        "time_text is not null and event_time is null",
        "event_time is not a timestamp"
    ),
    ("event_time_us < $min_time_us", "event_time is before silver.min_time"),
    ("event_time_us > max_time_us", "event_time is after silver.max_time"),
    (
        "received_text is not null and received_at is null",
        "received_at is not a timestamp"
    ),
    ("price_text is not null and price is null", "price is not a number"),
    ("price < 0", "price is negative"),
    (
        "quantity_text is not null and quantity is null",
        "quantity is not a whole number"
    ),
    ("quantity <= 0", "quantity is not positive")
] %}
with events as (

    select
        *,
        -- made data may lie ahead of the clock; its manifest says how far
        coalesce(
            $max_time_us,
            {{ us("_covers_until") }},
            {{ us("_ingested_at") }} + 86400000000
        ) as max_time_us
    from silver.typed_events

),

-- one sentence for each fault; the raw columns in quarantine tell the value
judged as (

    select
        *,
        case
            when _parse_error is not null
                then 'malformed row: ' || _parse_error || '; '
                    || coalesce(mapping_error || '; ', '')
            when
                mapping_error is not null
                {%- for condition, sentence in faults %}
                or {{ condition }}
                {%- endfor %}
                then
                    coalesce(mapping_error || '; ', '')
                    {%- for condition, sentence in faults %}
                    || case
                        when {{ condition }} then '{{ sentence }}; '
                        else ''
                    end
                    {%- endfor %}
        end as faults
    from events

),

final as (

    select
        -- a UUID stays; another id, or none, becomes one
        case
            when {{ is_uuid("id_text") }} then lower(id_text)
            else {{ uuid_of(
                "md5(source || ':' || prefix || coalesce(id_text, row_md5))"
            ) }}
        end as event_id,
        source,
        -- a row that cannot be used is no visitor's
        case when faults is null then visitor_id end as visitor_id,
        user_id,
        source_session_id,
        event_time,
        event_time_us,
        received_at,
        event_type,
        page_type,
        page_url,
        search_query,
        product_id,
        category,
        brand,
        price,
        quantity,
        order_id,
        payment_method,
        outcome,
        device_type,
        browser,
        os,
        user_agent,
        country,
        city,
        ip_address,
        referrer,
        utm_source,
        utm_medium,
        utm_campaign,
        experiment,
        variant,
        {{ event_rank("event_type") }} as event_rank,
        -- what the server did later (a refund) belongs to no session
        event_type <> 'refund' as is_activity,
        -- with session.mode = source the tracker's id (':' before it) divides
        -- a visitor's events; rows without one ('.') fall back to the gap
        case
            when $session_mode = 'source' and source_session_id is not null
                then ':' || source_session_id
            else '.'
        end as tracker_session,
        substr(faults, 1, length(faults) - 2) as reasons,
        _batch_key,
        _source_line
    from judged

)

select * from final
