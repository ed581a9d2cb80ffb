-- How well the warehouse tells programs from people.
-- grain: one row
-- key: (none)
-- reader: the truth check

with

judged as (

    select
        t.is_bot,
        d.is_bot as is_called_bot
    from truth.visitors as t
    inner join gold.dim_visitors as d on t.visitor_id = d.visitor_id

),

final as (

    select
        cast(count(case when is_bot and is_called_bot then 1 end) as bigint)
            as caught,
        cast(count(case when is_bot and not is_called_bot then 1 end) as bigint)
            as missed,
        cast(count(case when not is_bot and is_called_bot then 1 end) as bigint)
            as accused
    from judged

)

select
    caught,
    missed,
    accused
from final
