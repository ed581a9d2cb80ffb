-- question: How many events of each step does a session have, and how do they
--     thin out?
-- read: Counts of events, not of sessions: ten views in one session are ten.
--     per_session tells busy visitors from many visitors; per_step_before
--     (carts a view, orders a checkout) may pass 1.
-- topic: Funnels and journeys
-- grain: one row per step
-- key: step_number
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

sums as (

    select
        sum(sessions) as sessions,
        sum(product_views) as product_views,
        sum(adds) as adds,
        sum(checkouts) as checkouts,
        sum(purchase_lines) as purchase_lines
    from gold.agg_session_daily
    where
        session_date >= (select since from parameters)
        and session_date <= (select until from parameters)

),

steps as (

    select 1 as step_number, 'product_view' as event_type, product_views as events, sessions
    from sums
    union all
    select 2, 'add_to_cart', adds, sessions
    from sums
    union all
    select 3, 'checkout', checkouts, sessions
    from sums
    union all
    select 4, 'purchase', purchase_lines, sessions
    from sums

),

compared as (

    select
        *,
        lag(events) over (order by step_number) as events_before
    from steps

),

final as (

    select
        cast(step_number as integer) as step_number,
        event_type,
        cast(coalesce(events, 0) as bigint) as events,
        cast(
            cast(events as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as per_session,
        cast(
            cast(events as numeric(18, 4)) / nullif(events_before, 0)
            as numeric(9, 4)
        ) as per_step_before,
        cast(
            cast(events_before - events as numeric(18, 4)) / nullif(events_before, 0)
            as numeric(9, 4)
        ) as drop_off
    from compared

)

select *
from final
order by step_number
