-- grain: one row per source and list of columns that its mapping does not know
-- key: source, new_columns
-- reader: clickmill check
select
    source,
    new_columns,
    count(*) as files,
    min(source_file) as first_file
from bronze.batches
where new_columns <> ''
group by source, new_columns
order by source, new_columns
