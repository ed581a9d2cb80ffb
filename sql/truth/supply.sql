-- What gold saw of products that could not be: seen before they appeared, put
-- into a cart or bought while sold out. Visitors who were damaged on the way
-- are left out.
-- grain: one row per product, day and untruth
-- key: what, product_id, happened
-- reader: the truth check

with

damaged as (

    select visitor_id
    from truth.defects
    where not is_repaired

    union

    select seen_as as visitor_id
    from truth.defects
    where not is_repaired

),

events as (

    select
        product_id,
        event_date,
        event_type
    from gold.fact_events
    where
        product_id is not null
        and event_type <> 'refund'
        and visitor_id not in (select visitor_id from damaged)

),

turns as (

    select
        product_id,
        date,
        happening,
        lead(date) over (
            partition by product_id
            order by date, happening
        ) as until
    from truth.supply

),

untruths as (

    select
        'seen before its launch:' as what,
        events.product_id,
        events.event_date
    from events
    inner join turns on events.product_id = turns.product_id
    where turns.happening = 'launched' and events.event_date < turns.date

    union all

    select
        'taken while sold out:' as what,
        events.product_id,
        events.event_date
    from events
    inner join turns on events.product_id = turns.product_id
    where
        turns.happening = 'sold out'
        and events.event_type in ('add_to_cart', 'purchase')
        and events.event_date >= turns.date
        and (turns.until is null or events.event_date < turns.until)

),

final as (

    select distinct
        what,
        cast(product_id as string) as product_id,
        cast(event_date as string) as happened
    from untruths

)

select
    what,
    product_id,
    happened
from final
order by what, product_id, happened
