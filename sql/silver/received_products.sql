-- grain: one row per bronze row of kind products, in canonical columns, as text
-- key: _batch_id, _source_line
-- reader: silver.typed_products
-- materialized: view
{{ received("products") }}
