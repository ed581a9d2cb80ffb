-- check: every bronze row is a silver row, a duplicate or in quarantine
-- layer: silver
with counted as (

    select
        'events' as kind,
        (select count(*) from bronze.events) as bronze_rows,
        (select count(*) from silver.events) as silver_rows

    union all

    select
        'users' as kind,
        (select count(*) from bronze.users) as bronze_rows,
        (select count(*) from silver.users) as silver_rows

    union all

    select
        'products' as kind,
        (select count(*) from bronze.products) as bronze_rows,
        (select count(*) from silver.products) as silver_rows

),

duplicates as (

    select kind, count(*) as duplicate_rows
    from silver.duplicates
    group by kind

),

quarantine as (

    select kind, count(*) as quarantined_rows
    from silver.quarantine
    group by kind

),

final as (

    select
        counted.kind,
        counted.bronze_rows,
        counted.silver_rows,
        coalesce(duplicates.duplicate_rows, 0) as duplicate_rows,
        coalesce(quarantine.quarantined_rows, 0) as quarantined_rows
    from counted
    left join duplicates on counted.kind = duplicates.kind
    left join quarantine on counted.kind = quarantine.kind

)

select * from final
where bronze_rows <> silver_rows + duplicate_rows + quarantined_rows
