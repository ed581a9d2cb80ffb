-- source: fakestore
-- title: Product catalogue in the shape of fakestoreapi.com
-- kind: products
-- formats: json, jsonl, csv
-- requires: id, title, price, category
-- optional: description, image, rating, rating.rate, rating.count
--
-- grain: one row per product
-- key: product_id
-- reader: silver.products
--
-- In a JSON array, `rating: {rate, count}` comes as two columns.

select
    id as product_id,
    title as product_name,
    category,
    cast(null as string) as brand,
    price,
    "rating.rate" as rating,
    "rating.count" as rating_count,
    cast(null as string) as stock,
    cast(null as string) as updated_at,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
