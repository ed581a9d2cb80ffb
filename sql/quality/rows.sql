-- grain: one row per kind of rows: how many were received, and what became of them
-- key: kind
-- reader: clickmill check
with received as (

    select
        kind,
        cast(sum(rows) as bigint) as received
    from bronze.batches
    group by kind

),

kept as (

    select 'events' as kind, count(*) as kept from silver.events
    union all
    select 'users' as kind, count(*) as kept from silver.users
    union all
    select 'products' as kind, count(*) as kept from silver.products

),

duplicates as (

    select kind, count(*) as duplicates
    from silver.duplicates
    group by kind

),

quarantined as (

    select kind, count(*) as quarantined
    from silver.quarantine
    group by kind

),

final as (

    select
        received.kind,
        received.received,
        kept.kept,
        coalesce(duplicates.duplicates, 0) as duplicates,
        coalesce(quarantined.quarantined, 0) as quarantined
    from received
    inner join kept on received.kind = kept.kind
    left join duplicates on received.kind = duplicates.kind
    left join quarantined on received.kind = quarantined.kind

)

select * from final
order by kind
