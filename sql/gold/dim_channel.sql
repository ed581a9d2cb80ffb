-- Channels: where a session came from, as its first event tells, grouped as
-- Google Analytics 4 does by default
-- (https://support.google.com/analytics/answer/9756891).
-- utm parameters win over the referrer; a source without either is Direct.
-- Key -1 'Not recorded' is a log without such columns, which is not Direct.
-- Change rules_version with the rules: history is then regrouped as a whole.
-- grain: one row per source, medium, campaign and referrer host
-- key: channel_key
-- reader: every view with a channel; attribution

with

origins as (

    select distinct
        channel_key,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer_host
    from silver.session_origins
    where channel_key <> -1

),

known as (

    select
        name,
        category
    from silver.known_channels

),

-- The name that stands for the origin: the tagged source, else the referrer.
sourced as (

    select
        *,
        case
            when utm_source <> '(none)' then utm_source
            else referrer_host
        end as channel_source,
        utm_source = '(none)'
            and utm_medium = '(none)'
            and utm_campaign = '(none)' as is_untagged
    from origins

),

sources as (

    select distinct channel_source
    from sourced

),

matches as (

    select
        sources.channel_source,
        known.category,
        row_number() over (
            partition by sources.channel_source
            order by length(known.name) desc, known.name
        ) as match_number
    from sources
    inner join known
        on contains(
            '.' || sources.channel_source || '.', '.' || known.name || '.'
        )

),

described as (

    select
        sourced.*,
        coalesce(matches.category, 'none') as category,
        sourced.utm_medium like '%cp%'
            or sourced.utm_medium in ('ppc', 'retargeting')
            or sourced.utm_medium like 'paid%' as is_paid_medium
    from sourced
    left join matches
        on
            sourced.channel_source = matches.channel_source
            and matches.match_number = 1

),

grouped as (

    select
        *,
        case
            when
                is_untagged and referrer_host = '(none)'
                then 'Direct'
            when
                utm_source = '(direct)'
                and utm_medium in ('(none)', '(not set)')
                then 'Direct'
            when
                lower(utm_campaign) like '%cross-network%'
                then 'Cross-network'
            when
                is_paid_medium
                and (
                    category = 'shopping'
                    or lower(utm_campaign) like '%shop%'
                )
                then 'Paid Shopping'
            when is_paid_medium and category = 'search' then 'Paid Search'
            when is_paid_medium and category = 'social' then 'Paid Social'
            when is_paid_medium and category = 'video' then 'Paid Video'
            when
                utm_medium in (
                    'display', 'banner', 'expandable', 'interstitial', 'cpm'
                )
                then 'Display'
            when is_paid_medium then 'Paid Other'
            when
                utm_medium in ('affiliate', 'affiliates', 'partner')
                then 'Affiliates'
            when
                utm_medium in (
                    'email', 'e-mail', 'e_mail', 'e mail', 'newsletter'
                )
                then 'Email'
            when utm_medium in ('sms', 'text') then 'SMS'
            when
                utm_medium like '%push'
                or utm_medium like '%mobile%'
                or utm_medium like '%notification%'
                then 'Mobile Push Notifications'
            when utm_medium = 'audio' then 'Audio'
            when
                utm_medium in (
                    'social',
                    'social-network',
                    'social-media',
                    'social_media',
                    'sm',
                    'social network',
                    'social media'
                )
                then 'Organic Social'
            when category = 'shopping' then 'Organic Shopping'
            when category = 'social' then 'Organic Social'
            when
                category = 'video' or utm_medium like '%video%'
                then 'Organic Video'
            when category = 'email' then 'Email'
            when category = 'affiliate' then 'Affiliates'
            when category = 'sms' then 'SMS'
            when
                category = 'search' or utm_medium = 'organic'
                then 'Organic Search'
            when
                utm_medium in ('referral', 'app', 'link')
                then 'Referral'
            when is_untagged then 'Referral'
            else 'Unassigned'
        end as channel_group
    from described

),

members as (

    select
        channel_key,
        utm_source,
        utm_medium,
        utm_campaign,
        referrer_host,
        channel_group
    from grouped
    union all
    select
        -1 as channel_key,
        '(none)' as utm_source,
        '(none)' as utm_medium,
        '(none)' as utm_campaign,
        '(none)' as referrer_host,
        'Not recorded' as channel_group

),

final as (

    select
        cast(channel_key as bigint) as channel_key,
        cast(utm_source as string) as utm_source,
        cast(utm_medium as string) as utm_medium,
        cast(utm_campaign as string) as utm_campaign,
        cast(referrer_host as string) as referrer_host,
        cast(channel_group as string) as channel_group,
        cast(channel_group = 'Direct' as boolean) as is_direct,
        cast(
            channel_group like 'Paid %'
            or channel_group in ('Display', 'Cross-network')
            as boolean
        ) as is_paid,
        cast('ga4-2025.1' as string) as rules_version
    from members

)

select *
from final
order by channel_key
