-- What became of every row received, and why are rows in quarantine?
-- grain: one row per kind of rows and what became of them; those in
--     quarantine by reason
-- key: kind, fate, reasons
-- reader: report/data_quality
with

received as (

    select
        kind,
        sum(rows) as rows
    from bronze.batches
    group by kind

),

kept as (

    select 'events' as kind, count(*) as rows from silver.events
    union all
    select 'users' as kind, count(*) as rows from silver.users
    union all
    select 'products' as kind, count(*) as rows from silver.products

),

duplicates as (

    select
        kind,
        count(*) as rows
    from silver.duplicates
    group by kind

),

quarantined as (

    select
        kind,
        reasons,
        count(*) as rows
    from silver.quarantine
    group by kind, reasons

),

fates as (

    select kind, 'received' as fate, '' as reasons, rows from received
    union all
    select kind, 'kept' as fate, '' as reasons, rows from kept
    union all
    select kind, 'duplicate' as fate, '' as reasons, rows from duplicates
    union all
    select kind, 'quarantined' as fate, reasons, rows from quarantined

),

final as (

    select
        cast(fates.kind as string) as kind,
        cast(fates.fate as string) as fate,
        cast(fates.reasons as string) as reasons,
        cast(fates.rows as bigint) as rows

    from fates

)

select * from final
order by kind, fate, rows desc, reasons
