-- Which visits an order is owed to, and how much of its revenue, by five
-- models. Touches are the sessions of the order's customer that began within
-- the look-back before the order (attribution.lookback), up to and with the
-- order's own, which is always the last:
--   first, last        all to that touch;
--   last non-direct    all to the last touch that came from somewhere, else to
--                      the last (a channel not recorded tells no more than a
--                      direct visit);
--   linear             equal shares;
--   position-based     40% to the first, 40% to the last, 20% to those between
--                      them; half each where there are two.
-- Shares are floored to whole cents and the last touch takes what remains, so
-- each model's credits add up to the order's revenue exactly. Bots left out.
-- Made anew as a whole, for a login may show earlier visits to be the buyer's.
-- grain: one row per order and touch
-- key: order_id, touch_number
-- reader: gold.agg_attribution_daily; analysts

with

visitors as (

    select
        visitor_id,
        customer_id
    from gold.dim_visitors
    where not is_bot

),

channels as (

    select
        channel_key,
        is_direct
    from gold.dim_channel

),

orders as (

    select
        f.order_id,
        f.order_date,
        f.session_id,
        {{ us("f.order_time") }} as order_us,
        cast(f.revenue * 100 as bigint) as cents,
        {{ hash60(customer_id("f", "v")) }} as customer_key
    from gold.fact_orders as f
    inner join visitors as v on f.visitor_id = v.visitor_id

),

sessions as (

    select
        session_id,
        customer_key,
        session_date,
        session_start_us,
        channel_key
    from gold.customer_sessions

),

-- The order's own session is a touch even where its last account is another's.
own as (

    select
        orders.*,
        sessions.session_date,
        sessions.session_start_us,
        sessions.channel_key
    from orders
    inner join sessions on orders.session_id = sessions.session_id

),

touches as (

    select
        order_id,
        order_date,
        order_us,
        cents,
        session_id,
        session_date,
        session_start_us,
        channel_key,
        1 as is_own
    from own

    union all

    select
        own.order_id,
        own.order_date,
        own.order_us,
        own.cents,
        sessions.session_id,
        sessions.session_date,
        sessions.session_start_us,
        sessions.channel_key,
        0 as is_own
    from own
    inner join sessions
        on
            own.customer_key = sessions.customer_key
            and own.session_id <> sessions.session_id
            and sessions.session_start_us <= own.session_start_us
            and sessions.session_start_us
            >= own.order_us - $attribution_lookback_us

),

described as (

    select
        touches.*,
        case
            when touches.channel_key = -1 or channels.is_direct then 0
            else 1
        end as is_known
    from touches
    inner join channels on touches.channel_key = channels.channel_key

),

numbered as (

    select
        *,
        row_number() over (
            partition by order_id
            order by is_own, session_start_us, session_id
        ) as touch_number
    from described

),

counted as (

    select
        *,
        count(*) over (partition by order_id) as touches,
        max(case when is_known = 1 then touch_number end) over (
            partition by order_id
        ) as last_known
    from numbered

),

-- Shares of every touch but the last, in whole cents.
shared as (

    select
        *,
        cast((cents - cents % touches) / touches as bigint) as linear_share,
        case
            when touches = 2 then cast((cents - cents % 2) / 2 as bigint)
            else cast((cents * 2 - (cents * 2) % 5) / 5 as bigint)
        end as first_share,
        case
            when touches > 2
                then cast(
                    (cents - cents % (5 * (touches - 2)))
                    / (5 * (touches - 2)) as bigint
                )
            else 0
        end as middle_share
    from counted

),

credited as (

    select
        *,
        case when touch_number = 1 then cents else 0 end as first_cents,
        case when touch_number = touches then cents else 0 end as last_cents,
        case
            when touch_number = coalesce(last_known, touches) then cents
            else 0
        end as last_non_direct_cents,
        case
            when touch_number < touches then linear_share
            else cents - (touches - 1) * linear_share
        end as linear_cents,
        case
            when touches = 1 then cents
            when touch_number = 1 then first_share
            when touch_number < touches then middle_share
            when touches = 2 then cents - first_share
            else cents - first_share - (touches - 2) * middle_share
        end as position_based_cents
    from shared

),

final as (

    select
        cast(order_id as string) as order_id,
        cast(touch_number as int) as touch_number,
        cast(touches as int) as touches,
        cast(order_date as date) as order_date,
        cast(session_date as date) as session_date,
        cast(session_id as bigint) as session_id,
        cast(channel_key as bigint) as channel_key,
        cast(
            floor(cast(order_us - session_start_us as double) / 1000000)
            as bigint
        ) as seconds_before_order,
{%- for model in attribution_models %}
        cast(
            cast({{ model }}_cents as decimal(18, 0))
            * cast(0.01 as decimal(3, 2)) as decimal(18, 2)
        ) as {{ model }}_credit{{ "" if loop.last else "," }}
{%- endfor %}
    from credited

)

select *
from final
order by order_id, touch_number
