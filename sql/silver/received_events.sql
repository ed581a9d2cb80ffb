-- grain: one row per bronze row of kind events, in canonical columns, as text
-- key: _batch_id, _source_line
-- reader: silver.typed_events
-- materialized: view
{{ received("events") }}
