-- Which categories are looked at, and which earn?
-- grain: one row per category, on the highest level that tells two apart
-- key: category
-- reader: report/category_performance
with

metrics as (

    select * from gold.agg_category_metrics

),

-- a shop of one branch is told apart by the level below it
levels as (

    select count(distinct metrics.category_l1) as first_levels
    from metrics
    where metrics.category_l1 <> '(unknown)'

),

named as (

    select
        case
            when levels.first_levels <= 1 and metrics.category_l2 <> '(unknown)'
                then metrics.category_l2
            else coalesce(metrics.category_l1, '(unknown)')
        end as category,
        metrics.views,
        metrics.purchase_lines,
        metrics.units,
        metrics.revenue

    from metrics
    cross join levels

),

final as (

    select
        cast(named.category as string) as category,
        cast(sum(named.views) as bigint) as views,
        cast(sum(named.purchase_lines) as bigint) as purchase_lines,
        cast(sum(named.units) as bigint) as units,
        cast(sum(coalesce(named.revenue, 0)) as double) as revenue

    from named
    group by named.category

)

select * from final
order by revenue desc, purchase_lines desc, views desc, category
