-- Who saw which variant of an experiment, and what they did from then on: all
-- sessions that end after the first event that carries the variant. Chance
-- deals out visitors, so the visitor is what is counted; one who saw several
-- variants tells of none and is set apart as '(several)'.
-- grain: one row per visitor and experiment
-- key: visitor_id, experiment
-- reader: gold.agg_experiment_daily
-- materialized: working

with

seen as (

    select
        visitor_id,
        experiment,
        min(variant) as first_variant,
        max(variant) as last_variant,
        min(event_date) as exposure_date,
        min(event_time_us) as exposed_us
    from silver.events
    where
        session_id is not null
        and experiment is not null
        and variant is not null
    group by visitor_id, experiment

),

sessions as (

    select
        visitor_id,
        {{ us("session_end") }} as session_end_us,
        converted_sessions,
        orders,
        revenue
    from gold.fact_sessions

),

outcomes as (

    select
        seen.visitor_id,
        seen.experiment,
        count(*) as sessions,
        sum(sessions.converted_sessions) as converted_sessions,
        sum(sessions.orders) as orders,
        sum(sessions.revenue) as revenue
    from seen
    inner join sessions on seen.visitor_id = sessions.visitor_id
    where sessions.session_end_us >= seen.exposed_us
    group by seen.visitor_id, seen.experiment

),

final as (

    select
        cast(seen.visitor_id as string) as visitor_id,
        cast(seen.experiment as string) as experiment,
        cast(
            case
                when seen.first_variant = seen.last_variant
                    then seen.first_variant
                else '(several)'
            end as string
        ) as variant,
        cast(seen.exposure_date as date) as exposure_date,
        cast(coalesce(outcomes.sessions, 0) as bigint) as sessions,
        cast(coalesce(outcomes.converted_sessions, 0) as bigint)
            as converted_sessions,
        cast(coalesce(outcomes.orders, 0) as bigint) as orders,
        cast(coalesce(outcomes.revenue, 0) as decimal(18, 2)) as revenue
    from seen
    left join outcomes
        on seen.visitor_id = outcomes.visitor_id
        and seen.experiment = outcomes.experiment

)

select * from final
