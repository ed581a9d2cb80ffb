-- question: Do returning visitors buy more than new ones?
-- read: A session is new when it is its visitor's first. At the start of the
--     data everybody looks new, so choose since some weeks after it.
-- topic: Channels and devices
-- grain: one row for sessions of new visitors, one for those of returning ones
-- key: is_new_visitor
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

groups as (

    select
        sessions.is_new_visitor as is_new_visitor,
        sum(sessions.sessions) as sessions,
        sum(sessions.bounced_sessions) as bounced_sessions,
        sum(sessions.converted_sessions) as converted_sessions,
        sum(sessions.cart_sessions) as cart_sessions,
        sum(sessions.abandoned_sessions) as abandoned_sessions,
        sum(sessions.priced_orders) as priced_orders,
        sum(sessions.revenue) as revenue
    from gold.agg_session_daily as sessions
    where
        sessions.session_date >= (select since from parameters)
        and sessions.session_date <= (select until from parameters)
    group by sessions.is_new_visitor

),

shares as (

    select
        *,
        sum(sessions) over () as all_sessions,
        sum(revenue) over () as all_revenue
    from groups

),

final as (

    select
        is_new_visitor,
        cast(sessions as bigint) as sessions,
        cast(
            cast(sessions as numeric(18, 4)) / nullif(all_sessions, 0)
            as numeric(9, 4)
        ) as share_of_sessions,
        cast(
            cast(bounced_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as bounce_rate,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(abandoned_sessions as numeric(18, 4)) / nullif(cart_sessions, 0)
            as numeric(9, 4)
        ) as abandonment,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(priced_orders, 0)
            as numeric(18, 2)
        ) as order_value,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(revenue as numeric(18, 4)) / nullif(all_revenue, 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from shares

)

select *
from final
order by sessions desc, is_new_visitor
