-- How many buyers came lately and often, and what have they brought?
-- grain: one row per recency score and frequency score
-- key: r_score, f_score
-- reader: report/rfm_grid
with

users as (

    select * from gold.dim_users

),

final as (

    select
        cast(users.r_score as bigint) as r_score,
        cast(users.f_score as bigint) as f_score,
        cast(max(users.as_of_date) as date) as as_of_date,
        cast(count(*) as bigint) as customers,
        cast(sum(coalesce(users.orders, 0)) as bigint) as orders,
        cast(sum(coalesce(users.revenue, 0)) as double) as revenue,
        cast(max(users.rfm_segment) as string) as rfm_segment

    from users
    where users.r_score is not null and users.f_score is not null
    group by users.r_score, users.f_score

)

select * from final
order by r_score, f_score
