-- grain: one row per bronze row of kind users, cast and judged
-- key: _batch_id, _source_line
-- reader: silver.users, silver.duplicates, silver.quarantine
-- materialized: view
with received as (

    select * from silver.received_users

),

typed as (

    select
        *,
        {{ try_timestamp(clean("updated_at")) }} as updated,
        try_cast({{ clean("birth_year") }} as int) as birth_year_value,
        try_cast({{ clean("signup_date") }} as date) as signup
    from received

),

judged as (

    select
        *,
        coalesce('malformed row: ' || _parse_error || '; ', '')
        || coalesce(mapping_error || '; ', '')
        || case
            when _parse_error is null and {{ clean("user_id") }} is null
                then 'user_id is missing; '
            else ''
        end
        || case
            when {{ clean("updated_at") }} is not null and updated is null
                then 'updated_at is not a timestamp; '
            else ''
        end
        || case
            when {{ clean("signup_date") }} is not null and signup is null
                then 'signup_date is not a date; '
            else ''
        end as faults
    from typed

),

final as (

    select
        coalesce(_id_prefix, '') || {{ clean("user_id") }} as user_id,
        {{ clean("name") }} as name,
        {{ clean("gender") }} as gender,
        birth_year_value as birth_year,
        {{ clean("city") }} as city,
        {{ clean("country") }} as country,
        signup as signup_date,
        updated as updated_at,
        coalesce({{ us("updated") }}, -9223372036854775807) as updated_us,
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
