-- grain: one row: the days that the events cover
-- key: first_date
-- reader: gold.dim_date, gold.fact_daily_metrics, gold.dim_users
with events as (

    select
        min(event_date) as first_date,
        max(event_date) as last_date
    from silver.events

),

-- only a manifest can promise whole days; a log that says nothing may begin
-- and end anywhere
batches as (

    select
        min({{ us("covers_from") }}) as covers_from_us,
        max({{ us("covers_until") }}) as covers_until_us,
        count(*) - count(covers_from) as without_manifest
    from bronze.batches
    where kind = 'events'

),

final as (

    select
        events.first_date,
        events.last_date,
        coalesce($as_of_date, events.last_date) as as_of_date,
        coalesce(
            batches.without_manifest = 0
            and {{ local_us("batches.covers_from_us", "$time_zone") }}
            <= {{ us_of_date("events.first_date") }},
            false
        ) as first_day_complete,
        coalesce(
            batches.without_manifest = 0
            and {{ local_us("batches.covers_until_us", "$time_zone") }}
            >= {{ us_of_date(add_days("events.last_date", "1")) }},
            false
        ) as last_day_complete,
        $time_zone as time_zone
    from events
    cross join batches

)

select * from final
