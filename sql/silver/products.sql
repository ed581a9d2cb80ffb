-- grain: one row per product of the catalogue, its latest version
-- key: product_id
-- reader: gold.dim_products, silver.session_cart_lines
-- watched: product_id, current_price
with ranked as (

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
        product_id,
        product_name,
        category,
        brand,
        current_price,
        rating,
        rating_count,
        stock,
        updated_at
    from ranked
    where copy_number = 1

)

select * from final
order by product_id
