-- The identity bridge, the one place where accounts are stitched: a visitor's
-- customer is its last known account, else the visitor itself ('v:' || id).
-- The customer of any fact row f with its visitor v is
-- coalesce(f.user_id, v.customer_id). A refund, done by the server in the name
-- of an earlier buyer, never decides who the visitor is.
-- grain: one row per visitor (device or cookie)
-- key: visitor_id
-- scope: visitor
-- rows: 100 in 1000
-- watched: is_bot, first_session_id
-- reader: every table and view that counts customers or leaves bots out

with

events as (

    select
        visitor_id,
        user_id,
        session_id,
        event_id,
        event_date,
        event_time,
        event_time_us,
        event_rank
    from silver.events

),

lives as (

    select
        visitor_id,
        min(event_date) as first_any_date,
        min(event_time) as first_any_at,
        max(event_time) as last_any_at,
        min(case when session_id is not null then event_date end)
            as first_visit_date,
        min(case when session_id is not null then event_time end)
            as first_visit_at,
        max(case when session_id is not null then event_time end)
            as last_visit_at
    from events
    group by visitor_id

),

known_events as (

    select *
    from events
    where user_id is not null and session_id is not null

),

accounts as (

    select
        visitor_id,
        count(*) as accounts_seen
    from (
        select distinct
            visitor_id,
            user_id
        from known_events
    ) as visitor_accounts
    group by visitor_id

),

numbered_accounts as (

    select
        visitor_id,
        user_id,
        row_number() over (
            partition by visitor_id
            order by event_time_us desc, event_rank desc, event_id desc
        ) as number_from_end
    from known_events

),

numbered_sessions as (

    select
        visitor_id,
        session_id,
        device_key,
        channel_key,
        row_number() over (
            partition by visitor_id
            order by session_start_us, session_id
        ) as session_number
    from silver.session_origins

),

final as (

    select
        cast(lives.visitor_id as string) as visitor_id,
        cast(
            coalesce(last_account.user_id, 'v:' || lives.visitor_id) as string
        ) as customer_id,
        cast(last_account.user_id as string) as user_id,
        cast(coalesce(accounts.accounts_seen, 0) as int) as accounts_seen,
        cast(bots.visitor_id is not null as boolean) as is_bot,
        cast(bots.bot_reason as string) as bot_reason,
        cast(first_session.session_id as bigint) as first_session_id,
        cast(coalesce(lives.first_visit_date, lives.first_any_date) as date)
            as first_seen_date,
        coalesce(lives.first_visit_at, lives.first_any_at) as first_seen_at,
        coalesce(lives.last_visit_at, lives.last_any_at) as last_seen_at,
        cast(coalesce(first_session.channel_key, -1) as bigint)
            as first_channel_key,
        cast(coalesce(first_session.device_key, -1) as bigint)
            as first_device_key
    from lives
    left join accounts on lives.visitor_id = accounts.visitor_id
    left join numbered_accounts as last_account
        on
            lives.visitor_id = last_account.visitor_id
            and last_account.number_from_end = 1
    left join numbered_sessions as first_session
        on
            lives.visitor_id = first_session.visitor_id
            and first_session.session_number = 1
    left join silver.bots on lives.visitor_id = bots.visitor_id

)

select *
from final
