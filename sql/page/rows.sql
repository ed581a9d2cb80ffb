-- What became of every row received.
-- grain: one row per kind of rows
-- key: kind
-- reader: page (data quality)
with

counted as (

    select * from page.counted_rows

),

final as (

    select
        cast(counted.kind as string) as kind,
        cast(counted.received as bigint) as received,
        cast(counted.kept as bigint) as kept,
        cast(counted.duplicates as bigint) as duplicates,
        cast(counted.quarantined as bigint) as quarantined

    from counted

)

select * from final
order by kind
