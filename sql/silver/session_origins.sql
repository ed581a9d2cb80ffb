-- What a session is told by: its first event decides device, channel, place
-- and entry (never a later one), its last known account decides the user.
-- A channel key of -1 says that the source records neither referrer nor utm;
-- a source that records them and sends nothing means a direct visit.
-- grain: one row per session
-- key: session_id
-- scope: visitor
-- rows: 150 in 1000
-- reader: silver.bots, gold.dim_device, gold.dim_channel, gold.dim_visitors,
--         gold.fact_events, gold.fact_orders, gold.fact_sessions

with

session_events as (

    select *
    from silver.events
    where session_id is not null

),

first_events as (

    select
        session_id,
        session_date,
        session_start_us,
        event_hour,
        source,
        visitor_id,
        {{ clean("device_type") }} as device_type,
        {{ clean("browser") }} as browser,
        {{ clean("os") }} as os,
        user_agent,
        {{ clean("country") }} as country,
        {{ clean("city") }} as city,
        page_type,
        page_url,
        referrer is null
            and utm_source is null
            and utm_medium is null
            and utm_campaign is null as is_channel_unrecorded,
        lower({{ clean("utm_source") }}) as utm_source,
        lower({{ clean("utm_medium") }}) as utm_medium,
        {{ clean("utm_campaign") }} as utm_campaign,
        {{ given(url_host("referrer")) }} as referrer_host,
        {{ given(url_host("page_url")) }} as own_host
    from session_events
    where event_sequence = 1

),

-- An account may be observed on any event of the session; the last one stays.
last_known as (

    select
        session_id,
        max(event_sequence) as event_sequence
    from session_events
    where user_id is not null
    group by session_id

),

session_accounts as (

    select
        last_known.session_id,
        session_events.user_id
    from last_known
    inner join session_events
        on
            last_known.session_id = session_events.session_id
            and last_known.event_sequence = session_events.event_sequence

),

-- A referrer on the shop's own host is no origin: the visit was cut in two.
origins as (

    select
        session_id,
        session_date,
        session_start_us,
        event_hour,
        source,
        visitor_id,
        user_agent,
        country,
        city,
        page_type,
        page_url,
        device_type is null
            and browser is null
            and os is null as is_device_unrecorded,
        coalesce(device_type, '(unknown)') as device_type,
        coalesce(browser, '(unknown)') as browser,
        coalesce(os, '(unknown)') as os,
        is_channel_unrecorded,
        coalesce(utm_source, '(none)') as utm_source,
        coalesce(utm_medium, '(none)') as utm_medium,
        coalesce(utm_campaign, '(none)') as utm_campaign,
        case
            when referrer_host = own_host then '(none)'
            else coalesce(referrer_host, '(none)')
        end as referrer_host
    from first_events

),

keyed as (

    select
        *,
        case
            when is_device_unrecorded then -1
            else {{ hash60(
                "device_type || chr(31) || browser || chr(31) || os"
            ) }}
        end as device_key,
        case
            when is_channel_unrecorded then -1
            else {{ hash60(
                "utm_source || chr(31) || utm_medium"
                ~ " || chr(31) || utm_campaign || chr(31) || referrer_host"
            ) }}
        end as channel_key
    from origins

),

final as (

    select
        cast(keyed.session_id as bigint) as session_id,
        cast(keyed.session_date as date) as session_date,
        cast(keyed.session_start_us as bigint) as session_start_us,
        cast(keyed.event_hour as smallint) as session_start_hour,
        cast(keyed.source as string) as source,
        cast(keyed.visitor_id as string) as visitor_id,
        cast(session_accounts.user_id as string) as user_id,
        cast(keyed.user_agent as string) as user_agent,
        cast(keyed.device_key as bigint) as device_key,
        cast(keyed.device_type as string) as device_type,
        cast(keyed.browser as string) as browser,
        cast(keyed.os as string) as os,
        cast(keyed.channel_key as bigint) as channel_key,
        cast(keyed.utm_source as string) as utm_source,
        cast(keyed.utm_medium as string) as utm_medium,
        cast(keyed.utm_campaign as string) as utm_campaign,
        cast(keyed.referrer_host as string) as referrer_host,
        cast(coalesce(keyed.country, '(unknown)') as string) as country,
        cast(coalesce(keyed.city, '(unknown)') as string) as city,
        cast(keyed.page_type as string) as entry_page_type,
        cast(keyed.page_url as string) as entry_url
    from keyed
    left join session_accounts on keyed.session_id = session_accounts.session_id

)

select *
from final
