-- question: How far do sessions get on the way to an order, and where are
--     they lost?
-- read: Two funnels that are never mixed. reached: the step or any later one
--     was seen, so an order without a cart counts and the last row is all
--     sessions with an order. strict: every step was seen in its order. lost
--     is the share of the step before that did not come this far.
-- topic: Funnels and journeys
-- grain: one row per kind of funnel and step
-- key: funnel_kind, step_number
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
        sum(reached_product_view) as reached_product_view,
        sum(reached_cart) as reached_cart,
        sum(reached_checkout) as reached_checkout,
        sum(reached_purchase) as reached_purchase,
        sum(strict_product_view) as strict_product_view,
        sum(strict_cart) as strict_cart,
        sum(strict_checkout) as strict_checkout,
        sum(strict_purchase) as strict_purchase
    from gold.agg_session_daily
    where
        session_date >= (select since from parameters)
        and session_date <= (select until from parameters)

),

steps as (

    select 'reached' as funnel_kind, 1 as step_number, 'session' as step, sessions
    from sums
    union all
    select 'reached', 2, 'product view', reached_product_view
    from sums
    union all
    select 'reached', 3, 'cart', reached_cart
    from sums
    union all
    select 'reached', 4, 'checkout', reached_checkout
    from sums
    union all
    select 'reached', 5, 'purchase', reached_purchase
    from sums
    union all
    select 'strict', 1, 'session', sessions
    from sums
    union all
    select 'strict', 2, 'product view', strict_product_view
    from sums
    union all
    select 'strict', 3, 'cart', strict_cart
    from sums
    union all
    select 'strict', 4, 'checkout', strict_checkout
    from sums
    union all
    select 'strict', 5, 'purchase', strict_purchase
    from sums

),

compared as (

    select
        *,
        lag(sessions) over (
            partition by funnel_kind
            order by step_number
        ) as sessions_before,
        first_value(sessions) over (
            partition by funnel_kind
            order by step_number
        ) as sessions_first
    from steps

),

final as (

    select
        funnel_kind,
        cast(step_number as integer) as step_number,
        step,
        cast(coalesce(sessions, 0) as bigint) as sessions,
        cast(
            cast(sessions as numeric(18, 4)) / nullif(sessions_first, 0)
            as numeric(9, 4)
        ) as share_of_sessions,
        cast(
            cast(sessions_before - sessions as numeric(18, 4)) / nullif(sessions_before, 0)
            as numeric(9, 4)
        ) as lost
    from compared

)

select *
from final
order by funnel_kind, step_number
