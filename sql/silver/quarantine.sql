-- grain: one row per bronze row that cannot be used, with its raw columns
-- key: kind, _batch_id, _source_line
-- reader: people who mend their input; row accounting
with rejected_events as (

    select
        _batch_id,
        _source_line,
        reasons
    from silver.rejected_events

),

rejected_users as (

    select
        _batch_id,
        _source_line,
        reasons
    from silver.typed_users
    where reasons is not null

),

rejected_products as (

    select
        _batch_id,
        _source_line,
        reasons
    from silver.typed_products
    where reasons is not null

),

final as (
{% for kind in ["events", "users", "products"] %}
    select
        '{{ kind }}' as kind,
        rejected.reasons,
        bronze._source_file,
        bronze._source_line,
        bronze._ingested_at,
        bronze._batch_id,
        bronze._parse_error,
        bronze._raw_line{{ raw_columns(kind) }}
    from rejected_{{ kind }} as rejected
    inner join bronze.{{ kind }} as bronze
        on
            rejected._batch_id = bronze._batch_id
            and rejected._source_line = bronze._source_line
    {% if not loop.last %}
    union all
    {% endif %}
{% endfor %}
)

select * from final
order by kind, _batch_id, _source_line
