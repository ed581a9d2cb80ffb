-- question: Which channels are orders owed to, by which way of counting?
-- read: Each column spreads the same revenue by another rule, so columns have
--     equal sums. A channel strong in first and weak in last brings people
--     who buy later by another way; cutting it by its last-click figure would
--     be a mistake.
-- topic: Channels and devices
-- grain: one row per channel group
-- key: channel_group
-- param since: the first day that counts
-- param until: the last day that counts
with

parameters as (

    select
        cast('1900-01-01' as date) as since,
        cast('2999-12-31' as date) as until

),

credits as (

    select
        channels.channel_group,
        sum(case when credits.model = 'first' then credits.credit else 0 end) as first_touch,
        sum(case when credits.model = 'last' then credits.credit else 0 end) as last_touch,
        sum(case when credits.model = 'last_non_direct' then credits.credit else 0 end)
            as last_non_direct,
        sum(case when credits.model = 'linear' then credits.credit else 0 end) as linear,
        sum(case when credits.model = 'position_based' then credits.credit else 0 end)
            as position_based
    from gold.agg_attribution_daily as credits
    inner join gold.dim_channel as channels on credits.channel_key = channels.channel_key
    where
        credits.order_date >= (select since from parameters)
        and credits.order_date <= (select until from parameters)
    group by channels.channel_group

),

final as (

    select
        channel_group,
        cast(first_touch as numeric(18, 2)) as first_touch,
        cast(last_touch as numeric(18, 2)) as last_touch,
        cast(last_non_direct as numeric(18, 2)) as last_non_direct,
        cast(linear as numeric(18, 2)) as linear,
        cast(position_based as numeric(18, 2)) as position_based
    from credits

)

select *
from final
order by position_based desc, md5(channel_group)
