-- Which ways sessions take: the links of a Sankey, bots left out.
-- grain: one row per stretch of time, step and pair of event types
-- key: detail, depth, from_step, to_step
-- reader: page (journeys)
with

journeys as (

    select * from gold.agg_journey_daily

),

calendar as (

    select * from page.calendar

),

final as (

    select
        cast(calendar.detail as date) as detail,
        cast(journeys.depth as bigint) as depth,
        cast(journeys.from_step as string) as from_step,
        cast(journeys.to_step as string) as to_step,
        cast(sum(journeys.sessions) as bigint) as sessions,
        cast(sum(journeys.ended_sessions) as bigint) as ended_sessions

    from journeys
    inner join calendar on journeys.session_date = calendar.date
    where journeys.depth <= cast($steps as bigint)
    group by
        calendar.detail,
        journeys.depth,
        journeys.from_step,
        journeys.to_step

)

select * from final
order by detail, depth, from_step, to_step
