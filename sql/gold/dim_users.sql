-- Customers: accounts, and visitors never stitched to one. Lifetime measures
-- cover all days and leave bots out; scores are as of as_of_date.
-- A customer without a first session (an account that never came, a bot) has
-- zeros and no dates; counts of customers leave it out.
-- rfm_segment by recency (r) and frequency (f); money tells only who must not
-- be lost, so that the grid also works for logs without prices:
--     r \ f     5, 4                 3, 2                    1
--     5, 4      Champions            Potential loyalists     New customers
--     3         Loyal                Needs attention         About to sleep
--     2, 1      At risk (m = 5:      At risk                 Hibernating
--               Cannot lose them)
-- grain: one row per customer
-- key: customer_id
-- reader: segment, cohort and executive views; churn and RFM work

with

visitors as (

    select
        visitor_id,
        customer_id,
        is_bot
    from gold.dim_visitors

),

-- An account is a member that an event or the catalogue knows as one; any
-- other is a visitor never stitched.
known_members as (

    select
        customer_id,
        case when user_id is not null then 1 else 0 end as is_account
    from gold.dim_visitors
    union all
    select
        user_id as customer_id,
        1 as is_account
    from gold.fact_events
    where user_id is not null
    union all
    select
        user_id as customer_id,
        1 as is_account
    from silver.users

),

members as (

    select
        customer_id,
        case when max(is_account) = 1 then customer_id end as user_id
    from known_members
    group by customer_id

),

days as (

    select
        customer_id,
        min(case when events > 0 then date end) as first_seen_date,
        max(case when events > 0 then date end) as last_seen_date,
        sum(events) as events,
        sum(product_views) as product_views,
        sum(case when events > 0 then 1 else 0 end) as active_days,
        sum(refund_amount) as refund_amount
    from gold.customer_days
    group by customer_id

),

customer_sessions as (

    select
        {{ customer_id("f", "v") }} as customer_id,
        f.session_id,
        f.session_start,
        f.visitor_id,
        f.channel_key,
        f.cart_sessions,
        f.converted_sessions
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where not v.is_bot

),

-- By visitor first: visitors are then counted as rows, which costs far less
-- than distinct counts.
visitor_sessions as (

    select
        customer_id,
        visitor_id,
        count(*) as sessions,
        sum(cart_sessions) as cart_sessions,
        sum(converted_sessions) as converted_sessions
    from customer_sessions
    group by customer_id, visitor_id

),

sessions as (

    select
        customer_id,
        sum(sessions) as sessions,
        count(*) as visitors,
        sum(cart_sessions) as cart_sessions,
        sum(converted_sessions) as converted_sessions
    from visitor_sessions
    group by customer_id

),

numbered_sessions as (

    select
        customer_id,
        session_id,
        channel_key,
        row_number() over (
            partition by customer_id
            order by session_start, session_id
        ) as session_number
    from customer_sessions

),

customer_orders as (

    select
        {{ customer_id("f", "v") }} as customer_id,
        f.order_id,
        f.order_date,
        f.order_time,
        f.priced_orders,
        f.units,
        f.revenue
    from gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where not v.is_bot

),

order_days as (

    select
        customer_id,
        order_date,
        count(*) as orders,
        sum(priced_orders) as priced_orders,
        sum(units) as units,
        sum(revenue) as revenue
    from customer_orders
    group by customer_id, order_date

),

orders as (

    select
        customer_id,
        sum(orders) as orders,
        sum(priced_orders) as priced_orders,
        sum(units) as units,
        count(*) as order_days,
        min(order_date) as first_order_date,
        max(order_date) as last_order_date,
        sum(revenue) as revenue
    from order_days
    group by customer_id

),

numbered_orders as (

    select
        customer_id,
        order_id,
        row_number() over (
            partition by customer_id
            order by order_time, order_id
        ) as order_number
    from customer_orders

),

segmented as (

    select
        *,
        case
            when r_score >= 4 and f_score >= 4 then 'Champions'
            when r_score >= 4 and f_score >= 2 then 'Potential loyalists'
            when r_score >= 4 then 'New customers'
            when r_score = 3 and f_score >= 4 then 'Loyal'
            when r_score = 3 and f_score >= 2 then 'Needs attention'
            when r_score = 3 then 'About to sleep'
            when f_score >= 4 and m_score = 5 then 'Cannot lose them'
            when f_score >= 2 then 'At risk'
            else 'Hibernating'
        end as rfm_segment
    from gold.customer_scores

),

final as (

    select
        cast(members.customer_id as string) as customer_id,
        cast(members.user_id as string) as user_id,
        cast(members.user_id is not null as boolean) as is_known,
        cast(users.name as string) as name,
        cast(users.gender as string) as gender,
        cast(users.birth_year as int) as birth_year,
        cast(users.city as string) as city,
        cast(users.country as string) as country,
        cast(users.signup_date as date) as signup_date,
        users.updated_at,
        cast(
            members.user_id is not null and users.user_id is null as boolean
        ) as is_inferred,
        cast(days.first_seen_date as date) as first_seen_date,
        cast(days.last_seen_date as date) as last_seen_date,
        cast(first_session.session_id as bigint) as first_session_id,
        cast(first_order.order_id as string) as first_order_id,
        cast(orders.first_order_date as date) as first_order_date,
        cast(orders.last_order_date as date) as last_order_date,
        cast(coalesce(first_session.channel_key, -1) as bigint)
            as first_channel_key,
        cast(coalesce(sessions.visitors, 0) as int) as visitors,
        cast(coalesce(sessions.sessions, 0) as int) as sessions,
        cast(coalesce(days.events, 0) as int) as events,
        cast(coalesce(days.product_views, 0) as int) as product_views,
        cast(coalesce(sessions.cart_sessions, 0) as int) as cart_sessions,
        cast(coalesce(sessions.converted_sessions, 0) as int)
            as converted_sessions,
        cast(coalesce(orders.orders, 0) as int) as orders,
        cast(coalesce(orders.priced_orders, 0) as int) as priced_orders,
        cast(coalesce(orders.units, 0) as int) as units,
        cast(coalesce(days.active_days, 0) as int) as active_days,
        cast(coalesce(orders.order_days, 0) as int) as order_days,
        cast(coalesce(orders.revenue, 0) as decimal(18, 2)) as revenue,
        cast(coalesce(days.refund_amount, 0) as decimal(18, 2))
            as refund_amount,
        cast(
            coalesce(orders.revenue, 0) - coalesce(days.refund_amount, 0)
            as decimal(18, 2)
        ) as net_revenue,
        cast(period.as_of_date as date) as as_of_date,
        cast(segmented.days_since_last_order as int) as days_since_last_order,
        cast(segmented.r_score as smallint) as r_score,
        cast(segmented.f_score as smallint) as f_score,
        cast(segmented.m_score as smallint) as m_score,
        cast(coalesce(segmented.rfm_segment, 'No purchase') as string)
            as rfm_segment,
        cast(segmented.btyd_frequency as int) as btyd_frequency,
        cast(segmented.btyd_recency_days as int) as btyd_recency_days,
        cast(segmented.btyd_t_days as int) as btyd_t_days
    from silver.period as period
    cross join members
    left join silver.users as users on members.user_id = users.user_id
    left join days on members.customer_id = days.customer_id
    left join sessions on members.customer_id = sessions.customer_id
    left join numbered_sessions as first_session
        on
            members.customer_id = first_session.customer_id
            and first_session.session_number = 1
    left join orders on members.customer_id = orders.customer_id
    left join numbered_orders as first_order
        on
            members.customer_id = first_order.customer_id
            and first_order.order_number = 1
    left join segmented on members.customer_id = segmented.customer_id

)

select *
from final
order by customer_id
