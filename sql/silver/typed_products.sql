-- grain: one row per bronze row of kind products, cast and judged
-- key: _batch_id, _source_line
-- reader: silver.products, silver.duplicates, silver.quarantine
-- materialized: view
with received as (

    select * from silver.received_products

),

typed as (

    select
        *,
        {{ try_timestamp(clean("updated_at")) }} as updated,
        try_cast({{ clean("price") }} as decimal(12, 2)) as price_value,
        try_cast({{ clean("rating") }} as double) as rating_value,
        try_cast({{ clean("rating_count") }} as int) as rating_count_value,
        try_cast({{ clean("stock") }} as int) as stock_value
    from received

),

judged as (

    select
        *,
        coalesce('malformed row: ' || _parse_error || '; ', '')
        || coalesce(mapping_error || '; ', '')
        || case
            when _parse_error is null and {{ clean("product_id") }} is null
                then 'product_id is missing; '
            else ''
        end
        || case
            when {{ clean("updated_at") }} is not null and updated is null
                then 'updated_at is not a timestamp; '
            else ''
        end
        || case
            when {{ clean("price") }} is not null and price_value is null
                then 'price is not a number; '
            when price_value < 0
                then 'price is negative; '
            else ''
        end as faults
    from typed

),

final as (

    select
        coalesce(_id_prefix, '') || {{ clean("product_id") }} as product_id,
        {{ clean("product_name") }} as product_name,
        {{ clean("category") }} as category,
        {{ clean("brand") }} as brand,
        price_value as current_price,
        rating_value as rating,
        rating_count_value as rating_count,
        stock_value as stock,
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
