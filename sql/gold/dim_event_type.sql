-- The event types of the canonical event. A refund is done by the server: it
-- belongs to no session.
-- grain: one row per event type
-- key: event_type
-- reader: fact_events

with

final as (

    select
        cast(event_type as string) as event_type,
        cast(label as string) as label,
        cast(funnel_step as smallint) as funnel_step,
        cast(is_commerce as boolean) as is_commerce,
        cast(is_session_activity as boolean) as is_session_activity
    from (
        values
            ('page_view', 'Page view', null, false, true),
            ('search', 'Search', null, false, true),
            ('product_view', 'Product view', 1, true, true),
            ('add_to_cart', 'Add to cart', 2, true, true),
            ('remove_from_cart', 'Remove from cart', null, true, true),
            ('checkout', 'Checkout', 3, true, true),
            ('purchase', 'Purchase', 4, true, true),
            ('refund', 'Refund', null, true, false),
            ('login', 'Login', null, false, true),
            ('other', 'Other', null, false, true)
    ) as event_types (
        event_type, label, funnel_step, is_commerce, is_session_activity
    )

)

select *
from final
order by event_type
