with totals as (
select f.session_date, d.device_type, c.channel_group, f.country, f.session_id = v.first_session_id as is_new, count(*) as n, sum(f.reached_product_view) as reached_product_view, sum(f.reached_cart) as reached_cart, sum(f.reached_checkout) as reached_checkout, sum(f.reached_purchase) as reached_purchase, sum(f.strict_product_view) as strict_product_view, sum(f.strict_cart) as strict_cart, sum(f.strict_checkout) as strict_checkout, sum(f.strict_purchase) as strict_purchase
from gold.fact_sessions as f inner join gold.dim_visitors as v on f.visitor_id = v.visitor_id and not v.is_bot
inner join gold.dim_device as d on f.device_key = d.device_key
inner join gold.dim_channel as c on f.channel_key = c.channel_key
group by f.session_date, d.device_type, c.channel_group, f.country, f.session_id = v.first_session_id
)
select session_date, device_type, channel_group, country, is_new, 'reached' as kind, 1 as i, 'Session' as name, n as at, cast(null as bigint) as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'reached' as kind, 2 as i, 'Product view' as name, reached_product_view as at, n as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'reached' as kind, 3 as i, 'Cart' as name, reached_cart as at, reached_product_view as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'reached' as kind, 4 as i, 'Checkout' as name, reached_checkout as at, reached_cart as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'reached' as kind, 5 as i, 'Purchase' as name, reached_purchase as at, reached_checkout as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'strict' as kind, 1 as i, 'Session' as name, n as at, cast(null as bigint) as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'strict' as kind, 2 as i, 'Product view' as name, strict_product_view as at, n as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'strict' as kind, 3 as i, 'Cart' as name, strict_cart as at, strict_product_view as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'strict' as kind, 4 as i, 'Checkout' as name, strict_checkout as at, strict_cart as before, n as alls from totals
union all
select session_date, device_type, channel_group, country, is_new, 'strict' as kind, 5 as i, 'Purchase' as name, strict_purchase as at, strict_checkout as before, n as alls from totals
