-- What each category did on each day. Sessions are counted for the category:
-- one that views two products of it is one viewing session.
-- grain: one row per date, category_l1 and category_l2
-- key: date, category_l1, category_l2
-- reader: Tableau
-- columns:
--     date              date     dimension
--     category_l1       text     dimension
--     category_l2       text     dimension
--     views             bigint   sum
--     adds              bigint   sum
--     removes           bigint   sum
--     purchase_lines    bigint   sum
--     units             bigint   sum
--     viewing_sessions  bigint   avg
--     buying_sessions   bigint   avg
--     revenue           numeric  sum  money
--     refund_units      bigint   sum
--     refund_amount     numeric  sum  money
-- ratios:
--     Buying per viewing session:  buying_sessions / viewing_sessions  percent
--     Revenue per view:            revenue / views                     money
--     Refund rate:                 refund_amount / revenue             percent

create view analytics.vw_tableau_category_performance as

with

categories as (

    select * from gold.agg_category_metrics

),

final as (

    select
        date,
        category_l1,
        category_l2,
        views,
        adds,
        removes,
        purchase_lines,
        units,
        viewing_sessions,
        buying_sessions,
        revenue,
        refund_units,
        refund_amount
    from categories

)

select * from final;

comment on view analytics.vw_tableau_category_performance is
    'What each category did on each day: one row per date, category_l1 and category_l2. Without bots. Conversion at this grain = buying_sessions / viewing_sessions.';
comment on column analytics.vw_tableau_category_performance.date is
    'The day, in the business time zone.';
comment on column analytics.vw_tableau_category_performance.category_l1 is
    'First level of the category; (unknown) where there is none.';
comment on column analytics.vw_tableau_category_performance.category_l2 is
    'Second level of the category; (unknown) where there is none.';
comment on column analytics.vw_tableau_category_performance.views is 'Product views. Additive.';
comment on column analytics.vw_tableau_category_performance.adds is
    'Additions to a cart, events. Additive.';
comment on column analytics.vw_tableau_category_performance.removes is
    'Removals from a cart, events. Additive.';
comment on column analytics.vw_tableau_category_performance.purchase_lines is
    'Order lines. Additive.';
comment on column analytics.vw_tableau_category_performance.units is 'Pieces sold. Additive.';
comment on column analytics.vw_tableau_category_performance.viewing_sessions is
    'Sessions that viewed a product of it. Not additive over categories and days.';
comment on column analytics.vw_tableau_category_performance.buying_sessions is
    'Sessions that bought a product of it. Not additive over categories and days.';
comment on column analytics.vw_tableau_category_performance.revenue is
    'Gross revenue before refunds, in the configured currency. Additive.';
comment on column analytics.vw_tableau_category_performance.refund_units is
    'Pieces refunded. Additive.';
comment on column analytics.vw_tableau_category_performance.refund_amount is
    'Refunds, in the configured currency. Additive.';
