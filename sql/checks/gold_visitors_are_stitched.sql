-- check: a visitor's customer is its last known account, else the visitor itself, and dim_users knows it as such.
-- layer: gold

select
    visitors.visitor_id,
    visitors.customer_id,
    visitors.user_id,
    users.is_known
from gold.dim_visitors as visitors
inner join gold.dim_users as users
    on visitors.customer_id = users.customer_id
where
    visitors.customer_id
    <> coalesce(visitors.user_id, 'v:' || visitors.visitor_id)
    or (visitors.user_id is null) <> (visitors.accounts_seen = 0)
    or users.is_known <> (visitors.user_id is not null)
    or visitors.is_bot <> (visitors.bot_reason is not null)
