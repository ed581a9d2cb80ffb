-- A product's life in numbers, over all days, bots left out. Every product has
-- a row. Sessions, orders and visitors are counted once per product: they do
-- not add up over products.
-- grain: one row per product
-- key: product_id
-- reader: product ranking, affinity and recommendation work

with

-- The few bots are sought out: to look up every event's visitor costs far more.
bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

product_events as (

    select f.*
    from gold.fact_events as f
    where
        f.product_id is not null
        and not exists (
            select 1
            from bots
            where bots.visitor_id = f.visitor_id
        )

),

totals as (

    select
        product_id,
        sum(case when event_type = 'product_view' then 1 else 0 end) as views,
        sum(case when event_type = 'add_to_cart' then 1 else 0 end) as adds,
        sum(case when event_type = 'remove_from_cart' then 1 else 0 end)
            as removes,
        sum(purchase_lines) as purchase_lines,
        sum(case when purchase_lines = 1 then quantity else 0 end) as units,
        sum(case when event_type = 'refund' then quantity else 0 end)
            as refund_units,
        sum(
            case
                when event_type = 'product_view' and is_first_of_session then 1
                else 0
            end
        ) as viewing_sessions,
        sum(
            case
                when event_type = 'add_to_cart' and is_first_of_session then 1
                else 0
            end
        ) as cart_sessions,
        sum(
            case
                when purchase_lines = 1 and is_first_of_session then 1
                else 0
            end
        ) as buying_sessions,
        sum(case when is_first_of_visitor then 1 else 0 end) as visitors,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount
    from product_events
    group by product_id

),

order_counts as (

    select
        product_id,
        count(*) as orders_containing
    from (
        select distinct
            product_id,
            order_id
        from product_events
        where purchase_lines = 1 and order_id is not null
    ) as product_orders
    group by product_id

),

numbered_sales as (

    select
        product_id,
        unit_price,
        row_number() over (
            partition by product_id
            order by event_time_us desc, event_id desc
        ) as number_from_end
    from product_events
    where purchase_lines = 1 and unit_price is not null

),

final as (

    select
        cast(products.product_id as string) as product_id,
        cast(coalesce(totals.views, 0) as bigint) as views,
        cast(coalesce(totals.adds, 0) as bigint) as adds,
        cast(coalesce(totals.removes, 0) as bigint) as removes,
        cast(coalesce(totals.purchase_lines, 0) as bigint) as purchase_lines,
        cast(coalesce(totals.units, 0) as bigint) as units,
        cast(coalesce(totals.refund_units, 0) as bigint) as refund_units,
        cast(coalesce(totals.viewing_sessions, 0) as bigint)
            as viewing_sessions,
        cast(coalesce(totals.cart_sessions, 0) as bigint) as cart_sessions,
        cast(coalesce(totals.buying_sessions, 0) as bigint)
            as buying_sessions,
        cast(coalesce(order_counts.orders_containing, 0) as bigint)
            as orders_containing,
        cast(coalesce(totals.visitors, 0) as bigint) as visitors,
        cast(coalesce(totals.revenue, 0) as decimal(18, 2)) as revenue,
        cast(coalesce(totals.refund_amount, 0) as decimal(18, 2))
            as refund_amount,
        cast(last_sale.unit_price as decimal(12, 2)) as last_paid_price
    from gold.dim_products as products
    left join totals on products.product_id = totals.product_id
    left join order_counts on products.product_id = order_counts.product_id
    left join numbered_sales as last_sale
        on
            products.product_id = last_sale.product_id
            and last_sale.number_from_end = 1

)

select *
from final
order by product_id
