-- The calendar, dense, from January 1 of the first year with events to
-- December 31 of the last. Weeks are ISO weeks: Monday first, week 1 has the
-- year's first Thursday. Holidays are the days that move online sales.
-- grain: one row per calendar day
-- key: date
-- reader: every view with a date

with

days as (

    select cast(days.date as date) as date
    from {{ date_series(
        "(select cast(cast(" ~ date_part("year", "first_date")
            ~ " as string) || '-01-01' as date) from silver.period)",
        "(select cast(cast(" ~ date_part("year", "last_date")
            ~ " as string) || '-12-31' as date) from silver.period)"
    ) }} as days

),

parts as (

    select
        date,
        cast({{ date_part("year", "date") }} as int) as year,
        cast({{ date_part("quarter", "date") }} as int) as quarter,
        cast({{ date_part("month", "date") }} as int) as month,
        cast({{ date_part("day", "date") }} as int) as day,
        cast({{ date_part("doy", "date") }} as int) as day_of_year,
        cast({{ iso_day_of_week("date") }} as int) as day_of_week,
        cast({{ iso_week("date") }} as int) as iso_week,
        cast({{ iso_year("date") }} as int) as iso_year,
        cast({{ iso_week_start("date") }} as date) as week_start,
        {{ month_name("date") }} as month_name,
        {{ day_name("date") }} as day_name
    from days

),

-- Black Friday is the day after the fourth Thursday of November (23rd to 29th);
-- Cyber Monday is three days later, in November or on December 1st to 2nd.
named as (

    select
        *,
        case
            when month = 1 and day = 1 then 'New Year''s Day'
            when month = 2 and day = 14 then 'Valentine''s Day'
            when month = 11 and day = 11 then 'Singles'' Day'
            when
                month = 11 and day_of_week = 4 and day between 22 and 28
                then 'Thanksgiving'
            when
                month = 11 and day_of_week = 5 and day between 23 and 29
                then 'Black Friday'
            when
                day_of_week = 1
                and (
                    (month = 11 and day between 26 and 30)
                    or (month = 12 and day between 1 and 2)
                )
                then 'Cyber Monday'
            when month = 12 and day = 24 then 'Christmas Eve'
            when month = 12 and day = 25 then 'Christmas Day'
            when month = 12 and day = 26 then 'Boxing Day'
            when month = 12 and day = 31 then 'New Year''s Eve'
        end as holiday_name
    from parts

),

final as (

    select
        cast(date as date) as date,
        cast(year as smallint) as year,
        cast(quarter as smallint) as quarter,
        cast(month as smallint) as month,
        cast(day as smallint) as day,
        cast(day_of_week as smallint) as day_of_week,
        cast(iso_week as smallint) as iso_week,
        cast(iso_year as smallint) as iso_year,
        cast(day_of_year as smallint) as day_of_year,
        cast(week_start as date) as week_start,
        cast({{ add_days("date", "1 - day") }} as date) as month_start,
        cast(
            cast(year as string)
            || case quarter
                when 1 then '-01-01'
                when 2 then '-04-01'
                when 3 then '-07-01'
                else '-10-01'
            end as date
        ) as quarter_start,
        cast(month_name as string) as month_name,
        cast(day_name as string) as day_name,
        cast(day_of_week >= 6 as boolean) as is_weekend,
        cast(holiday_name is not null as boolean) as is_holiday,
        cast(holiday_name as string) as holiday_name
    from named

)

select *
from final
order by date
