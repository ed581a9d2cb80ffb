-- Visitors that are programs, and how that shows:
-- 'user agent'  the browser says so (bot, crawler, spider, headless, a script
--               library), phones named Cubot apart;
-- 'pace'        a session of at least 30 events at one or more a second, or of
--               300 at one or more in five seconds: nobody reads so fast;
-- 'volume'      a session of more than 2,000 events.
-- A visitor who ever bought is judged by the user agent only.
-- grain: one row per visitor that is a bot
-- key: visitor_id
-- scope: visitor
-- reader: gold.dim_visitors (is_bot stands there and nowhere else)

with

origins as (

    select
        visitor_id,
        lower(user_agent) as agent
    from silver.session_origins
    where user_agent is not null

),

agents as (

    select distinct
        visitor_id,
        agent
    from origins

),

declared as (

    select
        visitor_id,
        'user agent' as bot_reason,
        1 as priority
    from agents
    where
        (agent like '%bot%' and agent not like '%cubot%')
        or agent like '%crawl%'
        or agent like '%spider%'
        or agent like '%headless%'
        or agent like '%slurp%'
        or agent like '%scrapy%'
        or agent like '%phantomjs%'
        or agent like '%selenium%'
        or agent like '%puppeteer%'
        or agent like '%playwright%'
        or agent like '%lighthouse%'
        or agent like '%pingdom%'
        or agent like '%python-%'
        or agent like '%curl/%'
        or agent like '%wget/%'
        or agent like '%go-http-client%'
        or agent like '%okhttp%'
        or agent like '%java/%'
        or agent like '%libwww%'
        or agent like '%httpclient%'

),

session_paces as (

    select
        visitor_id,
        session_id,
        count(*) as events,
        max(event_time_us) - min(event_time_us) as duration_us,
        sum(case when event_type = 'purchase' then 1 else 0 end) as purchases
    from silver.events
    where session_id is not null
    group by visitor_id, session_id

),

visitor_paces as (

    select
        visitor_id,
        sum(purchases) as purchases,
        max(
            case
                when events >= 30 and duration_us <= events * 1000000 then 1
                when events >= 300 and duration_us <= events * 5000000 then 1
                else 0
            end
        ) as is_hasty,
        max(case when events > 2000 then 1 else 0 end) as is_bulky
    from session_paces
    group by visitor_id

),

observed as (

    select
        visitor_id,
        case when is_hasty = 1 then 'pace' else 'volume' end as bot_reason,
        2 as priority
    from visitor_paces
    where purchases = 0 and (is_hasty = 1 or is_bulky = 1)

),

suspects as (

    select * from declared
    union all
    select * from observed

),

ranked as (

    select
        visitor_id,
        bot_reason,
        row_number() over (
            partition by visitor_id
            order by priority, bot_reason
        ) as reason_number
    from suspects

),

final as (

    select
        cast(visitor_id as string) as visitor_id,
        cast(bot_reason as string) as bot_reason
    from ranked
    where reason_number = 1

)

select *
from final
