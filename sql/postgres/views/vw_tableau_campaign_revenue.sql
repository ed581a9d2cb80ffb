-- What each campaign brings, by its UTM tags: sessions with their orders by the
-- day the session began, and revenue by the day of the order under five
-- attribution models, side by side.
-- grain: one row per date, channel_group, utm_source, utm_medium and
--     utm_campaign
-- key: date, channel_group, utm_source, utm_medium, utm_campaign
-- reader: Tableau
-- columns:
--     date                     date     dimension
--     channel_group            text     dimension
--     utm_source               text     dimension
--     utm_medium               text     dimension
--     utm_campaign             text     dimension
--     sessions                 bigint   sum
--     bounced_sessions         bigint   sum
--     new_visitor_sessions     bigint   sum
--     converted_sessions       bigint   sum
--     orders                   bigint   sum
--     priced_orders            bigint   sum
--     session_revenue          numeric  sum  money
--     first_revenue            numeric  sum  money
--     last_revenue             numeric  sum  money
--     last_non_direct_revenue  numeric  sum  money
--     linear_revenue           numeric  sum  money
--     position_based_revenue   numeric  sum  money
-- ratios:
--     Conversion:           converted_sessions / sessions    percent
--     Average order value:  session_revenue / priced_orders  money
--     Bounce rate:          bounced_sessions / sessions      percent
--     Revenue per session:  session_revenue / sessions       money

create view analytics.vw_tableau_campaign_revenue as

with

sessions as (

    select * from gold.agg_session_daily

),

credits as (

    select * from gold.agg_attribution_daily

),

channels as (

    select * from gold.dim_channel

),

sessions_by_day as (

    select
        session_date as date,
        channel_key,
        sum(sessions) as sessions,
        sum(bounced_sessions) as bounced_sessions,
        sum(case when is_new_visitor then sessions else 0 end)
            as new_visitor_sessions,
        sum(converted_sessions) as converted_sessions,
        sum(orders) as orders,
        sum(priced_orders) as priced_orders,
        sum(revenue) as session_revenue,
        0 as first_revenue,
        0 as last_revenue,
        0 as last_non_direct_revenue,
        0 as linear_revenue,
        0 as position_based_revenue
    from sessions
    group by session_date, channel_key

),

credits_by_day as (

    select
        order_date as date,
        channel_key,
        0 as sessions,
        0 as bounced_sessions,
        0 as new_visitor_sessions,
        0 as converted_sessions,
        0 as orders,
        0 as priced_orders,
        0 as session_revenue,
        coalesce(
            sum(credit) filter (where model = 'first'), 0
        ) as first_revenue,
        coalesce(
            sum(credit) filter (where model = 'last'), 0
        ) as last_revenue,
        coalesce(
            sum(credit) filter (where model = 'last_non_direct'), 0
        ) as last_non_direct_revenue,
        coalesce(
            sum(credit) filter (where model = 'linear'), 0
        ) as linear_revenue,
        coalesce(
            sum(credit) filter (where model = 'position_based'), 0
        ) as position_based_revenue
    from credits
    group by order_date, channel_key

),

-- Two facts side by side, never joined: a day may have one without the other.
days as (

    select * from sessions_by_day
    union all
    select * from credits_by_day

),

final as (

    select
        days.date,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign,
        sum(days.sessions)::bigint as sessions,
        sum(days.bounced_sessions)::bigint as bounced_sessions,
        sum(days.new_visitor_sessions)::bigint as new_visitor_sessions,
        sum(days.converted_sessions)::bigint as converted_sessions,
        sum(days.orders)::bigint as orders,
        sum(days.priced_orders)::bigint as priced_orders,
        sum(days.session_revenue) as session_revenue,
        sum(days.first_revenue) as first_revenue,
        sum(days.last_revenue) as last_revenue,
        sum(days.last_non_direct_revenue) as last_non_direct_revenue,
        sum(days.linear_revenue) as linear_revenue,
        sum(days.position_based_revenue) as position_based_revenue
    from days
    inner join channels on days.channel_key = channels.channel_key
    group by
        days.date,
        channels.channel_group,
        channels.utm_source,
        channels.utm_medium,
        channels.utm_campaign

)

select * from final;

comment on view analytics.vw_tableau_campaign_revenue is
    'What each campaign brings: one row per date, channel_group, utm_source, utm_medium and utm_campaign. Without bots. Conversion = sum(converted_sessions) / sum(sessions); of the five revenues by model use one at a time.';
comment on column analytics.vw_tableau_campaign_revenue.date is
    'Day of the sessions and of the orders, each its own, in the business time zone.';
comment on column analytics.vw_tableau_campaign_revenue.channel_group is
    'Channel group by the rules of Google Analytics 4; Not recorded where the log has no referrer.';
comment on column analytics.vw_tableau_campaign_revenue.utm_source is
    'Campaign source; (none) where empty.';
comment on column analytics.vw_tableau_campaign_revenue.utm_medium is
    'Campaign medium; (none) where empty.';
comment on column analytics.vw_tableau_campaign_revenue.utm_campaign is
    'Campaign name; (none) where empty.';
comment on column analytics.vw_tableau_campaign_revenue.sessions is
    'Sessions from the campaign. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.bounced_sessions is
    'Sessions of a single event. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.new_visitor_sessions is
    'Sessions that are the first of their visitor. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.converted_sessions is
    'Sessions with an order. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.orders is
    'Orders of the sessions. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.priced_orders is
    'Orders with at least one priced line. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.session_revenue is
    'Gross revenue of the sessions'' orders, by the day the session began, in the configured currency. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.first_revenue is
    'Revenue owed to the campaign by the day of the order, all to the first visit, in the configured currency. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.last_revenue is
    'Revenue owed to the campaign by the day of the order, all to the visit of the order, in the configured currency. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.last_non_direct_revenue is
    'Revenue owed to the campaign by the day of the order, all to the last visit that came from somewhere, in the configured currency. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.linear_revenue is
    'Revenue owed to the campaign by the day of the order, in equal shares, in the configured currency. Additive.';
comment on column analytics.vw_tableau_campaign_revenue.position_based_revenue is
    'Revenue owed to the campaign by the day of the order, 40% to the first visit, 40% to the last, 20% to those between, in the configured currency. Additive.';
