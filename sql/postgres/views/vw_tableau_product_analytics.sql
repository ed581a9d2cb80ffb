-- What each product did on each day.
-- grain: one row per date and product_id
-- key: date, product_id
-- reader: Tableau
-- columns:
--     date               date     dimension
--     product_id         text     dimension
--     product_name       text     dimension
--     category           text     dimension
--     category_l1        text     dimension
--     category_l2        text     dimension
--     category_l3        text     dimension
--     brand              text     dimension
--     current_price      numeric  avg  money
--     avg_price          numeric  avg  money
--     views              bigint   sum
--     adds               bigint   sum
--     removes            bigint   sum
--     purchase_lines     bigint   sum
--     units              bigint   sum
--     viewing_sessions   bigint   avg
--     buying_sessions    bigint   avg
--     orders_containing  bigint   avg
--     revenue            numeric  sum  money
--     refund_units       bigint   sum
--     refund_amount      numeric  sum  money
-- ratios:
--     Buying per viewing session:  buying_sessions / viewing_sessions  percent
--     Revenue per view:            revenue / views                     money
--     Price per piece sold:        revenue / units                     money
--     Refund rate:                 refund_amount / revenue             percent

create view analytics.vw_tableau_product_analytics as

with

days as (

    select * from gold.agg_product_daily

),

products as (

    select * from gold.dim_products

),

final as (

    select
        days.date,
        days.product_id,
        products.product_name,
        products.category,
        products.category_l1,
        products.category_l2,
        products.category_l3,
        products.brand,
        products.current_price,
        days.avg_price,
        days.views,
        days.adds,
        days.removes,
        days.purchase_lines,
        days.units,
        days.viewing_sessions,
        days.buying_sessions,
        days.orders_containing,
        days.revenue,
        days.refund_units,
        days.refund_amount
    from days
    inner join products on days.product_id = products.product_id

)

select * from final;

comment on view analytics.vw_tableau_product_analytics is
    'What each product did on each day: one row per date and product_id. Without bots. Conversion at this grain = buying_sessions / viewing_sessions.';
comment on column analytics.vw_tableau_product_analytics.date is
    'The day, in the business time zone.';
comment on column analytics.vw_tableau_product_analytics.product_id is 'The product.';
comment on column analytics.vw_tableau_product_analytics.product_name is
    'Name; null for a product seen in events only.';
comment on column analytics.vw_tableau_product_analytics.category is 'Dotted path of the category.';
comment on column analytics.vw_tableau_product_analytics.category_l1 is
    'First level of the category.';
comment on column analytics.vw_tableau_product_analytics.category_l2 is
    'Second level of the category.';
comment on column analytics.vw_tableau_product_analytics.category_l3 is
    'Third level of the category; (unknown) where there is none.';
comment on column analytics.vw_tableau_product_analytics.brand is
    'Brand; (unknown) where there is none.';
comment on column analytics.vw_tableau_product_analytics.current_price is
    'Catalogue price now, in the configured currency. Prices of sales are in the facts.';
comment on column analytics.vw_tableau_product_analytics.avg_price is
    'Average unit price charged or shown on the day, in the configured currency. Not additive.';
comment on column analytics.vw_tableau_product_analytics.views is 'Product views. Additive.';
comment on column analytics.vw_tableau_product_analytics.adds is
    'Additions to a cart, events. Additive.';
comment on column analytics.vw_tableau_product_analytics.removes is
    'Removals from a cart, events. Additive.';
comment on column analytics.vw_tableau_product_analytics.purchase_lines is 'Order lines. Additive.';
comment on column analytics.vw_tableau_product_analytics.units is 'Pieces sold. Additive.';
comment on column analytics.vw_tableau_product_analytics.viewing_sessions is
    'Sessions that viewed it. Not additive over products and days.';
comment on column analytics.vw_tableau_product_analytics.buying_sessions is
    'Sessions that bought it. Not additive over products and days.';
comment on column analytics.vw_tableau_product_analytics.orders_containing is
    'Orders with it. Not additive over products and days.';
comment on column analytics.vw_tableau_product_analytics.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_product_analytics.refund_units is
    'Pieces refunded. Additive.';
comment on column analytics.vw_tableau_product_analytics.refund_amount is
    'Refunds, in the configured currency. Additive.';
