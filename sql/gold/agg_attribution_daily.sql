-- Revenue by the channel it is owed to, for each model of fact_attribution,
-- bots left out. Sum credit within one model; over models it repeats.
-- grain: one row per day of the order, model and channel with a touch
-- key: order_date, model, channel_key
-- reader: attribution charts and views

with

totals as (

    select
        order_date,
        channel_key,
        count(*) as touches,
{%- for model in attribution_models %}
        sum({{ model }}_credit) as {{ model }}_credit{{ "" if loop.last else "," }}
{%- endfor %}
    from gold.fact_attribution
    group by order_date, channel_key

),

models as (

    select column1 as model
    from (
        values
{%- for model in attribution_models %}
            ('{{ model }}'){{ "" if loop.last else "," }}
{%- endfor %}
    ) as model (column1)

),

final as (

    select
        cast(totals.order_date as date) as order_date,
        cast(models.model as string) as model,
        cast(totals.channel_key as bigint) as channel_key,
        cast(totals.touches as bigint) as touches,
        cast(
            case models.model
{%- for model in attribution_models %}
                when '{{ model }}' then totals.{{ model }}_credit
{%- endfor %}
            end as decimal(18, 2)
        ) as credit
    from totals
    cross join models

)

select *
from final
order by order_date, model, channel_key
