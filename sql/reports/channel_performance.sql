-- Which channels bring the visits, and which the revenue?
-- grain: one row per channel group
-- key: channel_group
-- reader: report/channel_performance
with

sessions as (

    select * from gold.agg_session_daily

),

channels as (

    select * from gold.dim_channel

),

final as (

    select
        cast(coalesce(channels.channel_group, '(unknown)') as string)
            as channel_group,
        cast(sum(sessions.sessions) as bigint) as sessions,
        cast(sum(sessions.converted_sessions) as bigint)
            as converted_sessions,
        cast(sum(sessions.orders) as bigint) as orders,
        cast(sum(coalesce(sessions.revenue, 0)) as double) as revenue

    from sessions
    left join channels on sessions.channel_key = channels.channel_key
    group by coalesce(channels.channel_group, '(unknown)')

)

select * from final
order by sessions desc, channel_group
