-- grain: one row per bronze row of kind users, in canonical columns, as text
-- key: _batch_id, _source_line
-- reader: silver.typed_users
-- materialized: view
{{ received("users") }}
