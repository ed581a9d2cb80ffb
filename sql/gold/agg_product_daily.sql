-- Products by day of the event, bots left out. Prices are those shown or
-- charged that day (refunds apart): the price history. Session and order counts
-- are distinct: they add up neither over products nor over days.
-- grain: one row per day and product with an event
-- key: date, product_id
-- scope: day
-- reader: product view, gold.agg_category_metrics

with

-- The few bots are sought out: to look up every event's visitor costs far more.
bots as (

    select visitor_id
    from gold.dim_visitors
    where is_bot

),

product_events as (

    select
        f.*,
        case when f.event_type <> 'refund' then f.unit_price end as price
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
        event_date,
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
        cast(sum(price) * 100 as bigint) as price_cents,
        cast(nullif(count(price), 0) as bigint) as prices,
        sum(
            case
                when event_type = 'product_view' and is_first_of_day then 1
                else 0
            end
        ) as viewing_sessions,
        sum(case when purchase_lines = 1 and is_first_of_day then 1 else 0 end)
            as buying_sessions
    from product_events
    group by event_date, product_id

),

order_counts as (

    select
        event_date,
        product_id,
        count(*) as orders_containing
    from (
        select distinct
            event_date,
            product_id,
            order_id
        from product_events
        where purchase_lines = 1 and order_id is not null
    ) as product_orders
    group by event_date, product_id

),

-- The average price in whole cents, half a cent up: in integers, for the last
-- bit of a double would decide it otherwise.
averages as (

    select
        *,
        (
            2 * price_cents + prices
            - (2 * price_cents + prices) % (2 * prices)
        ) / (2 * prices) as avg_cents
    from totals

),

final as (

    select
        cast(totals.event_date as date) as date,
        cast(totals.product_id as string) as product_id,
        cast(totals.views as bigint) as views,
        cast(totals.adds as bigint) as adds,
        cast(totals.removes as bigint) as removes,
        cast(totals.units as bigint) as units,
        cast(totals.refund_units as bigint) as refund_units,
        cast(totals.purchase_lines as bigint) as purchase_lines,
        cast(totals.revenue as decimal(18, 2)) as revenue,
        cast(totals.refund_amount as decimal(18, 2)) as refund_amount,
        cast(totals.min_price as decimal(12, 2)) as min_price,
        cast(totals.max_price as decimal(12, 2)) as max_price,
        cast(
            cast(totals.avg_cents as decimal(18, 0))
            * cast(0.01 as decimal(3, 2)) as decimal(12, 2)
        ) as avg_price,
        cast(totals.viewing_sessions as bigint) as viewing_sessions,
        cast(totals.buying_sessions as bigint) as buying_sessions,
        cast(coalesce(order_counts.orders_containing, 0) as bigint)
            as orders_containing
    from averages as totals
    left join order_counts
        on
            totals.event_date = order_counts.event_date
            and totals.product_id = order_counts.product_id

)

select *
from final
order by date, product_id
