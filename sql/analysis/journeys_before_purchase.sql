-- question: Which ways through the shop lead to an order?
-- read: A path is the beginning of a session: event types in their order,
--     repeats told once. share_of_converted says how much of the orders it
--     carries, conversion how often it works. Paths of few sessions
--     (min_sessions) are left out: their conversion is chance.
-- topic: Funnels and journeys
-- grain: one row per path of that many steps
-- key: path
-- param since: the first day that counts
-- param until: the last day that counts
-- param depth: how many steps a path has (1 to journey.depth)
-- param min_sessions: paths of fewer sessions are left out
-- param top_n: how many paths to show
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until,
        cast(3 as integer) as depth,
        cast(20 as integer) as min_sessions,
        cast(15 as integer) as top_n

),

paths as (

    select
        path,
        sum(sessions) as sessions,
        sum(converted_sessions) as converted_sessions
    from gold.agg_journey_daily
    where
        depth = (select depth from parameters)
        and session_date >= (select since from parameters)
        and session_date <= (select until from parameters)
    group by path

),

shares as (

    select
        *,
        sum(converted_sessions) over () as all_converted
    from paths

),

ranked as (

    select
        *,
        row_number() over (
            order by converted_sessions desc, sessions desc, md5(path)
        ) as place
    from shares
    where sessions >= (select min_sessions from parameters)

),

final as (

    select
        path,
        cast(sessions as bigint) as sessions,
        cast(converted_sessions as bigint) as converted_sessions,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(all_converted, 0)
            as numeric(9, 4)
        ) as share_of_converted
    from ranked
    where place <= (select top_n from parameters)

)

select *
from final
order by converted_sessions desc, sessions desc, md5(path)
