-- Whom revenue is owed to: the orders' revenue shared among the visits that led
-- to them, by five models. Filter on one model; over models it repeats.
-- grain: one row per order_date, model, channel_group, utm_source, utm_medium,
--     utm_campaign and referrer_host
-- key: order_date, model, channel_group, utm_source, utm_medium, utm_campaign,
--     referrer_host
-- reader: Tableau
-- columns:
--     order_date     date     dimension
--     model          text     dimension
--     channel_group  text     dimension
--     utm_source     text     dimension
--     utm_medium     text     dimension
--     utm_campaign   text     dimension
--     referrer_host  text     dimension
--     touches        bigint   sum
--     credit         numeric  sum  money
-- ratios:
--     Revenue per touch:  credit / touches  money

create view analytics.vw_tableau_channel_attribution as

with

credits as (

    select * from gold.agg_attribution_daily

),

channels as (

    select * from gold.dim_channel

),

final as (

    select
        credits.order_date,
        credits.model,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        channels.referrer_host,
        credits.touches,
        credits.credit
    from credits
    inner join channels on credits.channel_key = channels.channel_key

)

select * from final;

comment on view analytics.vw_tableau_channel_attribution is
    'Revenue by the channel it is owed to, for five attribution models: one row per order_date, model, channel_group, utm_source, utm_medium, utm_campaign and referrer_host. Without bots. Filter on one model.';
comment on column analytics.vw_tableau_channel_attribution.order_date is
    'Day of the orders, in the business time zone.';
comment on column analytics.vw_tableau_channel_attribution.model is
    'first, last, last_non_direct, linear or position_based; filter on one.';
comment on column analytics.vw_tableau_channel_attribution.channel_group is
    'Channel group by the rules of Google Analytics 4; Not recorded where the log has no referrer.';
comment on column analytics.vw_tableau_channel_attribution.utm_source is
    'Campaign source; (none) where empty.';
comment on column analytics.vw_tableau_channel_attribution.utm_medium is
    'Campaign medium; (none) where empty.';
comment on column analytics.vw_tableau_channel_attribution.utm_campaign is
    'Campaign name; (none) where empty.';
comment on column analytics.vw_tableau_channel_attribution.referrer_host is
    'Host that the visit came from; (none) where empty.';
comment on column analytics.vw_tableau_channel_attribution.touches is
    'Visits that orders are owed to, the same in every model. Additive within one model.';
comment on column analytics.vw_tableau_channel_attribution.credit is
    'Revenue owed to the channel, in the configured currency. Additive within one model.';
