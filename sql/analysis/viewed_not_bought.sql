-- question: Which products are looked at often and hardly ever bought?
-- read: missed_sessions is how many more sessions would have bought it, had
--     it converted as the whole range does: the first rows are the ones to
--     look at (price, pictures, stock).
-- topic: Products
-- grain: one row per product
-- key: product_id
-- param min_sessions: products viewed in fewer sessions are left out
-- param top_n: how many products to show
with

parameters as (

    select
        cast(30 as integer) as min_sessions,
        cast(10 as integer) as top_n

),

range as (

    select
        sum(buying_sessions) as buying_sessions,
        sum(viewing_sessions) as viewing_sessions
    from gold.dim_product_metrics

),

missed as (

    select
        metrics.product_id,
        metrics.viewing_sessions,
        metrics.cart_sessions,
        metrics.buying_sessions,
        cast(metrics.viewing_sessions * range.buying_sessions as numeric(18, 4))
        / range.viewing_sessions
        - metrics.buying_sessions as missed_sessions
    from gold.dim_product_metrics as metrics
    cross join range
    where
        range.viewing_sessions > 0
        and metrics.viewing_sessions >= (select min_sessions from parameters)

),

ranked as (

    select
        *,
        row_number() over (
            order by
                cast(missed_sessions as numeric(18, 2)) desc,
                viewing_sessions desc,
                md5(product_id)
        ) as place
    from missed

),

final as (

    select
        cast(ranked.place as bigint) as place,
        ranked.product_id,
        products.product_name,
        products.category_l1,
        products.current_price,
        products.stock,
        ranked.viewing_sessions,
        ranked.cart_sessions,
        ranked.buying_sessions,
        cast(ranked.missed_sessions as numeric(18, 2)) as missed_sessions
    from ranked
    inner join gold.dim_products as products
        on ranked.product_id = products.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
