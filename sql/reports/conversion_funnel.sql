-- Where between the first page and the order do sessions stop?
-- grain: one row per kind of funnel and step
-- key: funnel_kind, step_number
-- reader: report/conversion_funnel
with

sessions as (

    select * from gold.agg_session_daily

),

totals as (

    select
        sum(sessions.sessions) as sessions,
        sum(sessions.events) as events,
        sum(sessions.product_views) as product_views,
        sum(sessions.adds) as adds,
        sum(sessions.checkouts) as checkouts,
        sum(sessions.purchase_lines) as purchase_lines,
        sum(sessions.reached_product_view) as reached_product_view,
        sum(sessions.reached_cart) as reached_cart,
        sum(sessions.reached_checkout) as reached_checkout,
        sum(sessions.reached_purchase) as reached_purchase,
        sum(sessions.strict_product_view) as strict_product_view,
        sum(sessions.strict_cart) as strict_cart,
        sum(sessions.strict_checkout) as strict_checkout,
        sum(sessions.strict_purchase) as strict_purchase

    from sessions

),

-- reached: the step or any later one was seen, so that an order without a
-- cart counts; strict: every step in its order. The two are never mixed.
-- events: how often the step itself was recorded; 0 where a source does not
-- know it.
steps as (

    select
        'reached' as funnel_kind,
        1 as step_number,
        'All sessions' as step_name,
        totals.events as events,
        totals.sessions as sessions
    from totals

    union all

    select
        'reached',
        2,
        'Product view',
        totals.product_views,
        totals.reached_product_view
    from totals

    union all

    select
        'reached',
        3,
        'Cart',
        totals.adds,
        totals.reached_cart
    from totals

    union all

    select
        'reached',
        4,
        'Checkout',
        totals.checkouts,
        totals.reached_checkout
    from totals

    union all

    select
        'reached',
        5,
        'Order',
        totals.purchase_lines,
        totals.reached_purchase
    from totals

    union all

    select
        'strict',
        1,
        'All sessions',
        totals.events,
        totals.sessions
    from totals

    union all

    select
        'strict',
        2,
        'Product view',
        totals.product_views,
        totals.strict_product_view
    from totals

    union all

    select
        'strict',
        3,
        'Cart',
        totals.adds,
        totals.strict_cart
    from totals

    union all

    select
        'strict',
        4,
        'Checkout',
        totals.checkouts,
        totals.strict_checkout
    from totals

    union all

    select
        'strict',
        5,
        'Order',
        totals.purchase_lines,
        totals.strict_purchase
    from totals

),

final as (

    select
        cast(steps.funnel_kind as string) as funnel_kind,
        cast(steps.step_number as bigint) as step_number,
        cast(steps.step_name as string) as step_name,
        cast(coalesce(steps.events, 0) as bigint) as events,
        cast(coalesce(steps.sessions, 0) as bigint) as sessions

    from steps

)

select * from final
order by funnel_kind, step_number
