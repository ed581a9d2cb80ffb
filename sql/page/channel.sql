-- The channel groups that the page tells apart: those with most sessions, up
-- to $channels of them; the rest are one.
-- grain: one row per channel
-- key: channel_key
-- reader: the queries beside this one, as page.channel
with

sessions as (

    select * from gold.agg_session_daily

),

channels as (

    select * from gold.dim_channel

),

ranked as (

    select
        channels.channel_group,
        row_number() over (
            order by
                sum(coalesce(sessions.sessions, 0)) desc,
                channels.channel_group
        ) as place

    from channels
    left join sessions on channels.channel_key = sessions.channel_key
    group by channels.channel_group

),

final as (

    select
        cast(channels.channel_key as bigint) as channel_key,
        cast(
            case
                when ranked.place <= cast($channels as bigint)
                    then channels.channel_group
                else 'Other channels'
            end as string
        ) as channel

    from channels
    inner join ranked on channels.channel_group = ranked.channel_group

)

select * from final
