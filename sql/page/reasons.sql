-- Why rows could not be used, the commonest reasons first.
-- grain: one row per kind and reason, up to $reasons of them
-- key: kind, reasons
-- reader: page (data quality)
with

quarantined as (

    select * from page.quarantined_rows

),

ranked as (

    select
        quarantined.kind,
        quarantined.reasons,
        quarantined.rows,
        row_number() over (
            order by
                quarantined.rows desc,
                quarantined.kind,
                quarantined.reasons
        ) as place
    from quarantined

),

final as (

    select
        cast(ranked.kind as string) as kind,
        cast(
            case
                when ranked.place <= cast($reasons as bigint)
                    then ranked.reasons
                else 'other reasons'
            end as string
        ) as reasons,
        cast(sum(ranked.rows) as bigint) as rows

    from ranked
    group by
        ranked.kind,
        case
            when ranked.place <= cast($reasons as bigint)
                then ranked.reasons
            else 'other reasons'
        end

)

select * from final
order by rows desc, kind, reasons
