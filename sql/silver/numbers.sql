-- grain: one row per whole number from 0 to 99999
-- key: n
-- reader: the date_series macro
-- materialized: view
with digits as (

    select cast(column1 as int) as d
    from (
        values (0), (1), (2), (3), (4), (5), (6), (7), (8), (9)
    ) as digit (column1)

),

final as (

    select
        ones.d
        + 10 * tens.d
        + 100 * hundreds.d
        + 1000 * thousands.d
        + 10000 * myriads.d as n
    from digits as ones
    cross join digits as tens
    cross join digits as hundreds
    cross join digits as thousands
    cross join digits as myriads

)

select * from final
