-- What was left in abandoned carts, by product, bots left out. A session with
-- two products left counts once for each: abandoned_sessions does not add up
-- over products. Carts emptied by hand leave nothing and show nothing.
-- grain: one row per day of session and product left in a cart
-- key: session_date, product_id
-- scope: day
-- reader: abandonment charts and views

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

abandoned as (

    select
        f.session_id,
        f.session_date
    from gold.fact_sessions as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where f.abandoned_sessions = 1

),

final as (

    select
        cast(abandoned.session_date as date) as session_date,
        cast(lines.product_id as string) as product_id,
        cast(count(*) as bigint) as abandoned_sessions,
        cast(sum(lines.units_left) as bigint) as abandoned_units,
        cast(sum(lines.cart_value_end) as decimal(18, 2))
            as potential_lost_revenue
    from silver.session_cart_lines as lines
    inner join abandoned on lines.session_id = abandoned.session_id
    where lines.units_left > 0
    group by abandoned.session_date, lines.product_id

)

select *
from final
order by session_date, product_id
