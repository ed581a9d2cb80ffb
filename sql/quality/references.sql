-- grain: one row per list that events refer to: how many ids of events are not in it
-- key: subject
-- reader: clickmill check
--
-- Without a catalogue, or without accounts, every id is inferred: that is no fault.
with products as (

    select
        'products' as subject,
        count(*) as ids,
        sum(case when is_inferred then 1 else 0 end) as inferred
    from gold.dim_products
    where product_id <> '(unknown)'

),

accounts as (

    select
        'accounts' as subject,
        count(*) as ids,
        sum(case when is_inferred then 1 else 0 end) as inferred
    from gold.dim_users
    where is_known

),

final as (

    select * from products
    union all
    select * from accounts

)

select * from final
where inferred < ids
order by subject
