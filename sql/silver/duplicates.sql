-- grain: one row per bronze row that repeats another: the copies not kept
-- key: kind, _batch_id, _source_line
-- reader: row accounting
with

-- older versions of an account or a product give way to the latest
ranked_users as (

    select
        *,
        row_number() over (
            partition by user_id
            order by updated_us desc, row_md5, _batch_id, _source_line
        ) as copy_number
    from silver.typed_users
    where reasons is null

),

ranked_products as (

    select
        *,
        row_number() over (
            partition by product_id
            order by updated_us desc, row_md5, _batch_id, _source_line
        ) as copy_number
    from silver.typed_products
    where reasons is null

),

final as (

    select
        'events' as kind,
        event_id as id,
        _batch_id,
        _source_file,
        _source_line
    from silver.duplicate_events

    union all

    select
        'users' as kind,
        user_id as id,
        _batch_id,
        _source_file,
        _source_line
    from ranked_users
    where copy_number > 1

    union all

    select
        'products' as kind,
        product_id as id,
        _batch_id,
        _source_file,
        _source_line
    from ranked_products
    where copy_number > 1

)

select * from final
order by kind, _batch_id, _source_line
