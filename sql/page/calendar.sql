-- Which stretch of time a day falls into: the finer one that the page filters
-- by ($unit), and the coarser one of its large cubes ($detail). Each is a day,
-- week, month, quarter or year, named by its first day.
-- grain: one row per calendar day
-- key: date
-- reader: the queries beside this one, as page.calendar
with

dates as (

    select * from gold.dim_date

),

final as (

    select
        cast(dates.date as date) as date,
        cast(dates.day_of_week as bigint) as day_of_week,
        cast(
            case cast($unit as string)
                when 'day' then dates.date
                when 'week' then dates.week_start
                when 'month' then dates.month_start
                when 'quarter' then dates.quarter_start
                else cast(cast(dates.year as string) || '-01-01' as date)
            end as date
        ) as unit,
        cast(
            case cast($detail as string)
                when 'day' then dates.date
                when 'week' then dates.week_start
                when 'month' then dates.month_start
                when 'quarter' then dates.quarter_start
                else cast(cast(dates.year as string) || '-01-01' as date)
            end as date
        ) as detail

    from dates

)

select * from final
