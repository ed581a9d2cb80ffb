-- check: each model credits an order's revenue exactly, to touches numbered without gaps, and the days agree.
-- layer: gold

with

orders as (

    select
        f.order_id,
        f.order_date,
        f.revenue
    from gold.fact_orders as f
    inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id
    where not v.is_bot

),

credits as (

    select
        order_id,
        max(touches) as touches,
        min(touches) as fewest_touches,
        max(touch_number) as last_touch,
        count(*) as counted_touches,
        min(seconds_before_order) as seconds_before_order,
{%- for model in attribution_models %}
        min({{ model }}_credit) as least_{{ model }},
        sum({{ model }}_credit) as {{ model }}{{ "" if loop.last else "," }}
{%- endfor %}
    from gold.fact_attribution
    group by order_id

),

days as (

    select
        order_date,
        sum(revenue) as revenue
    from orders
    group by order_date

),

credited_days as (

    select
        order_date,
        model,
        sum(credit) as credit
    from gold.agg_attribution_daily
    group by order_date, model

)

select
    coalesce(orders.order_id, credits.order_id) as id,
    'order' as what,
    orders.revenue as expected,
    credits.last as found
from orders
full outer join credits on orders.order_id = credits.order_id
where
    orders.order_id is null
    or credits.order_id is null
    or credits.touches <> credits.fewest_touches
    or credits.touches <> credits.last_touch
    or credits.touches <> credits.counted_touches
    or credits.seconds_before_order < 0
{%- for model in attribution_models %}
    or credits.least_{{ model }} < 0
    or credits.{{ model }} <> orders.revenue
{%- endfor %}

union all

select
    cast(credited_days.order_date as string) as id,
    credited_days.model as what,
    days.revenue as expected,
    credited_days.credit as found
from credited_days
left join days on credited_days.order_date = days.order_date
where days.revenue is null or days.revenue <> credited_days.credit
