-- Which products earn most, and how well do their views turn into orders?
-- grain: one row per product, the best twelve
-- key: product_id
-- reader: report/product_performance
with

daily as (

    select * from gold.agg_product_daily

),

-- sessions add up over days but for those that go over midnight, which have
-- a day on each side
metrics as (

    select
        daily.product_id,
        sum(coalesce(daily.revenue, 0)) as revenue,
        sum(daily.units) as units,
        sum(daily.views) as views,
        sum(daily.viewing_sessions) as viewing_sessions,
        sum(daily.buying_sessions) as buying_sessions

    from daily
    group by daily.product_id

),

-- the catalogue, seen or not; the row for what was not recorded is no product
catalogue as (

    select count(*) as all_products
    from gold.dim_products
    where product_id <> '(unknown)'

),

products as (

    select * from gold.dim_products

),

-- the totals stand on every row, so that shares are of all products
ranked as (

    select
        metrics.product_id,
        case
            when products.product_name <> metrics.product_id
                then products.product_name
            when products.brand <> '(unknown)'
                then products.brand || ' ' || metrics.product_id
            else 'Product ' || metrics.product_id
        end as product_name,
        coalesce(products.category_l1, '(unknown)') as category,
        coalesce(metrics.revenue, 0) as revenue,
        coalesce(metrics.units, 0) as units,
        coalesce(metrics.views, 0) as views,
        coalesce(metrics.viewing_sessions, 0) as viewing_sessions,
        coalesce(metrics.buying_sessions, 0) as buying_sessions,
        sum(coalesce(metrics.revenue, 0)) over () as all_revenue,
        sum(coalesce(metrics.units, 0)) over () as all_units,
        sum(coalesce(metrics.views, 0)) over () as all_views,
        catalogue.all_products,
        row_number() over (
            order by
                coalesce(metrics.revenue, 0) desc,
                coalesce(metrics.units, 0) desc,
                coalesce(metrics.views, 0) desc,
                metrics.product_id
        ) as place

    from metrics
    inner join products on metrics.product_id = products.product_id
    cross join catalogue

),

final as (

    select
        cast(ranked.product_id as string) as product_id,
        cast(ranked.product_name as string) as product_name,
        cast(ranked.category as string) as category,
        cast(ranked.revenue as double) as revenue,
        cast(ranked.units as bigint) as units,
        cast(ranked.views as bigint) as views,
        cast(ranked.viewing_sessions as bigint) as viewing_sessions,
        cast(ranked.buying_sessions as bigint) as buying_sessions,
        cast(ranked.all_revenue as double) as all_revenue,
        cast(ranked.all_units as bigint) as all_units,
        cast(ranked.all_views as bigint) as all_views,
        cast(ranked.all_products as bigint) as all_products,
        cast(ranked.place as bigint) as place

    from ranked
    where ranked.place <= 12

)

select * from final
order by place
