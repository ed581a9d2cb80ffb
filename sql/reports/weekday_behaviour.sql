-- How do the days of the week differ in traffic, buying and carts?
-- grain: one row per weekday that the data has
-- key: day_of_week
-- reader: report/weekday_behaviour
with

days as (

    select * from gold.fact_daily_metrics

),

dates as (

    select * from gold.dim_date

),

-- a day that is not covered whole would make its weekday look calm; where
-- no day is whole, what there is gets drawn
whole as (

    select
        days.*,
        dates.day_of_week,
        max(case when coalesce(days.is_complete, true) then 1 else 0 end)
            over () as has_complete

    from days
    inner join dates on days.date = dates.date

),

final as (

    select
        cast(whole.day_of_week as bigint) as day_of_week,
        cast(count(*) as bigint) as days,
        cast(sum(coalesce(whole.sessions, 0)) as bigint) as sessions,
        cast(sum(coalesce(whole.converted_sessions, 0)) as bigint)
            as converted_sessions,
        cast(sum(coalesce(whole.cart_sessions, 0)) as bigint)
            as cart_sessions,
        cast(sum(coalesce(whole.abandoned_sessions, 0)) as bigint)
            as abandoned_sessions,
        cast(sum(coalesce(whole.orders, 0)) as bigint) as orders,
        cast(sum(coalesce(whole.priced_orders, 0)) as bigint)
            as priced_orders,
        cast(sum(coalesce(whole.revenue, 0)) as double) as revenue

    from whole
    where coalesce(whole.is_complete, true) or whole.has_complete = 0
    group by whole.day_of_week

)

select * from final
order by day_of_week
