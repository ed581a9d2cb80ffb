-- Which ways sessions take: path prefixes with counts. For a Sankey, filter on
-- one depth after another and sum by from_step and to_step.
-- grain: one row per session_date and path
-- key: session_date, path
-- reader: Tableau
-- columns:
--     session_date        date     dimension
--     path                text     dimension
--     depth               integer  dimension
--     from_step           text     dimension
--     to_step             text     dimension
--     sessions            bigint   sum
--     converted_sessions  bigint   sum
--     ended_sessions      bigint   sum
-- ratios:
--     Conversion:  converted_sessions / sessions  percent
--     Exit rate:   ended_sessions / sessions      percent

create view analytics.vw_tableau_user_journeys as

with

journeys as (

    select * from gold.agg_journey_daily

),

final as (

    select
        session_date,
        path,
        depth::integer as depth,
        from_step,
        to_step,
        sessions,
        converted_sessions,
        ended_sessions
    from journeys

)

select * from final;

comment on view analytics.vw_tableau_user_journeys is
    'Path prefixes of sessions: one row per session_date and path. Without bots. Filter on one depth; conversion = sum(converted_sessions) / sum(sessions).';
comment on column analytics.vw_tableau_user_journeys.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_user_journeys.path is
    'Beginning of a session: event types in their order, repeats told once, with > between.';
comment on column analytics.vw_tableau_user_journeys.depth is 'Steps in the path; filter on one.';
comment on column analytics.vw_tableau_user_journeys.from_step is
    'The last step but one; (start) for the first.';
comment on column analytics.vw_tableau_user_journeys.to_step is 'The last step.';
comment on column analytics.vw_tableau_user_journeys.sessions is
    'Sessions whose path begins so. Additive within one depth.';
comment on column analytics.vw_tableau_user_journeys.converted_sessions is
    'Of these, sessions with an order. Additive within one depth.';
comment on column analytics.vw_tableau_user_journeys.ended_sessions is
    'Of these, sessions that went no further. Additive.';
