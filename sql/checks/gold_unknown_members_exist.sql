-- check: the members for what is not recorded are rows of their dimensions.
-- layer: gold

with

expected as (

    select
        'dim_device' as table_name,
        count(*) as members
    from gold.dim_device
    where device_key = -1
    union all
    select
        'dim_channel' as table_name,
        count(*) as members
    from gold.dim_channel
    where channel_key = -1
    union all
    select
        'dim_products' as table_name,
        count(*) as members
    from gold.dim_products
    where product_id = '(unknown)'

)

select
    table_name,
    members
from expected
where members <> 1
