-- What an experiment's variants did. Compared as a whole, after the dimensions.

create table gold.agg_experiment_daily (
    exposure_date date not null,
    experiment text not null,
    variant text not null,
    visitors bigint not null,
    converted_visitors bigint not null,
    sessions bigint not null,
    converted_sessions bigint not null,
    orders bigint not null,
    revenue numeric(18, 2) not null,
    primary key (exposure_date, experiment, variant),
    foreign key (exposure_date) references gold.dim_date (date)
);

comment on table gold.agg_experiment_daily is
    'What the visitors of a variant did after they first saw it, by the day of that. Without bots.';
comment on column gold.agg_experiment_daily.exposure_date is
    'Day of the visitor''s first event that carries the experiment.';
comment on column gold.agg_experiment_daily.experiment is 'Name of the experiment.';
comment on column gold.agg_experiment_daily.variant is
    'Variant that the visitor saw; (several) = more than one, which tells of none.';
comment on column gold.agg_experiment_daily.visitors is
    'Visitors, each once in an experiment. Additive.';
comment on column gold.agg_experiment_daily.converted_visitors is
    'Of these, visitors with an order since. Additive.';
comment on column gold.agg_experiment_daily.sessions is
    'Their sessions since. Additive.';
comment on column gold.agg_experiment_daily.converted_sessions is
    'Of these, sessions with an order. Additive.';
comment on column gold.agg_experiment_daily.orders is 'Orders of these sessions. Additive.';
comment on column gold.agg_experiment_daily.revenue is
    'Gross revenue of these sessions'' orders, in the configured currency. Additive.';
