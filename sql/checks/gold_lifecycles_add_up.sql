-- check: in each week the states add up to all customers known, last week's active ones return or lapse, and orders are those of agg_user_weekly.
-- layer: gold

with

weeks as (

    select
        week_start,
        sum(customers) as known_customers,
        sum(
            case when lifecycle_state = 'new' then customers else 0 end
        ) as new_customers,
        sum(
            case when lifecycle_state <> 'dormant' then customers else 0 end
        ) as active_customers,
        sum(
            case
                when lifecycle_state = 'returning' then customers
                else lapsed_customers
            end
        ) as active_before,
        sum(orders) as orders,
        sum(revenue) as revenue
    from gold.agg_lifecycle_weekly
    group by week_start

),

before as (

    select
        *,
        coalesce(
            lag(known_customers) over (order by week_start), 0
        ) as known_before,
        coalesce(
            lag(active_customers) over (order by week_start), 0
        ) as active_a_week_ago
    from weeks

),

bought as (

    select
        week_start,
        sum(orders) as orders,
        sum(revenue) as revenue
    from gold.agg_user_weekly
    group by week_start
    having sum(orders) > 0

)

select
    week_start,
    known_before + new_customers as expected,
    known_customers as found
from before
where known_before + new_customers <> known_customers

union all

select
    week_start,
    active_a_week_ago as expected,
    active_before as found
from before
where active_a_week_ago <> active_before

union all

select
    coalesce(bought.week_start, weeks.week_start) as week_start,
    bought.orders as expected,
    weeks.orders as found
from bought
full outer join weeks on bought.week_start = weeks.week_start
where
    coalesce(bought.orders, 0) <> coalesce(weeks.orders, 0)
    or coalesce(bought.revenue, 0) <> coalesce(weeks.revenue, 0)
