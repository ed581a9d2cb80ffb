-- question: What is a customer worth, from the smallest to the largest?
-- read: At percentile 50, half of the buyers have brought this much or less
--     (net of refunds, so far). share_of_revenue is what all up to there
--     bring together: at 90, what is missing to 1 is carried by the best
--     tenth.
-- topic: Customers
-- grain: one row per percentile
-- key: percentile
with

buyers as (

    select
        net_revenue,
        row_number() over (order by net_revenue) as place,
        count(*) over () as buyers,
        sum(net_revenue) over (
            order by net_revenue rows between unbounded preceding and current row
        ) as running_revenue,
        sum(net_revenue) over () as all_revenue
    from gold.dim_users
    where orders > 0

),

steps as (

    select column1 as percentile
    from (values (10), (25), (50), (75), (90), (95), (99), (100)) as steps

),

final as (

    select
        cast(steps.percentile as integer) as percentile,
        cast(buyers.place as bigint) as buyers_up_to,
        cast(buyers.net_revenue as numeric(18, 2)) as lifetime_value,
        cast(
            cast(buyers.running_revenue as numeric(18, 4)) / nullif(buyers.all_revenue, 0)
            as numeric(9, 4)
        ) as share_of_revenue
    from steps
    -- nearest rank: the smallest value that so many hundredths do not exceed
    inner join buyers
        on (steps.percentile * buyers.buyers + 99) / 100 = buyers.place

)

select *
from final
order by percentile
