-- Channels: where a session came from, as its first event tells, grouped as
-- Google Analytics 4 does by default
-- (https://support.google.com/analytics/answer/9756891).
-- utm parameters win over the referrer; a visit without either is Direct.
-- Key -1 'Not recorded' is a log without such columns, which is not Direct.
-- Only the rules for tagged traffic are here: a log does not tell the networks
-- of Google's own ads. rules_version is that of silver.known_channels.
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
        category,
        scope
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
            and utm_campaign = '(none)' as is_untagged,
        lower(utm_campaign) as campaign
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
    where
        known.scope = 'domain'
        or known.name = sources.channel_source

),

described as (

    select
        sourced.*,
        coalesce(matches.category, 'none') as category
    from sourced
    left join matches
        on
            sourced.channel_source = matches.channel_source
            and matches.match_number = 1

),

-- What the rules call the medium. Without tags it follows from the referrer:
-- a search engine brings organic visits, any other site a referral.
mediated as (

    select
        *,
        case
            when utm_medium <> '(none)' then utm_medium
            when not is_untagged then '(not set)'
            when channel_source = '(none)' then '(none)'
            when category = 'search' then 'organic'
            else 'referral'
        end as medium
    from described

),

judged as (

    select
        *,
        {{ matches("medium", "^(.*cp.*|ppc|retargeting|paid.*)$") }}
            as is_paid_medium,
        {{ matches("campaign", "^(.*(([^a-df-z]|^)shop|shopping).*)$") }}
            as is_shopping_campaign
    from mediated

),

-- The published rules in the published order: the first that holds decides.
grouped as (

    select
        *,
        case
            when is_untagged and channel_source = '(none)' then 'Direct'
            when
                channel_source = '(direct)'
                and utm_medium in ('(none)', '(not set)')
                then 'Direct'
            when contains(campaign, 'cross-network') then 'Cross-network'
            when
                is_paid_medium
                and (category = 'shopping' or is_shopping_campaign)
                then 'Paid Shopping'
            when is_paid_medium and category = 'search' then 'Paid Search'
            when is_paid_medium and category = 'social' then 'Paid Social'
            when is_paid_medium and category = 'video' then 'Paid Video'
            when
                medium in (
                    'display', 'banner', 'expandable', 'interstitial', 'cpm'
                )
                then 'Display'
            when is_paid_medium then 'Paid Other'
            when category = 'shopping' or is_shopping_campaign
                then 'Organic Shopping'
            when
                category = 'social'
                or medium in (
                    'social',
                    'social-network',
                    'social-media',
                    'sm',
                    'social network',
                    'social media'
                )
                then 'Organic Social'
            when category = 'video' or contains(medium, 'video')
                then 'Organic Video'
            when category = 'search' or medium = 'organic'
                then 'Organic Search'
            when medium in ('referral', 'app', 'link') then 'Referral'
            when
                channel_source in ('email', 'e-mail', 'e_mail', 'e mail')
                or medium in ('email', 'e-mail', 'e_mail', 'e mail')
                then 'Email'
            when medium = 'affiliate' then 'Affiliates'
            when medium = 'audio' then 'Audio'
            when channel_source = 'sms' or medium = 'sms' then 'SMS'
            when
                medium like '%push'
                or contains(medium, 'mobile')
                or contains(medium, 'notification')
                or channel_source = 'firebase'
                then 'Mobile Push Notifications'
            else 'Unassigned'
        end as channel_group
    from judged

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

versions as (

    select max(rules_version) as rules_version
    from silver.known_channels

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
        cast(versions.rules_version as string) as rules_version
    from members
    cross join versions

)

select *
from final
order by channel_key
