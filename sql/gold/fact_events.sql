-- Events as they happened, with their session, their money and the keys of
-- the dimensions. Device and channel are those of the session's first event;
-- an event outside any session (a refund by the server) has neither.
-- A purchase line without an order id gets a derived one, so that lines and
-- orders meet through order_id: one order per tracker session, within one of
-- our sessions (tracker ids live for months in some logs; no order does).
-- The last three columns are for the models that count sessions of products,
-- and stay in the lake; PostgreSQL has the counts.
-- grain: one row per event
-- key: event_date, event_id
-- scope: visitor
-- reader: gold.fact_orders, gold.fact_sessions and the aggregates; analysts
-- partition: session_date, event_date
-- day: event_date, session_date
-- column is_first_of_session: The session's first view of the product, first
--     addition of it to the cart or first counted purchase line of it.
-- column is_first_of_day: The same within a day of the session.
-- column is_first_of_visitor: The visitor's first event in a session with the
--     product.

with

events as (

    select
        *,
        {{ counts_as_purchase("event_type", "outcome") }}
            as is_counted_purchase,
        {{ product_of("event_type", "product_id") }} as known_product_id,
        event_type in (
            'add_to_cart', 'remove_from_cart', 'purchase', 'refund'
        ) as has_quantity
    from silver.events

),

-- A missing quantity is one unit; a product event without product is unknown.
completed as (

    select
        events.*,
        case
            when has_quantity then coalesce(quantity, 1) else quantity
        end as units,
        case
            when is_counted_purchase and order_id is null
                then 'd:' || cast({{ hash60(
                    "source || chr(31) || visitor_id"
                    ~ " || chr(31) || coalesce(source_session_id, '')"
                    ~ " || chr(31)"
                    ~ " || coalesce(cast(session_id as string), event_id)"
                ) }} as string)
            else order_id
        end as known_order_id
    from events

),

final as (

    select
        cast(completed.event_date as date) as event_date,
        cast(completed.event_id as string) as event_id,
        completed.event_time,
        cast(completed.event_time_us as bigint) as event_time_us,
        cast(completed.event_hour as smallint) as event_hour,
        cast(completed.source as string) as source,
        cast(completed.visitor_id as string) as visitor_id,
        cast(completed.user_id as string) as user_id,
        cast(completed.session_date as date) as session_date,
        cast(completed.session_id as bigint) as session_id,
        cast(completed.event_sequence as int) as event_sequence,
        cast(completed.seconds_since_previous as double)
            as seconds_since_previous,
        cast(completed.event_type as string) as event_type,
        cast(completed.page_type as string) as page_type,
        cast(completed.page_url as string) as page_url,
        cast(completed.search_query as string) as search_query,
        cast(completed.known_product_id as string) as product_id,
        cast(completed.price as decimal(12, 2)) as unit_price,
        cast(completed.units as int) as quantity,
        cast(completed.known_order_id as string) as order_id,
        cast(completed.payment_method as string) as payment_method,
        cast(completed.outcome as string) as outcome,
        cast(coalesce(origins.device_key, -1) as bigint) as device_key,
        cast(coalesce(origins.channel_key, -1) as bigint) as channel_key,
        cast(
            case when completed.is_counted_purchase then 1 else 0 end
            as smallint
        ) as purchase_lines,
        cast(
            case
                when completed.is_counted_purchase
                    then coalesce(completed.price * completed.units, 0)
                else 0
            end as decimal(18, 2)
        ) as revenue,
        cast(
            case
                when completed.event_type = 'refund'
                    then coalesce(completed.price * completed.units, 0)
                else 0
            end as decimal(18, 2)
        ) as refund_amount,
        completed.is_first_of_session,
        completed.is_first_of_day,
        completed.is_first_of_visitor
    from completed
    left join silver.session_origins as origins
        on completed.session_id = origins.session_id

)

select *
from final
