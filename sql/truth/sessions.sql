-- True sessions that the warehouse lacks, and sessions it has that are none;
-- those of undamaged visitors, who must be found exactly as they happened.
-- grain: one row per session that is missing or extra
-- key: verdict, visitor_id, session_start
-- reader: the truth check

with

-- what was done to them cannot be undone
damaged as (

    select visitor_id
    from truth.defects
    where not is_repaired

    union

    select seen_as as visitor_id
    from truth.defects
    where not is_repaired

),

true_sessions as (

    select
        visitor_id,
        session_start,
        session_end,
        cast(events as bigint) as events
    from truth.sessions
    where visitor_id not in (select visitor_id from damaged)

),

found_sessions as (

    select
        visitor_id,
        session_start,
        session_end,
        cast(events as bigint) as events
    from gold.fact_sessions
    where visitor_id not in (select visitor_id from damaged)

),

missing as (

    select * from true_sessions
    except
    select * from found_sessions

),

extra as (

    select * from found_sessions
    except
    select * from true_sessions

),

final as (

    select
        'missing' as verdict,
        visitor_id,
        session_start
    from missing

    union all

    select
        'extra' as verdict,
        visitor_id,
        session_start
    from extra

)

select
    verdict,
    visitor_id,
    cast(session_start as string) as session_start
from final
order by verdict, visitor_id, session_start
