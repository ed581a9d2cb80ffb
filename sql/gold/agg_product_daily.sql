-- Products by day of the event, bots left out. Prices are those shown or
-- charged that day (refunds apart): the price history. Session and order counts
-- are distinct: they add up neither over products nor over days.
-- grain: one row per day and product with an event
-- key: date, product_id
-- reader: product view, gold.agg_category_metrics

with

visitors as (

    select visitor_id
    from gold.dim_visitors
    where not is_bot

),

product_events as (

    select
        f.*,
        case when f.event_type <> 'refund' then f.unit_price end as price
    from gold.fact_events as f
    inner join visitors as v on f.visitor_id = v.visitor_id
    where f.product_id is not null

),

totals as (

    select
        event_date as date,
        product_id,
        sum(case when event_type = 'product_view' then 1 else 0 end) as views,
        sum(case when event_type = 'add_to_cart' then 1 else 0 end) as adds,
        sum(case when event_type = 'remove_from_cart' then 1 else 0 end)
            as removes,
        sum(case when purchase_lines = 1 then quantity else 0 end) as units,
        sum(case when event_type = 'refund' then quantity else 0 end)
            as refund_units,
        sum(purchase_lines) as purchase_lines,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount,
        min(price) as min_price,
        max(price) as max_price,
        cast(sum(price) as double) / cast(count(price) as double) as avg_price,
        count(
            distinct case when event_type = 'product_view' then session_id end
        ) as viewing_sessions,
        count(distinct case when purchase_lines = 1 then session_id end)
            as buying_sessions,
        count(distinct case when purchase_lines = 1 then order_id end)
            as orders_containing
    from product_events
    group by event_date, product_id

),

final as (

    select
        cast(date as date) as date,
        cast(product_id as string) as product_id,
        cast(views as bigint) as views,
        cast(adds as bigint) as adds,
        cast(removes as bigint) as removes,
        cast(units as bigint) as units,
        cast(refund_units as bigint) as refund_units,
        cast(purchase_lines as bigint) as purchase_lines,
        cast(revenue as decimal(18, 2)) as revenue,
        cast(refund_amount as decimal(18, 2)) as refund_amount,
        cast(min_price as decimal(12, 2)) as min_price,
        cast(max_price as decimal(12, 2)) as max_price,
        cast(round(avg_price, 2) as decimal(12, 2)) as avg_price,
        cast(viewing_sessions as bigint) as viewing_sessions,
        cast(buying_sessions as bigint) as buying_sessions,
        cast(orders_containing as bigint) as orders_containing
    from totals

)

select *
from final
order by date, product_id
