-- question: Which products turn those who look at them into buyers?
-- read: conversion = sessions that bought it / sessions that viewed it, over
--     its whole life. Products of few viewing sessions (min_sessions) are
--     left out: 1 of 2 is no 50%. It may pass 1 where a log has purchases
--     without views.
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

ranked as (

    select
        *,
        row_number() over (
            order by
                cast(buying_sessions as numeric(18, 4)) / viewing_sessions desc,
                viewing_sessions desc,
                md5(product_id)
        ) as place
    from gold.dim_product_metrics
    where
        viewing_sessions > 0
        and viewing_sessions >= (select min_sessions from parameters)

),

final as (

    select
        cast(ranked.place as bigint) as place,
        ranked.product_id,
        products.product_name,
        products.category_l1,
        products.current_price,
        ranked.viewing_sessions,
        ranked.cart_sessions,
        ranked.buying_sessions,
        cast(
            cast(ranked.buying_sessions as numeric(18, 4)) / nullif(ranked.viewing_sessions, 0)
            as numeric(9, 4)
        ) as conversion,
        ranked.revenue
    from ranked
    inner join gold.dim_products as products
        on ranked.product_id = products.product_id
    where ranked.place <= (select top_n from parameters)

)

select *
from final
order by place
