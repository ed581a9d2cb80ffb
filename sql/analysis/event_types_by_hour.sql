-- question: What do visitors do at which hour?
-- read: share_of_hour says what an hour is made of, share_of_type when a kind
--     of event happens. Purchases that peak later than product views are
--     decided in the evening.
-- topic: Days and hours
-- grain: one row per hour of the day and event type
-- key: hour, event_type
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

hours as (

    select
        events.event_hour as hour,
        events.event_type,
        count(*) as events
    from gold.fact_events as events
    inner join gold.dim_visitors as visitors
        on events.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and events.event_date >= (select since from parameters)
        and events.event_date <= (select until from parameters)
    group by events.event_hour, events.event_type

),

final as (

    select
        cast(hour as integer) as hour,
        event_type,
        cast(events as bigint) as events,
        cast(
            cast(events as numeric(18, 4)) / nullif(sum(events) over (partition by hour), 0)
            as numeric(9, 4)
        ) as share_of_hour,
        cast(
            cast(events as numeric(18, 4)) / nullif(sum(events) over (partition by event_type), 0)
            as numeric(9, 4)
        ) as share_of_type
    from hours

)

select *
from final
order by hour, events desc, md5(event_type)
