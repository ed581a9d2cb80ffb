-- What the buyers of each segment have brought up to the day that the segments
-- are of, over all days of the data.
-- grain: one row per RFM segment with a buyer
-- key: rfm_segment
-- reader: report/note
with

users as (

    select * from gold.dim_users

),

final as (

    select
        cast(users.rfm_segment as string) as rfm_segment,
        cast(max(users.as_of_date) as date) as as_of_date,
        cast(count(*) as bigint) as buyers,
        cast(sum(coalesce(users.revenue, 0)) as double) as revenue

    from users
    where users.orders > 0
    group by users.rfm_segment

)

select * from final
order by revenue desc, rfm_segment
