-- grain: one row per account in the catalogue of accounts, its latest version
-- key: user_id
-- reader: gold.dim_users
with ranked as (

    select
        *,
        row_number() over (
            partition by user_id
            order by updated_us desc, row_md5, _batch_id, _source_line
        ) as copy_number
    from silver.typed_users
    where reasons is null

),

final as (

    select
        user_id,
        name,
        gender,
        birth_year,
        city,
        country,
        signup_date,
        updated_at
    from ranked
    where copy_number = 1

)

select * from final
order by user_id
