-- How do visitors, sessions, revenue, conversion and order value move?
-- grain: one row per calendar day
-- key: date
-- reader: report/daily_trends
with

days as (

    select * from gold.fact_daily_metrics

),

-- numerators and denominators apart: the chart divides sums, never rates
final as (

    select
        cast(days.date as date) as date,
        coalesce(days.is_complete, true) as is_complete,
        cast(coalesce(days.visitors, 0) as bigint) as visitors,
        cast(coalesce(days.sessions, 0) as bigint) as sessions,
        cast(coalesce(days.converted_sessions, 0) as bigint)
            as converted_sessions,
        cast(coalesce(days.orders, 0) as bigint) as orders,
        cast(coalesce(days.priced_orders, 0) as bigint) as priced_orders,
        cast(coalesce(days.revenue, 0) as double) as revenue

    from days

)

select * from final
order by date
