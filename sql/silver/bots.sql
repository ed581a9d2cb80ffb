-- Visitors that are programs, and how that shows:
-- 'user agent'  the browser says so (bot, crawler, spider, headless, a script
--               library), phones named Cubot apart;
-- 'pace'        a session of at least 30 events at one or more a second, or of
--               300 at one or more in five seconds: nobody reads so fast;
-- 'volume'      a session of more than 2,000 events;
-- 'rhythm'      a session of more than 20 events whose pauses are all but equal
--               (their deviation at most a quarter of their mean);
-- 'sweep'       a session of at least 20 product views, hardly one of a product
--               seen before and most in other categories: people stay in a
--               category and go back; nothing else but lists, no search, no cart.
-- A visitor who ever bought is judged by the user agent only.
-- grain: one row per visitor that is a bot
-- key: visitor_id
-- scope: visitor
-- rows: 1 in 1000
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

-- few sessions are long enough to be looked at closely
long_session_events as (

    select
        e.visitor_id,
        e.session_id,
        e.event_type,
        e.page_type,
        e.product_id,
        e.category,
        e.is_first_of_session,
        -- no square of it is too large, however long a tracker's session
        case
            when e.seconds_since_previous > 3600 then 3600000
            else cast(floor(e.seconds_since_previous * 1000) as bigint)
        end as pause_ms
    from silver.events as e
    inner join session_paces as s on e.session_id = s.session_id
    where s.events >= 20

),

long_sessions as (

    select
        visitor_id,
        session_id,
        count(pause_ms) as pauses,
        -- whole numbers, so that the sums are the same in any order
        cast(sum(pause_ms) as double) as pause_sum,
        cast(sum(pause_ms * pause_ms) as double) as pause_square_sum,
        sum(case when event_type = 'product_view' then 1 else 0 end) as views,
        sum(
            case
                when event_type = 'product_view' then 0
                when event_type = 'page_view' and page_type = 'category' then 0
                else 1
            end
        ) as other_events,
        -- a session's first view of each product
        sum(
            case
                when
                    event_type = 'product_view'
                    and is_first_of_session
                    and product_id is not null
                    then 1
                else 0
            end
        ) as products
    from long_session_events
    group by visitor_id, session_id

),

-- Categories are counted as rows, which costs far less than distinct counts.
session_categories as (

    select
        session_id,
        count(*) as categories
    from (
        select distinct
            session_id,
            category
        from long_session_events
        where event_type = 'product_view' and category is not null
    ) as different_categories
    group by session_id

),

watched as (

    select
        s.visitor_id,
        max(
            case
                when
                    s.pauses >= 20
                    and s.pauses * s.pause_square_sum
                    <= 1.0625 * s.pause_sum * s.pause_sum
                    then 1
                else 0
            end
        ) as is_regular,
        max(
            case
                when
                    s.views >= 20
                    and s.other_events = 0
                    and s.products * 10 >= s.views * 9
                    and coalesce(c.categories, 0) * 3 >= least(s.views, 30)
                    then 1
                else 0
            end
        ) as is_sweeping
    from long_sessions as s
    left join session_categories as c on s.session_id = c.session_id
    group by s.visitor_id

),

observed as (

    select
        paces.visitor_id,
        case
            when paces.is_hasty = 1 then 'pace'
            when paces.is_bulky = 1 then 'volume'
            when watched.is_regular = 1 then 'rhythm'
            else 'sweep'
        end as bot_reason,
        2 as priority
    from visitor_paces as paces
    left join watched on paces.visitor_id = watched.visitor_id
    where
        paces.purchases = 0
        and (
            paces.is_hasty = 1
            or paces.is_bulky = 1
            or watched.is_regular = 1
            or watched.is_sweeping = 1
        )

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
