-- question: How many visits does an order take, and how long?
-- read: Visits of the buyer within attribution.lookback, the order's own
--     included. Orders of one visit were decided at once; where many take
--     several, judge channels by attribution_models, not by the last click.
-- topic: Funnels and journeys
-- grain: one row per number of visits, five and more together
-- key: visits
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

orders as (

    select
        case when touches < 5 then touches else 5 end as visits_up_to_5,
        seconds_before_order,
        first_credit as revenue
    from gold.fact_attribution
    where
        touch_number = 1
        and order_date >= (select since from parameters)
        and order_date <= (select until from parameters)

),

groups as (

    select
        visits_up_to_5,
        count(*) as orders,
        sum(revenue) as revenue,
        sum(seconds_before_order) as seconds
    from orders
    group by visits_up_to_5

),

final as (

    select
        case
            when visits_up_to_5 = 5 then '5 or more'
            else cast(visits_up_to_5 as text)
        end as visits,
        cast(orders as bigint) as orders,
        cast(
            cast(orders as numeric(18, 4)) / nullif(sum(orders) over (), 0)
            as numeric(9, 4)
        ) as share_of_orders,
        cast(
            cast(revenue as numeric(18, 2)) / nullif(orders, 0)
            as numeric(18, 2)
        ) as order_value,
        cast(
            cast(seconds as numeric(18, 2)) / nullif(orders * 3600, 0)
            as numeric(18, 2)
        ) as hours_from_first_visit
    from groups

)

select *
from final
order by visits
