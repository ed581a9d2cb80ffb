-- Where customers stand in each week, bots left out. Active is who came or
-- bought in the ISO week:
--   new           for the first time;
--   returning     and in the week before, too;
--   resurrected   after at least one week without;
--   dormant       was active in an earlier week and not in this one.
-- The four partition all customers known by the end of the week. Dense: every
-- week with data has its four rows, zeros kept. lapsed_customers are those of
-- the dormant who were active the week before: what returning customers plus
-- these make up is last week's active ones.
-- grain: one row per week and state
-- key: week_start, lifecycle_state
-- reader: lifecycle view

with

period as (

    select
        first_date,
        last_date,
        first_day_complete,
        last_day_complete
    from silver.period

),

weeks as (

    select
        customer_id,
        week_start,
        sessions,
        orders,
        revenue
    from gold.agg_user_weekly
    where sessions > 0 or orders > 0

),

neighbours as (

    select
        *,
        lag(week_start) over (
            partition by customer_id
            order by week_start
        ) as previous_week,
        lead(week_start) over (
            partition by customer_id
            order by week_start
        ) as next_week
    from weeks

),

described as (

    select
        *,
        {{ add_days("week_start", "7") }} as following_week,
        case
            when previous_week is null then 'new'
            when {{ days_between("previous_week", "week_start") }} = 7
                then 'returning'
            else 'resurrected'
        end as lifecycle_state
    from neighbours

),

active as (

    select
        week_start,
        lifecycle_state,
        count(*) as customers,
        sum(sessions) as sessions,
        sum(orders) as orders,
        sum(revenue) as revenue
    from described
    group by week_start, lifecycle_state

),

lapsed as (

    select
        following_week as week_start,
        count(*) as customers
    from described
    where next_week is null or next_week <> following_week
    group by following_week

),

calendar as (

    select distinct calendar.week_start
    from gold.dim_date as calendar
    cross join period
    where
        calendar.date >= period.first_date
        and calendar.date <= period.last_date

),

activity as (

    select
        calendar.week_start,
        coalesce(sum(active.customers), 0) as customers,
        coalesce(
            sum(
                case
                    when active.lifecycle_state = 'new' then active.customers
                    else 0
                end
            ),
            0
        ) as new_customers
    from calendar
    left join active on calendar.week_start = active.week_start
    group by calendar.week_start

),

known as (

    select
        week_start,
        customers,
        sum(new_customers) over (
            order by week_start
            rows between unbounded preceding and current row
        ) as known_customers
    from activity

),

states as (

    select column1 as lifecycle_state
    from (
        values ('new'), ('returning'), ('resurrected'), ('dormant')
    ) as state (column1)

),

final as (

    select
        cast(known.week_start as date) as week_start,
        cast(states.lifecycle_state as string) as lifecycle_state,
        cast(
            case
                when states.lifecycle_state = 'dormant'
                    then known.known_customers - known.customers
                else coalesce(active.customers, 0)
            end as bigint
        ) as customers,
        cast(
            case
                when states.lifecycle_state = 'dormant'
                    then coalesce(lapsed.customers, 0)
                else 0
            end as bigint
        ) as lapsed_customers,
        cast(coalesce(active.sessions, 0) as bigint) as sessions,
        cast(coalesce(active.orders, 0) as bigint) as orders,
        cast(coalesce(active.revenue, 0) as decimal(18, 2)) as revenue,
        cast(
            (
                known.week_start > period.first_date
                or (
                    known.week_start = period.first_date
                    and period.first_day_complete
                )
            )
            and (
                {{ add_days("known.week_start", "6") }} < period.last_date
                or (
                    {{ add_days("known.week_start", "6") }}
                    = period.last_date
                    and period.last_day_complete
                )
            ) as boolean
        ) as is_complete
    from known
    cross join states
    cross join period
    left join active
        on
            known.week_start = active.week_start
            and states.lifecycle_state = active.lifecycle_state
    left join lapsed on known.week_start = lapsed.week_start

)

select *
from final
order by week_start, lifecycle_state
