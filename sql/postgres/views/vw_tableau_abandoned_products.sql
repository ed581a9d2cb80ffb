-- What was left in abandoned carts, by product.
-- grain: one row per session_date and product_id left in a cart
-- key: session_date, product_id
-- reader: Tableau
-- columns:
--     session_date            date     dimension
--     product_id              text     dimension
--     product_name            text     dimension
--     category_l1             text     dimension
--     brand                   text     dimension
--     abandoned_sessions      bigint   avg
--     abandoned_units         bigint   sum
--     potential_lost_revenue  numeric  sum  money
-- ratios:
--     Value per piece left:  potential_lost_revenue / abandoned_units  money

create view analytics.vw_tableau_abandoned_products as

with

carts as (

    select * from gold.agg_cart_product_daily

),

products as (

    select * from gold.dim_products

),

final as (

    select
        carts.session_date,
        carts.product_id,
        products.product_name,
        products.category_l1,
        products.brand,
        carts.abandoned_sessions,
        carts.abandoned_units,
        carts.potential_lost_revenue
    from carts
    inner join products on carts.product_id = products.product_id

)

select * from final;

comment on view analytics.vw_tableau_abandoned_products is
    'What was left in abandoned carts: one row per session_date and product_id. Without bots.';
comment on column analytics.vw_tableau_abandoned_products.session_date is
    'Day the sessions began, in the business time zone.';
comment on column analytics.vw_tableau_abandoned_products.product_id is 'The product.';
comment on column analytics.vw_tableau_abandoned_products.product_name is
    'Name; null for a product seen in events only.';
comment on column analytics.vw_tableau_abandoned_products.category_l1 is
    'First level of the category; (unknown) where there is none.';
comment on column analytics.vw_tableau_abandoned_products.brand is
    'Brand; (unknown) where there is none.';
comment on column analytics.vw_tableau_abandoned_products.abandoned_sessions is
    'Abandoned sessions that left it. Not additive over products.';
comment on column analytics.vw_tableau_abandoned_products.abandoned_units is
    'Pieces left. Additive.';
comment on column analytics.vw_tableau_abandoned_products.potential_lost_revenue is
    'Value left, in the configured currency; a later session may still buy. Additive.';
