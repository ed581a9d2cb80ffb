-- What each variant of an experiment brought, bots left out. Chance deals out
-- visitors, not sessions: the share of visitors who bought is what a variant
-- is judged by. A session has the variant of its first event; who saw several
-- variants of an experiment tells of none and is counted in mixed_visitors of
-- each, and nowhere else.
-- grain: one row per experiment and variant
-- key: experiment, variant
-- reader: experiment chart and question

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

sessions as (

    select
        origins.experiment,
        origins.variant,
        f.visitor_id,
        f.converted_sessions,
        f.orders,
        f.revenue
    from silver.session_origins as origins
    inner join gold.fact_sessions as f on origins.session_id = f.session_id
    inner join visitors as v on f.visitor_id = v.visitor_id
    where origins.experiment is not null and origins.variant is not null

),

members as (

    select
        experiment,
        variant,
        visitor_id,
        count(*) as sessions,
        sum(converted_sessions) as converted_sessions,
        sum(orders) as orders,
        sum(revenue) as revenue
    from sessions
    group by experiment, variant, visitor_id

),

variants_seen as (

    select
        experiment,
        visitor_id,
        count(*) as variants
    from members
    group by experiment, visitor_id

),

judged as (

    select
        members.experiment,
        members.variant,
        members.sessions,
        members.converted_sessions,
        members.orders,
        members.revenue,
        variants_seen.variants = 1 as is_pure
    from members
    inner join variants_seen
        on
            members.experiment = variants_seen.experiment
            and members.visitor_id = variants_seen.visitor_id

),

final as (

    select
        cast(experiment as string) as experiment,
        cast(variant as string) as variant,
        cast(sum(case when is_pure then 1 else 0 end) as bigint) as visitors,
        cast(
            sum(
                case when is_pure and converted_sessions > 0 then 1 else 0 end
            ) as bigint
        ) as converted_visitors,
        cast(sum(case when is_pure then 0 else 1 end) as bigint)
            as mixed_visitors,
        cast(sum(case when is_pure then sessions else 0 end) as bigint)
            as sessions,
        cast(
            sum(case when is_pure then converted_sessions else 0 end) as bigint
        ) as converted_sessions,
        cast(sum(case when is_pure then orders else 0 end) as bigint)
            as orders,
        cast(sum(case when is_pure then revenue else 0 end) as decimal(18, 2))
            as revenue
    from judged
    group by experiment, variant

)

select *
from final
order by experiment, variant
