-- Where days lie that have no partition: a loader that may write rows and not
-- make tables puts them here, and the next one that may gives them partitions.

create table gold.fact_events_default partition of gold.fact_events default;
create table gold.fact_sessions_default partition of gold.fact_sessions default;

-- Rows are hashed one by one and in any order, so that they need not be sorted.
comment on column gold.etl_load.events_hash is
    'Sum of the SHA-256 of the day''s fact_events rows, and their number; null = none.';
comment on column gold.etl_load.sessions_hash is
    'Sum of the SHA-256 of the day''s fact_sessions rows, and their number; null = none.';
comment on column gold.etl_load.orders_hash is
    'Sum of the SHA-256 of the day''s fact_orders rows, and their number; null = none.';
comment on column gold.etl_table.hash is 'Sum of the SHA-256 of its gold rows, and their number.';
