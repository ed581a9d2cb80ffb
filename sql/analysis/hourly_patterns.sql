-- question: At which hours do visits begin, and at which do they end in an
--     order?
-- read: Hours are of the business time zone. Where share_of_orders is above
--     share_of_sessions, visits that begin in the hour are worth more than
--     others. An hour nobody came in has no row.
-- topic: Days and hours
-- grain: one row per hour of the day
-- key: hour
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

hours as (

    select
        sessions.session_start_hour as hour,
        sum(sessions.sessions) as sessions,
        sum(sessions.converted_sessions) as converted_sessions,
        sum(sessions.orders) as orders,
        sum(sessions.revenue) as revenue
    from gold.fact_sessions as sessions
    inner join gold.dim_visitors as visitors
        on sessions.visitor_id = visitors.visitor_id
    where
        not visitors.is_bot
        and sessions.session_date >= (select since from parameters)
        and sessions.session_date <= (select until from parameters)
    group by sessions.session_start_hour

),

final as (

    select
        cast(hour as integer) as hour,
        cast(sessions as bigint) as sessions,
        cast(orders as bigint) as orders,
        cast(revenue as numeric(18, 2)) as revenue,
        cast(
            cast(converted_sessions as numeric(18, 4)) / nullif(sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        cast(
            cast(sessions as numeric(18, 4)) / nullif(sum(sessions) over (), 0)
            as numeric(9, 4)
        ) as share_of_sessions,
        cast(
            cast(orders as numeric(18, 4)) / nullif(sum(orders) over (), 0)
            as numeric(9, 4)
        ) as share_of_orders
    from hours

)

select *
from final
order by hour
