-- Which ways do sessions take, step by step, and where do they end?
-- grain: one row per step of the way, the step before it and the step itself
-- key: depth, from_step, to_step
-- reader: report/user_journeys
with

journeys as (

    select * from gold.agg_journey_daily

),

final as (

    select
        cast(journeys.depth as bigint) as depth,
        cast(journeys.from_step as string) as from_step,
        cast(journeys.to_step as string) as to_step,
        cast(sum(journeys.sessions) as bigint) as sessions,
        cast(sum(journeys.converted_sessions) as bigint)
            as converted_sessions,
        cast(sum(journeys.ended_sessions) as bigint) as ended_sessions

    from journeys
    group by journeys.depth, journeys.from_step, journeys.to_step

)

select * from final
order by depth, sessions desc, from_step, to_step
