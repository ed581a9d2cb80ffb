-- What to offer beside a product: up to ten others that share orders with it
-- more often than chance would have it. Support, confidence and lift are given,
-- for a pair is never summed.
-- grain: one row per product_id and recommendation_rank
-- key: product_id, recommendation_rank
-- reader: Tableau
-- columns:
--     product_id                text     dimension
--     product_name              text     dimension
--     category_l1               text     dimension
--     recommendation_rank       integer  dimension
--     recommended_product_id    text     dimension
--     recommended_product_name  text     dimension
--     recommended_category_l1   text     dimension
--     orders_both               bigint   avg
--     orders_product            bigint   avg
--     orders_recommended        bigint   avg
--     orders_all                bigint   avg
--     support                   double   avg  percent
--     confidence                double   avg  percent
--     lift                      double   avg  number
-- ratios:
--     Confidence over pairs:  orders_both / orders_product  percent

create view analytics.vw_tableau_product_recommendations as

with

recommendations as (

    select * from gold.agg_product_recommendations

),

products as (

    select * from gold.dim_products

),

final as (

    select
        recommendations.product_id,
        products.product_name,
        products.category_l1,
        recommendations.recommendation_rank,
        recommendations.recommended_product_id,
        recommended.product_name as recommended_product_name,
        recommended.category_l1 as recommended_category_l1,
        recommendations.orders_both,
        recommendations.orders_product,
        recommendations.orders_recommended,
        recommendations.orders_all,
        recommendations.support,
        recommendations.confidence,
        recommendations.lift
    from recommendations
    inner join products on recommendations.product_id = products.product_id
    inner join products as recommended
        on recommendations.recommended_product_id = recommended.product_id

)

select * from final;

comment on view analytics.vw_tableau_product_recommendations is
    'What to offer beside a product: one row per product_id and recommendation_rank, ten at most. Without bots. Support, confidence and lift of a pair are never summed.';
comment on column analytics.vw_tableau_product_recommendations.product_id is
    'The product looked at.';
comment on column analytics.vw_tableau_product_recommendations.product_name is
    'Its name; null for a product seen in events only.';
comment on column analytics.vw_tableau_product_recommendations.category_l1 is
    'First level of its category.';
comment on column analytics.vw_tableau_product_recommendations.recommendation_rank is
    '1 = offer this first.';
comment on column analytics.vw_tableau_product_recommendations.recommended_product_id is
    'The product to offer.';
comment on column analytics.vw_tableau_product_recommendations.recommended_product_name is
    'Its name; null for a product seen in events only.';
comment on column analytics.vw_tableau_product_recommendations.recommended_category_l1 is
    'First level of its category.';
comment on column analytics.vw_tableau_product_recommendations.orders_both is
    'Orders with both. Not additive.';
comment on column analytics.vw_tableau_product_recommendations.orders_product is
    'Orders with the product looked at. Not additive.';
comment on column analytics.vw_tableau_product_recommendations.orders_recommended is
    'Orders with the product to offer. Not additive.';
comment on column analytics.vw_tableau_product_recommendations.orders_all is
    'All orders. Never summed.';
comment on column analytics.vw_tableau_product_recommendations.support is
    'orders_both / orders_all, 0 to 1. Never summed.';
comment on column analytics.vw_tableau_product_recommendations.confidence is
    'orders_both / orders_product, 0 to 1: of those who buy the one, the share that buys the other. Never summed.';
comment on column analytics.vw_tableau_product_recommendations.lift is
    'How many times more often they share an order than by chance; above 1 here. Never summed.';
