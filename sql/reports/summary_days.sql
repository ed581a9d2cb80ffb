-- What each day brought, to be compared period with period.
-- grain: one row per calendar day
-- key: date
-- reader: report/note
with

days as (

    select * from gold.fact_daily_metrics

),

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
        cast(coalesce(days.orders, 0) as bigint) as orders,
        cast(coalesce(days.priced_orders, 0) as bigint) as priced_orders,
        cast(coalesce(days.revenue, 0) as double) as revenue

    from days

)

select * from final
order by date
