-- grain: one row: how many events lack what they should have, and came late
-- key: none
-- reader: clickmill check
--
-- The narrow columns of all events, read once.
with events as (

    select
        event_time_us,
        received_at,
        product_id,
        price,
        device_type,
        event_type in (
            'product_view', 'add_to_cart', 'remove_from_cart', 'purchase'
        ) as has_product,
        event_type = 'purchase' as is_purchase,
        event_time_us + $late_us < {{ us("received_at") }} as is_late
    from silver.events

),

final as (

    select
        count(*) as events,
        count(received_at) as received,
        sum(case when is_late then 1 else 0 end) as late,
        sum(case when has_product then 1 else 0 end) as product_events,
        sum(case when has_product and product_id is null then 1 else 0 end)
            as without_product,
        sum(case when is_purchase then 1 else 0 end) as purchases,
        sum(case when is_purchase and price is null then 1 else 0 end)
            as without_price,
        count(*) - count(device_type) as without_device,
        max(event_time_us) as last_us
    from events

)

select * from final
