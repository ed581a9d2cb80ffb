-- When sessions start, bots left out. A day that the data does not cover whole
-- would make its weekday look calm, so it is left out unless no day is whole.
-- slot is 24 x (day of week - 1) + hour: 0 is Monday midnight.
-- grain: one row per stretch of time, device, channel and hour of the week
-- key: detail, device, channel, slot
-- reader: page (hour by weekday)
with

calendar as (

    select * from page.calendar

),

devices as (

    select * from page.device

),

channels as (

    select * from page.channel

),

days as (

    select * from gold.fact_daily_metrics

),

sessions as (

    select * from gold.fact_sessions

),

visitors as (

    select * from gold.dim_visitors

),

whole as (

    select
        max(case when coalesce(days.is_complete, true) then 1 else 0 end)
            as is_any
    from days

),

kept as (

    select
        calendar.date,
        calendar.detail,
        calendar.day_of_week
    from calendar
    inner join days on calendar.date = days.date
    cross join whole
    where coalesce(days.is_complete, true) or whole.is_any = 0

),

counted as (

    select
        sessions.session_date,
        sessions.session_start_hour,
        sessions.device_key,
        sessions.channel_key,
        count(*) as sessions
    from sessions
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot
    group by
        sessions.session_date,
        sessions.session_start_hour,
        sessions.device_key,
        sessions.channel_key

),

final as (

    select
        cast(kept.detail as date) as detail,
        cast(coalesce(devices.device, '(unknown)') as string) as device,
        cast(coalesce(channels.channel, '(unknown)') as string) as channel,
        cast(
            24 * (kept.day_of_week - 1) + counted.session_start_hour
            as bigint
        ) as slot,
        cast(sum(counted.sessions) as bigint) as sessions

    from counted
    inner join kept on counted.session_date = kept.date
    left join devices on counted.device_key = devices.device_key
    left join channels on counted.channel_key = channels.channel_key
    group by
        kept.detail,
        coalesce(devices.device, '(unknown)'),
        coalesce(channels.channel, '(unknown)'),
        24 * (kept.day_of_week - 1) + counted.session_start_hour

)

select * from final
order by detail, device, channel, slot
