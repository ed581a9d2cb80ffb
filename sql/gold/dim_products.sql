-- Products: the current catalogue, and products seen only in events (inferred:
-- they go by their id). Category and brand live here alone: the catalogue wins,
-- else the last one seen in events. Prices charged stand in the facts.
-- '(unknown)' is the product of product events that name none.
-- grain: one row per product
-- key: product_id
-- reader: product and category views, gold.agg_category_metrics

with

catalogue as (

    select *
    from silver.products

),

product_events as (

    select
        product_id,
        event_id,
        event_date,
        event_time_us,
        event_rank,
        {{ clean("category") }} as category,
        {{ clean("brand") }} as brand
    from silver.events
    where product_id is not null

),

seen as (

    select
        product_id,
        min(event_date) as first_seen_date,
        max(event_date) as last_seen_date,
        max(case when category is not null then event_time_us end)
            as category_us,
        max(case when brand is not null then event_time_us end) as brand_us
    from product_events
    group by product_id

),

-- Only the events of the last instant are put in order, not the whole log; few
-- products come first, for the side of a join that is held in memory.
numbered_categories as (

    select
        product_events.product_id,
        product_events.category,
        row_number() over (
            partition by product_events.product_id
            order by
                product_events.event_rank desc,
                product_events.event_id desc
        ) as number_from_end
    from seen
    inner join product_events
        on
            seen.product_id = product_events.product_id
            and seen.category_us = product_events.event_time_us
    where product_events.category is not null

),

numbered_brands as (

    select
        product_events.product_id,
        product_events.brand,
        row_number() over (
            partition by product_events.product_id
            order by
                product_events.event_rank desc,
                product_events.event_id desc
        ) as number_from_end
    from seen
    inner join product_events
        on
            seen.product_id = product_events.product_id
            and seen.brand_us = product_events.event_time_us
    where product_events.brand is not null

),

members as (

    select product_id from seen
    union
    select product_id from catalogue
    union
    select '(unknown)' as product_id

),

merged as (

    select
        members.product_id,
        coalesce(catalogue.product_name, members.product_id) as product_name,
        coalesce(
            {{ clean("catalogue.category") }}, categories.category
        ) as category,
        coalesce({{ clean("catalogue.brand") }}, brands.brand) as brand,
        catalogue.current_price,
        catalogue.rating,
        catalogue.rating_count,
        catalogue.stock,
        catalogue.updated_at,
        catalogue.product_id is null as is_inferred,
        seen.first_seen_date,
        seen.last_seen_date
    from members
    left join catalogue on members.product_id = catalogue.product_id
    left join seen on members.product_id = seen.product_id
    left join numbered_categories as categories
        on
            members.product_id = categories.product_id
            and categories.number_from_end = 1
    left join numbered_brands as brands
        on
            members.product_id = brands.product_id
            and brands.number_from_end = 1

),

final as (

    select
        cast(product_id as string) as product_id,
        cast(product_name as string) as product_name,
        cast(category as string) as category,
        cast(
            coalesce({{ given("split_part(category, '.', 1)") }}, '(unknown)')
            as string
        ) as category_l1,
        cast(
            coalesce({{ given("split_part(category, '.', 2)") }}, '(unknown)')
            as string
        ) as category_l2,
        cast(
            coalesce({{ given("split_part(category, '.', 3)") }}, '(unknown)')
            as string
        ) as category_l3,
        cast(coalesce(brand, '(unknown)') as string) as brand,
        cast(current_price as decimal(12, 2)) as current_price,
        cast(rating as double) as rating,
        cast(rating_count as int) as rating_count,
        cast(stock as int) as stock,
        cast(first_seen_date as date) as first_seen_date,
        cast(last_seen_date as date) as last_seen_date,
        cast(is_inferred as boolean) as is_inferred,
        updated_at
    from merged

)

select *
from final
order by product_id
