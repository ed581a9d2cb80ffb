-- What products were looked at and bought, by the day of the event, bots left
-- out: gold.agg_product_daily, split by the session's device and channel.
-- Money is in cents.
-- grain: one row per stretch of time, device, channel and item of page.product
-- key: detail, device, channel, item, category
-- reader: page (categories, top products)
with

calendar as (

    select * from page.calendar

),

devices as (

    select * from page.device

),

channels as (

    select * from page.channel

),

products as (

    select * from page.product

),

bots as (

    select * from gold.dim_visitors
    where is_bot

),

events as (

    select * from gold.fact_events
    where product_id is not null

),

-- narrow keys first: the names come to few rows
counted as (

    select
        events.event_date,
        events.device_key,
        events.channel_key,
        events.product_id,
        sum(case when events.event_type = 'product_view' then 1 else 0 end)
            as views,
        sum(case when events.event_type = 'add_to_cart' then 1 else 0 end)
            as adds,
        sum(case when events.purchase_lines = 1 then events.quantity else 0 end)
            as units,
        sum(events.revenue) as revenue
    from events
    left join bots on events.visitor_id = bots.visitor_id
    where bots.visitor_id is null
    group by
        events.event_date,
        events.device_key,
        events.channel_key,
        events.product_id

),

final as (

    select
        cast(calendar.detail as date) as detail,
        cast(coalesce(devices.device, '(unknown)') as string) as device,
        cast(coalesce(channels.channel, '(unknown)') as string) as channel,
        cast(products.item as string) as item,
        cast(products.category as string) as category,
        cast(sum(counted.views) as bigint) as views,
        cast(sum(counted.adds) as bigint) as adds,
        cast(sum(counted.units) as bigint) as units,
        cast(sum(counted.revenue) * 100 as bigint) as revenue_cents

    from counted
    inner join calendar on counted.event_date = calendar.date
    inner join products on counted.product_id = products.product_id
    left join devices on counted.device_key = devices.device_key
    left join channels on counted.channel_key = channels.channel_key
    group by
        calendar.detail,
        coalesce(devices.device, '(unknown)'),
        coalesce(channels.channel, '(unknown)'),
        products.item,
        products.category

)

select * from final
where views + adds + units > 0 or revenue_cents <> 0
order by detail, device, channel, item, category
