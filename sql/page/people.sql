-- Who is in the log, over all of its days.
-- grain: one row
-- key: none
-- reader: page (the facts at its head, data quality)
with

visitors as (

    select * from gold.dim_visitors

),

final as (

    select
        cast(sum(case when visitors.is_bot then 0 else 1 end) as bigint)
            as visitors,
        cast(sum(case when visitors.is_bot then 1 else 0 end) as bigint)
            as bots,
        cast(
            count(
                distinct case
                    when not visitors.is_bot then visitors.customer_id
                end
            ) as bigint
        ) as customers,
        cast(
            count(
                distinct case
                    when not visitors.is_bot then visitors.user_id
                end
            ) as bigint
        ) as accounts

    from visitors

)

select * from final
