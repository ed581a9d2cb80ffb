-- What each customer did on each day of theirs, bots left out. The customer is
-- the account observed on the event, else the visitor's.
-- grain: one row per customer and day with an event
-- key: customer_id, date
-- reader: gold.dim_users, gold.agg_user_weekly
-- materialized: working

with

visitors as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where not is_bot

),

customer_events as (

    select
        {{ customer_id("f", "v") }} as customer_id,
        f.event_date,
        f.session_id,
        f.event_type,
        f.refund_amount
    from gold.fact_events as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

final as (

    select
        cast(customer_id as string) as customer_id,
        cast(event_date as date) as date,
        cast(sum(case when session_id is not null then 1 else 0 end) as int)
            as events,
        cast(
            sum(case when event_type = 'product_view' then 1 else 0 end) as int
        ) as product_views,
        cast(sum(refund_amount) as decimal(18, 2)) as refund_amount
    from customer_events
    group by customer_id, event_date

)

select *
from final
