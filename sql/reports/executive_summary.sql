-- How does the shop do, in figures that fit on a card, and against before?
-- grain: one row per calendar day
-- key: date
-- reader: report/executive_summary
with

days as (

    select * from gold.fact_daily_metrics

),

-- sums only: what the card shows are these, or one divided by another
final as (

    select
        cast(days.date as date) as date,
        coalesce(days.is_complete, true) as is_complete,
        cast(coalesce(days.sessions, 0) as bigint) as sessions,
        cast(coalesce(days.converted_sessions, 0) as bigint)
            as converted_sessions,
        cast(coalesce(days.cart_sessions, 0) as bigint) as cart_sessions,
        cast(coalesce(days.abandoned_sessions, 0) as bigint)
            as abandoned_sessions,
        cast(coalesce(days.new_visitors, 0) as bigint) as new_visitors,
        cast(coalesce(days.orders, 0) as bigint) as orders,
        cast(coalesce(days.priced_orders, 0) as bigint) as priced_orders,
        cast(coalesce(days.revenue, 0) as double) as revenue,
        cast(coalesce(days.refund_amount, 0) as double) as refund_amount

    from days

)

select * from final
order by date
