-- How far customers get along the configured steps within the configured
-- window, over all their sessions and devices. Filter on one funnel_kind.
-- grain: one row per entry_date, funnel_kind and step_number
-- key: entry_date, funnel_kind, step_number
-- reader: Tableau
-- columns:
--     entry_date                date     dimension
--     funnel_kind               text     dimension
--     step_number               integer  dimension
--     step_name                 text     dimension
--     entries                   bigint   sum
--     entries_at_previous_step  bigint   sum
--     entries_at_first_step     bigint   sum
--     is_complete               boolean  dimension
-- ratios:
--     Step conversion:       entries / entries_at_previous_step  percent
--     Share of all entries:  entries / entries_at_first_step     percent
-- filters:
--     funnel_kind: reached

create view analytics.vw_tableau_customer_funnel as

with

steps as (

    select * from gold.agg_funnel_daily

),

final as (

    select
        entry_date,
        funnel_kind,
        step_number::integer as step_number,
        step as step_name,
        entries,
        lag(entries) over one_funnel as entries_at_previous_step,
        first_value(entries) over one_funnel as entries_at_first_step,
        is_complete
    from steps
    window
        one_funnel as (
            partition by entry_date, funnel_kind
            order by step_number
        )

)

select * from final;

comment on view analytics.vw_tableau_customer_funnel is
    'Customers along the configured steps: one row per entry_date, funnel_kind and step_number. Without bots. Filter on one funnel_kind; step conversion = sum(entries) / sum(entries_at_previous_step), with the step in view.';
comment on column analytics.vw_tableau_customer_funnel.entry_date is
    'Day of the first step, in the business time zone.';
comment on column analytics.vw_tableau_customer_funnel.funnel_kind is
    'strict: each step after the one before it; reached: the step or any later one.';
comment on column analytics.vw_tableau_customer_funnel.step_number is '1 for the first step.';
comment on column analytics.vw_tableau_customer_funnel.step_name is 'The step, an event type.';
comment on column analytics.vw_tableau_customer_funnel.entries is
    'Entries that came to the step. Additive within a step and kind.';
comment on column analytics.vw_tableau_customer_funnel.entries_at_previous_step is
    'Entries that came to the step before; null on the first. Additive within a step and kind.';
comment on column analytics.vw_tableau_customer_funnel.entries_at_first_step is
    'All entries. Additive within a step and kind.';
comment on column analytics.vw_tableau_customer_funnel.is_complete is
    'The window of the day''s entries has passed.';
