-- What gold says of a visitor that is not so: its account, which is the last
-- one it was known by, and its arm of the experiment, which is one for good.
-- Visitors who were damaged on the way are left out.
-- grain: one row per visitor and untruth
-- key: visitor_id, what
-- reader: the truth check

with

damaged as (

    select visitor_id
    from truth.defects
    where not is_repaired

    union

    select seen_as as visitor_id
    from truth.defects
    where not is_repaired

),

undamaged as (

    select
        visitor_id,
        user_id as owner,
        variant
    from truth.visitors
    where visitor_id not in (select visitor_id from damaged)

),

numbered_accounts as (

    select
        visitor_id,
        user_id,
        row_number() over (
            partition by visitor_id
            order by session_start desc
        ) as number_from_end
    from truth.sessions
    where user_id is not null

),

found as (

    select
        visitor_id,
        user_id
    from gold.dim_visitors

),

arms as (

    select
        visitor_id,
        min(variant) as first_variant,
        max(variant) as last_variant
    from silver.events
    where session_id is not null
    group by visitor_id

),

untruths as (

    select
        'account' as what,
        undamaged.visitor_id
    from undamaged
    left join numbered_accounts as account
        on
            undamaged.visitor_id = account.visitor_id
            and account.number_from_end = 1
    left join found on undamaged.visitor_id = found.visitor_id
    where
        coalesce(account.user_id, '') <> coalesce(found.user_id, '')
        or coalesce(found.user_id, undamaged.owner, '')
        <> coalesce(undamaged.owner, '')

    union all

    select
        'arm' as what,
        undamaged.visitor_id
    from undamaged
    left join arms on undamaged.visitor_id = arms.visitor_id
    where
        coalesce(arms.first_variant, '') <> undamaged.variant
        or coalesce(arms.last_variant, '') <> undamaged.variant

),

final as (

    select
        what,
        cast(visitor_id as string) as visitor_id,
        '' as happened
    from untruths

)

select
    what,
    visitor_id,
    happened
from final
order by what, visitor_id
