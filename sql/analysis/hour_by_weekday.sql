-- question: When in the week is the shop busiest?
-- read: The first row is the busiest hour of the week. sessions_a_day is an
--     average over the days of that weekday which the data covers whole.
-- topic: Days and hours
-- grain: one row per day of the week and hour
-- key: day_of_week, hour
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

days as (

    select
        days.date,
        dates.day_of_week,
        dates.day_name
    from gold.fact_daily_metrics as days
    inner join gold.dim_date as dates on days.date = dates.date
    where
        days.is_complete
        and days.date >= (select since from parameters)
        and days.date <= (select until from parameters)

),

weekdays as (

    select
        day_of_week,
        count(*) as days
    from days
    group by day_of_week

),

hours as (

    select
        days.day_of_week,
        days.day_name,
        sessions.session_start_hour as hour,
        sum(sessions.sessions) as sessions,
        sum(sessions.converted_sessions) as converted_sessions
    from gold.fact_sessions as sessions
    inner join days on sessions.session_date = days.date
    inner join gold.dim_visitors as visitors
        on sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot
    group by days.day_of_week, days.day_name, sessions.session_start_hour

),

final as (

    select
        cast(hours.day_of_week as integer) as day_of_week,
        hours.day_name,
        cast(hours.hour as integer) as hour,
        cast(weekdays.days as bigint) as days,
        cast(hours.sessions as bigint) as sessions,
        cast(
            cast(hours.sessions as numeric(18, 2)) / nullif(weekdays.days, 0)
            as numeric(18, 2)
        ) as sessions_a_day,
        cast(
            cast(hours.converted_sessions as numeric(18, 4)) / nullif(hours.sessions, 0)
            as numeric(9, 4)
        ) as conversion
    from hours
    inner join weekdays on hours.day_of_week = weekdays.day_of_week

)

select *
from final
order by sessions_a_day desc, day_of_week, hour
