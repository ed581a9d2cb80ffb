-- A product in the cart of a session: what was added, taken out and bought,
-- priced at the product's last add in the session (a source without prices
-- falls back on the catalogue's current price, else the price is unknown).
-- grain: one row per session and product with at least one add_to_cart
-- key: session_id, product_id
-- scope: visitor
-- rows: 100 in 1000
-- reader: gold.fact_sessions, gold.agg_cart_product_daily

with

products as (

    select
        product_id,
        current_price
    from silver.products

),

cart_events as (

    select
        events.session_id,
        events.visitor_id,
        events.event_sequence,
        events.event_type,
        events.outcome,
        coalesce(events.product_id, '(unknown)') as product_id,
        coalesce(events.quantity, 1) as quantity,
        coalesce(events.price, products.current_price) as price
    from silver.events as events
    left join products on events.product_id = products.product_id
    where
        events.session_id is not null
        and events.event_type in (
            'add_to_cart', 'remove_from_cart', 'purchase'
        )

),

-- Numbered from the end, apart per event type: the last add is number 1.
numbered as (

    select
        *,
        row_number() over (
            partition by session_id, product_id, event_type
            order by event_sequence desc
        ) as number_from_end
    from cart_events

),

lines as (

    select
        session_id,
        visitor_id,
        product_id,
        sum(
            case when event_type = 'add_to_cart' then 1 else 0 end
        ) as adds,
        sum(
            case when event_type = 'add_to_cart' then quantity else 0 end
        ) as added_units,
        sum(
            case when event_type = 'remove_from_cart' then quantity else 0 end
        ) as removed_units,
        max(
            case
                when {{ counts_as_purchase("event_type", "outcome") }} then 1
                else 0
            end
        ) as is_purchased,
        sum(
            case when event_type = 'add_to_cart' then quantity * price end
        ) as value_added,
        max(
            case
                when event_type = 'add_to_cart' and number_from_end = 1
                    then price
            end
        ) as last_price
    from numbered
    group by session_id, visitor_id, product_id

),

-- What lies in the cart at the end: net of removals, and nothing bought.
remaining as (

    select
        *,
        case
            when is_purchased = 1 or added_units <= removed_units then 0
            else added_units - removed_units
        end as units_left
    from lines
    where adds > 0

),

final as (

    select
        cast(session_id as bigint) as session_id,
        cast(visitor_id as string) as visitor_id,
        cast(product_id as string) as product_id,
        cast(adds as int) as adds,
        cast(added_units as int) as added_units,
        cast(removed_units as int) as removed_units,
        cast(units_left as int) as units_left,
        cast(last_price as decimal(12, 2)) as last_price,
        cast(case when last_price is null then 1 else 0 end as int)
            as unpriced_cart_lines,
        cast(coalesce(value_added, 0) as decimal(18, 2)) as cart_value_added,
        cast(coalesce(units_left * last_price, 0) as decimal(18, 2))
            as cart_value_end
    from remaining

)

select *
from final
