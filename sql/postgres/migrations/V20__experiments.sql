-- Experiments. Compared as a whole, after the dimensions.

create table gold.agg_experiment (
    experiment text not null,
    variant text not null,
    visitors bigint not null,
    converted_visitors bigint not null,
    mixed_visitors bigint not null,
    sessions bigint not null,
    converted_sessions bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    primary key (experiment, variant)
);

comment on table gold.agg_experiment is 'What each variant of an experiment brought. Without bots.';
comment on column gold.agg_experiment.experiment is 'Name of the experiment.';
comment on column gold.agg_experiment.variant is 'Variant: a session has that of its first event.';
comment on column gold.agg_experiment.visitors is 'Visitors who saw this variant and no other.';
comment on column gold.agg_experiment.converted_visitors is 'Of these, who placed an order.';
comment on column gold.agg_experiment.mixed_visitors is
    'Visitors who saw other variants too; in no other figure. Not additive.';
comment on column gold.agg_experiment.sessions is 'Sessions of the visitors. Additive.';
comment on column gold.agg_experiment.converted_sessions is 'Sessions with an order. Additive.';
comment on column gold.agg_experiment.orders is 'Orders that began in these sessions. Additive.';
comment on column gold.agg_experiment.revenue is 'Their revenue before refunds, configured currency. Additive.';
