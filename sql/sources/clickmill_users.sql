-- source: clickmill_users
-- title: clickmill's own raw users
-- kind: users
-- formats: csv, jsonl, json, parquet
-- requires: user_id, signup_date
-- optional: name, email, gender, birth_year, city, country, updated_at
--
-- grain: one row per version of a user
-- key: user_id, updated_at
-- reader: silver.users
--
-- The e-mail address stays in bronze.

select
    user_id,
    name,
    gender,
    birth_year,
    city,
    country,
    signup_date,
    updated_at,
    cast(null as string) as mapping_error,
    {{ origin }}
from {{ bronze }}
