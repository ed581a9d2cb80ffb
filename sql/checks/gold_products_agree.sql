-- check: a product's life is the sum of its days, and distinct counts stay within what they count.
-- layer: gold

with

days as (

    select
        product_id,
        sum(views) as views,
        sum(adds) as adds,
        sum(removes) as removes,
        sum(units) as units,
        sum(refund_units) as refund_units,
        sum(purchase_lines) as purchase_lines,
        sum(revenue) as revenue,
        sum(refund_amount) as refund_amount,
        max(viewing_sessions) as viewing_sessions,
        max(
            case
                when viewing_sessions > views then 1
                when buying_sessions > purchase_lines then 1
                when orders_containing > purchase_lines then 1
                when min_price > max_price then 1
                when avg_price < min_price or avg_price > max_price then 1
                else 0
            end
        ) as is_implausible
    from gold.agg_product_daily
    group by product_id

)

select
    metrics.product_id,
    metrics.revenue,
    days.revenue as daily_revenue
from gold.dim_product_metrics as metrics
left join days on metrics.product_id = days.product_id
where
    metrics.views <> coalesce(days.views, 0)
    or metrics.adds <> coalesce(days.adds, 0)
    or metrics.removes <> coalesce(days.removes, 0)
    or metrics.units <> coalesce(days.units, 0)
    or metrics.refund_units <> coalesce(days.refund_units, 0)
    or metrics.purchase_lines <> coalesce(days.purchase_lines, 0)
    or metrics.revenue <> coalesce(days.revenue, 0)
    or metrics.refund_amount <> coalesce(days.refund_amount, 0)
    or metrics.viewing_sessions < coalesce(days.viewing_sessions, 0)
    or metrics.viewing_sessions > metrics.views
    or coalesce(days.is_implausible, 0) = 1
