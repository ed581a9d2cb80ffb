-- question: How long do sessions last, and which lengths buy?
-- read: Duration is from the first to the last event, so a session of one
--     event has none. Long sessions buy more because buying takes time:
--     length is not the cause.
-- topic: Funnels and journeys
-- grain: one row per bucket of duration
-- key: bucket
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

sessions as (

    select
        case
            when sessions.events = 1 then 1
            when sessions.duration_seconds < 60 then 2
            when sessions.duration_seconds < 180 then 3
            when sessions.duration_seconds < 600 then 4
            when sessions.duration_seconds < 1800 then 5
            else 6
        end as bucket,
        sessions.events,
        sessions.converted_sessions,
        sessions.revenue
    from gold.fact_sessions as sessions
    inner join gold.dim_visitors as visitors
        on sessions.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and sessions.session_date >= (select since from parameters)
        and sessions.session_date <= (select until from parameters)

),

buckets as (

    select
        bucket,
        count(*) as sessions,
        sum(events) as events,
        sum(converted_sessions) as converted_sessions,
        sum(revenue) as revenue
    from sessions
    group by bucket

),

final as (

    select
        cast(bucket as integer) as bucket,
        case bucket
            when 1 then 'one event'
            when 2 then 'under 1 min'
            when 3 then '1 to 3 min'
            when 4 then '3 to 10 min'
            when 5 then '10 to 30 min'
            else '30 min and more'
        end as duration,
        cast(sessions as bigint) as sessions,
        cast(
            cast(sessions as numeric(18, 4)) / nullif(sum(sessions) over (), 0)
            as numeric(9, 4)
        ) as share_of_sessions,
        cast(
            cast(events as numeric(18, 2)) / nullif(sessions, 0)
            as numeric(18, 2)
        ) as events_a_session,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(sum(revenue) over (), 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from buckets

)

select *
from final
order by bucket
