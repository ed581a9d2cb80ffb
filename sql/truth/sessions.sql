-- True sessions that the warehouse lacks, and sessions it has that are none.
-- grain: one row per session that is missing or extra
-- key: verdict, visitor_id, session_start
-- reader: the truth check

with

true_sessions as (

    select
        visitor_id,
        session_start,
        session_end,
        cast(events as bigint) as events
    from silver.truth_sessions

),

found_sessions as (

    select
        visitor_id,
        session_start,
        session_end,
        cast(events as bigint) as events
    from gold.fact_sessions

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
