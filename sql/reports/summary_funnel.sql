-- How many sessions reach each step, a later one included.
-- grain: one row
-- key: none
-- reader: report/note
with

sessions as (

    select * from gold.agg_session_daily

),

-- events of a step: 0 where a source does not know it
final as (

    select
        cast(coalesce(sum(sessions.product_views), 0) as bigint)
            as product_views,
        cast(coalesce(sum(sessions.adds), 0) as bigint) as adds,
        cast(coalesce(sum(sessions.checkouts), 0) as bigint) as checkouts,
        cast(coalesce(sum(sessions.reached_product_view), 0) as bigint)
            as reached_product_view,
        cast(coalesce(sum(sessions.reached_cart), 0) as bigint)
            as reached_cart,
        cast(coalesce(sum(sessions.reached_checkout), 0) as bigint)
            as reached_checkout,
        cast(coalesce(sum(sessions.reached_purchase), 0) as bigint)
            as reached_purchase

    from sessions

)

select * from final
