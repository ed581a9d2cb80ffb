-- What each product is viewed and brings in the days of the report.
-- grain: one row per product
-- key: product_id
-- reader: report/note
with

daily as (

    select * from gold.agg_product_daily

),

products as (

    select * from gold.dim_products

),

-- sessions add up over days but for those that go over midnight, which have
-- a day on each side
metrics as (

    select
        daily.product_id,
        sum(daily.viewing_sessions) as viewing_sessions,
        sum(daily.buying_sessions) as buying_sessions,
        sum(coalesce(daily.revenue, 0)) as revenue

    from daily
    group by daily.product_id

),

final as (

    select
        cast(products.product_id as string) as product_id,
        cast(coalesce(products.product_name, products.product_id) as string)
            as product_name,
        cast(coalesce(metrics.viewing_sessions, 0) as bigint)
            as viewing_sessions,
        cast(coalesce(metrics.buying_sessions, 0) as bigint)
            as buying_sessions,
        cast(coalesce(metrics.revenue, 0) as double) as revenue

    from products
    left join metrics on products.product_id = metrics.product_id
    -- the row for products that were not recorded is no product
    where products.product_id <> '(unknown)'

)

select * from final
order by revenue desc, viewing_sessions desc, product_id
