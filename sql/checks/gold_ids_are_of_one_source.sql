-- check: an id means one thing: visitors, accounts, products and orders of two sources never share one (--id-prefix keeps them apart).
-- layer: gold

with

sources as (

    select source
    from gold.fact_events
    group by source

),

counted as (

    select
        source,
        count(*) over () as sources
    from sources

),

-- Of one source, which is what most lakes have, no id can be another's: it comes
-- first in the join below, and where it is empty no id is read.
several as (

    select source
    from counted
    where sources > 1

),

ids as (

    select 'visitor_id' as column_name, visitor_id as id, source
    from gold.fact_events
    union all
    select 'user_id' as column_name, user_id as id, source
    from gold.fact_events
    where user_id is not null
    union all
    select 'product_id' as column_name, product_id as id, source
    from gold.fact_events
    where product_id is not null and product_id <> '(unknown)'
    union all
    select 'order_id' as column_name, order_id as id, source
    from gold.fact_events
    where order_id is not null

)

select
    ids.column_name,
    ids.id,
    min(ids.source) as source,
    max(ids.source) as other_source
from several
inner join ids on several.source = ids.source
group by ids.column_name, ids.id
having min(ids.source) <> max(ids.source)
