-- What the loader remembers, so that the same gold again changes no row.

create table gold.etl_load (
    day date not null,
    events_hash text,
    sessions_hash text,
    orders_hash text,
    rows bigint not null,
    config_hash text not null,
    loaded_at timestamptz not null,
    primary key (day)
);

comment on table gold.etl_load is
    'One loaded day: hashes of its gold rows, not of input files, since a late event may change the session of the day before.';
comment on column gold.etl_load.day is 'The day.';
comment on column gold.etl_load.events_hash is
    'SHA-256 of the day''s fact_events rows; null = none.';
comment on column gold.etl_load.sessions_hash is
    'SHA-256 of the day''s fact_sessions rows; null = none.';
comment on column gold.etl_load.orders_hash is
    'SHA-256 of the day''s fact_orders rows; null = none.';
comment on column gold.etl_load.rows is 'Rows of the three tables on the day.';
comment on column gold.etl_load.config_hash is 'SHA-256 of the settings the rows rest on.';
comment on column gold.etl_load.loaded_at is 'When the day was last changed here.';

create table gold.etl_table (
    table_name text not null,
    rows bigint not null,
    hash text not null,
    loaded_at timestamptz not null,
    primary key (table_name)
);

comment on table gold.etl_table is
    'One table that is compared as a whole: dimensions, daily metrics, aggregates.';
comment on column gold.etl_table.table_name is 'The table, without schema.';
comment on column gold.etl_table.rows is 'Rows in it.';
comment on column gold.etl_table.hash is 'SHA-256 of its gold rows in key order.';
comment on column gold.etl_table.loaded_at is 'When it was last changed here.';

create table gold.etl_setting (
    name text not null,
    value text not null,
    primary key (name)
);

comment on table gold.etl_setting is 'One setting of the last load that the views rest on.';
comment on column gold.etl_setting.name is 'time_zone or currency.';
comment on column gold.etl_setting.value is 'Its value.';
