-- source: clickmill_products
-- title: clickmill's own raw products
-- kind: products
-- formats: csv, jsonl, json, parquet
-- requires: product_id, product_name
-- optional: category, brand, price, stock, rating, rating_count, updated_at
--
-- grain: one row per version of a product
-- key: product_id, updated_at
-- reader: silver.products

select
    product_id,
    product_name,
    category,
    brand,
    price,
    rating,
    rating_count,
    stock,
    updated_at,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
