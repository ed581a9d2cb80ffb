-- What do visitors do at which hour of the day, in the business time zone?
-- grain: one row per event type and hour with at least one event
-- key: event_type, hour
-- reader: report/hourly_events
with

events as (

    select * from gold.fact_events

),

types as (

    select * from gold.dim_event_type

),

bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

days as (

    select * from gold.fact_daily_metrics

),

-- a day that is not covered whole would make its missing hours look calm;
-- where no day is whole, what there is gets drawn
whole as (

    select
        days.date,
        coalesce(days.is_complete, true) as is_complete,
        max(case when coalesce(days.is_complete, true) then 1 else 0 end)
            over () as has_complete

    from days

),

kept as (

    select
        whole.date,
        count(*) over () as days

    from whole
    where whole.is_complete or whole.has_complete = 0

),

final as (

    select
        cast(events.event_type as string) as event_type,
        cast(coalesce(max(types.label), events.event_type) as string)
            as label,
        cast(events.event_hour as bigint) as hour,
        cast(max(kept.days) as bigint) as days,
        cast(count(*) as bigint) as events

    from events
    inner join kept on events.event_date = kept.date
    left join bots on events.visitor_id = bots.visitor_id
    left join types on events.event_type = types.event_type
    -- what a server does, such as a refund, is no visitor's doing
    where bots.visitor_id is null and events.session_id is not null
    group by events.event_type, events.event_hour

)

select * from final
order by event_type, hour
