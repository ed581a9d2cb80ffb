-- Does a variant of an experiment turn more visitors into buyers?
-- grain: one row per experiment and variant
-- key: experiment, variant
-- reader: report/experiment_result
with

-- a session has the arm of its first event
arms as (

    select
        session_id,
        experiment,
        variant
    from silver.events
    where
        event_sequence = 1
        and coalesce(experiment, '') <> ''
        and coalesce(variant, '') <> ''

),

sessions as (

    select * from gold.fact_sessions

),

visitors as (

    select * from gold.dim_visitors

),

-- chance deals out visitors, not sessions, so visitors are what is counted
members as (

    select
        arms.experiment,
        sessions.visitor_id,
        min(arms.variant) as variant,
        max(arms.variant) as last_variant,
        count(*) as sessions,
        max(sessions.converted_sessions) as converted,
        sum(coalesce(sessions.revenue, 0)) as revenue

    from arms
    inner join sessions on arms.session_id = sessions.session_id
    inner join visitors on sessions.visitor_id = visitors.visitor_id
    where not visitors.is_bot
    group by arms.experiment, sessions.visitor_id

),

-- who saw two arms tells of neither
final as (

    select
        cast(members.experiment as string) as experiment,
        cast(members.variant as string) as variant,
        cast(
            sum(
                case when members.variant = members.last_variant then 1 else 0 end
            ) as bigint
        ) as visitors,
        cast(
            sum(
                case
                    when members.variant = members.last_variant
                        then members.converted
                    else 0
                end
            ) as bigint
        ) as converted_visitors,
        cast(
            sum(
                case when members.variant = members.last_variant then 0 else 1 end
            ) as bigint
        ) as mixed_visitors

    from members
    group by members.experiment, members.variant

)

select * from final
order by experiment, variant
