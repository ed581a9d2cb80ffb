-- question: Do visitors who search buy more?
-- read: Who searches knows what to look for, so a higher conversion is
--     expected; a lower one says that search does not find it.
--     revenue_a_session joins both sides of it.
-- topic: Funnels and journeys
-- grain: one row for sessions with a search, one for those without
-- key: searched
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

sessions as (

    select
        sessions.searches > 0 as searched,
        count(*) as sessions,
        sum(sessions.searches) as searches,
        sum(sessions.reached_product_view) as viewing_sessions,
        sum(sessions.cart_sessions) as cart_sessions,
        sum(sessions.converted_sessions) as converted_sessions,
        sum(sessions.revenue) as revenue
    from gold.fact_sessions as sessions
    inner join gold.dim_visitors as visitors
        on sessions.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and sessions.session_date >= (select since from parameters)
        and sessions.session_date <= (select until from parameters)
    group by sessions.searches > 0

),

final as (

    select
        searched,
        cast(sessions as bigint) as sessions,
        cast(searches as bigint) as searches,
        cast(
            cast(sessions as numeric(18, 4)) / nullif(sum(sessions) over (), 0)
            as numeric(9, 4)
        ) as share_of_sessions,
        cast(
            cast(viewing_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as view_rate,
        cast(
            cast(cart_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as cart_rate,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(sessions, 0)
            as numeric(18, 2)
        ) as revenue_a_session
    from sessions

)

select *
from final
order by searched
