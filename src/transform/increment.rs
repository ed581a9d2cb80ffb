//! What a new batch touches, made anew; all else kept.
//!
//! A batch touches the visitors it has rows of, and those who share an event
//! or an order with them. All that depends on one visitor's rows only is made
//! anew from all rows of these visitors, and put in the place of what was
//! published of them; files in which that changes nothing stay. Days on which
//! a row changed are touched, and what depends on one day's rows only
//! (`-- scope: day`) is made anew for these. What depends on everybody is made
//! anew as a whole, from the facts.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use arrow::array::{AsArray, StringArray};
use chrono::NaiveDate;

use super::dialect::Dialect;
use super::mapping::{self, Batch};
use super::model::{Dealing, Model, Scope, Storage};
use super::run::Run;
use super::state::{Since, event_rows};
use super::{bucketed, run};
use crate::engine::{
    Alike, Buckets, Dealer, Dealt, Engine, Keys, LocalEngine, Merge, Merged, Params, same_rows,
};
use crate::error::{Error, Result};
use crate::lake::{Layer, TableRef};
use crate::schedule::{side_by_side, threads};
use crate::summary::{TableSummary, grouped};

/// The schema in which an engine sees tables as they were published.
const PUBLISHED: &str = "published";

/// The schema in which it sees tables of which it is to read some days only.
const WHOLE: &str = "whole";

/// What is made anew.
#[derive(Debug)]
pub(super) struct Touched {
    pub(super) visitors: Keys,
    /// Days, since 1970, on which something differs from what was published.
    pub(super) days: BTreeSet<i32>,
    /// Files of one visitor's rows that stayed, and that were written.
    pub(super) kept: usize,
    pub(super) written: usize,
}

impl Touched {
    /// What was made anew, a sentence.
    pub(super) fn says(&self, since: &Since) -> String {
        let of = |count: usize, one: &str, many: &str| {
            format!("{} {}", grouped(count as u64), if count == 1 { one } else { many })
        };
        let cause = match (since.fresh.len(), since.window) {
            (0, Some((first, last))) => format!("the window from {first} to {last}"),
            (fresh, Some((first, last))) => {
                format!("{} and the window from {first} to {last}", of(fresh, "new batch", "new batches"))
            }
            (fresh, None) => of(fresh, "new batch", "new batches"),
        };
        format!(
            "{cause} touched {} and {}; {} of theirs stayed as they were, {} were written; \
             what depends on everybody was made from the facts",
            of(self.visitors.len(), "visitor", "visitors"),
            of(self.days.len(), "day", "days"),
            of(self.kept, "file", "files"),
            grouped(self.written as u64),
        )
    }
}

/// A table of the population that visitors' rows depend on and that is not as
/// it was published, if there is one.
pub(super) fn changed_lookup(run: &Run<'_>, models: &[&Model]) -> Result<Option<TableRef>> {
    for model in run.graph.models() {
        let is_lookup = model.scope != Scope::Visitor
            && model.storage == Storage::Table
            && models.iter().any(|reader| run.graph.inputs(&reader.table).contains(&model.table));
        let columns = (!model.watched.is_empty()).then_some(model.watched.as_slice());
        if is_lookup && !same_rows(&run.lake.table(&model.table), &run.staging.table(&model.table), columns)?
        {
            return Ok(Some(model.table.clone()));
        }
    }
    Ok(None)
}

/// Deals the rows of the visitors that are touched: all new rows, and the old
/// ones of their visitors.
pub(super) fn deal(
    run: &Run<'_>,
    model: &Model,
    dealing: &Dealing,
    since: &Since,
) -> Result<(Buckets, Touched)> {
    let started = Instant::now();
    let named = |error| run::named(model, error);
    let fresh = Received::new(run, model, &since.fresh, None)?;
    let rows = match since.window {
        Some(_) => event_rows(&since.old) + event_rows(&since.fresh),
        // A visitor who comes has come before, a few times as a rule.
        None => event_rows(&since.fresh).saturating_mul(8).min(event_rows(&since.old)),
    };
    let deal = bucketed::deal_of(run, model, dealing, rows, true);
    let selected = fresh.engine.select(&fresh.sql, run.params).map_err(named)?;
    let dealer = Dealer::try_new(deal, selected.schema())?;
    let mut marks = fresh.engine.deal(selected, &dealer, Dealt::All).map_err(named)?;

    let mut visitors = Keys::default();
    let mut due = marks.take_keys();
    if let Some(window) = since.window {
        due.extend(&visitors_of(run, model, &since.old, window)?);
    }
    while !due.is_empty() {
        visitors.extend(&due);
        let old = Received::new(run, model, &since.old, Some(due))?;
        let selected = old.engine.select(&old.sql, run.params).map_err(named)?;
        marks.add(old.engine.deal(selected, &dealer, Dealt::Keyed).map_err(named)?);
        due = sharing(run, dealing, &marks.alike(), &visitors)?;
    }
    let buckets = dealer.finish(marks)?;
    tracing::debug!(
        model = %model.table,
        visitors = visitors.len(),
        seconds = started.elapsed().as_secs_f64(),
        "dealt what is touched"
    );
    let days = since.window.map(|(first, last)| (first.to_epoch_days()..=last.to_epoch_days()).collect());
    Ok((buckets, Touched { visitors, days: days.unwrap_or_default(), kept: 0, written: 0 }))
}

/// An engine that sees some batches only, and the rows of some visitors.
struct Received {
    engine: LocalEngine,
    /// What a row of theirs means.
    sql: String,
}

impl Received {
    fn new(run: &Run<'_>, model: &Model, batches: &[Batch], visitors: Option<Keys>) -> Result<Self> {
        let engine = run.engine.twin()?;
        let is_part = visitors.is_some();
        if let Some(visitors) = visitors {
            engine.define_touched(Arc::new(visitors));
        }
        let compiler = mapping::compiler(Dialect::DataFusion, &engine, batches, &run.options.analysis)?;
        mapping::define_sources(&engine, run.lake, batches, &compiler)?;
        for view in views_before(run, model) {
            let TableRef { layer, name } = &view.table;
            let mut sql = compiler.compile(&view.table.to_string(), &view.text)?;
            if is_part && view.table == TableRef::new(Layer::Silver, "received_events") {
                sql =
                    format!("select * from (\n{sql}\n) as received where is_touched(_id_prefix, visitor_id)");
            }
            engine
                .define_view(layer.as_str(), name, &sql, run.params)
                .map_err(|error| run::named(view, error))?;
        }
        Ok(Self { engine, sql: compiler.compile(&model.table.to_string(), &model.text)? })
    }
}

/// The views that a model is made of, in their order.
fn views_before<'a>(run: &'a Run<'_>, model: &Model) -> Vec<&'a Model> {
    let mut needed: BTreeSet<&TableRef> = run.graph.inputs(&model.table).iter().collect();
    let mut views = Vec::new();
    for view in run.graph.models().iter().rev() {
        if view.storage == Storage::View && needed.contains(&view.table) {
            needed.extend(run.graph.inputs(&view.table));
            views.push(view);
        }
    }
    views.reverse();
    views
}

/// Who came in a window of days.
fn visitors_of(
    run: &Run<'_>,
    model: &Model,
    batches: &[Batch],
    (first, last): (NaiveDate, NaiveDate),
) -> Result<Keys> {
    let received = Received::new(run, model, batches, None)?;
    let sql = run.compiler.compile(
        "window",
        &format!(
            "select distinct visitor_id from silver.typed_events where visitor_id is not null and \
             {{{{ date_of_us(local_us(\"event_time_us\", \"$time_zone\")) }}}} \
             between cast('{first}' as date) and cast('{last}' as date)"
        ),
    )?;
    let mut keys = Keys::default();
    each_text(&received.engine, &sql, run.params, |row| {
        if let [Some(visitor)] = row {
            keys.insert(visitor);
        }
    })?;
    Ok(keys)
}

/// Visitors not among `visitors` of whom an event was kept with one of these
/// ids, or with one of these orders.
fn sharing(run: &Run<'_>, dealing: &Dealing, alike: &Alike, visitors: &Keys) -> Result<Keys> {
    let events = TableRef::new(Layer::Silver, "events");
    run.engine.attach_files(PUBLISHED, &events.name, &run.lake.files(&events)?, false)?;
    let sql = format!("select {}, {} from {PUBLISHED}.{}", dealing.by, dealing.alike.join(", "), events.name);
    let mut keys = Keys::default();
    each_text(run.engine, &sql, &Params::new(), |row| {
        if let [Some(visitor), values @ ..] = row
            && values.iter().flatten().any(|value| alike.holds(value))
            && !visitors.holds(visitor)
        {
            keys.insert(visitor);
        }
    })?;
    Ok(keys)
}

/// Shows every row of a statement that selects texts.
fn each_text(
    engine: &LocalEngine,
    sql: &str,
    params: &Params,
    mut show: impl FnMut(&[Option<&str>]),
) -> Result<()> {
    for batch in engine.query_with(sql, params)? {
        let batch = batch.map_err(|source| Error::Engine {
            context: "cannot look for what is touched".into(),
            source: source.into(),
        })?;
        let columns: Vec<&StringArray> = batch.columns().iter().map(|column| column.as_string()).collect();
        let mut cells = vec![None; columns.len()];
        for row in 0..batch.num_rows() {
            for (cell, column) in cells.iter_mut().zip(&columns) {
                *cell = arrow::array::Array::is_valid(*column, row).then(|| column.value(row));
            }
            show(&cells);
        }
    }
    Ok(())
}

/// Puts the rows that a pass made of the touched visitors in the place of
/// their published ones, and says which days that touches.
pub(super) fn merge(run: &Run<'_>, models: &[&Model], touched: &mut Touched) -> Result<Vec<TableSummary>> {
    let Touched { visitors, days, kept, written } = touched;
    let mut judged_anew = Keys::default();
    for model in models.iter().filter(|model| !model.watched.is_empty()) {
        let judged = merge_of(run, model, visitors, &Keys::default()).judged_anew(&model.watched)?;
        judged_anew.extend(&judged);
    }
    let merged = side_by_side(threads(run.options.engine.threads), models, |model| {
        let started = Instant::now();
        let merged = merge_of(run, model, visitors, &judged_anew).make()?;
        Ok((merged, started.elapsed().as_secs_f64()))
    })?;
    let mut tables = Vec::new();
    for (model, (merged, seconds)) in models.iter().zip(merged) {
        let name = model.table.to_string();
        let Merged { rows, bytes, .. } = merged;
        days.extend(&merged.days);
        *kept += merged.kept;
        *written += merged.written;
        tables.push(match merged.written {
            0 => TableSummary::unchanged(name, rows, seconds),
            _ => TableSummary::new(name, rows, bytes, seconds),
        });
    }
    Ok(tables)
}

/// How the rows of touched visitors come into a table.
fn merge_of<'a>(run: &Run<'_>, model: &'a Model, touched: &'a Keys, judged_anew: &'a Keys) -> Merge<'a> {
    Merge {
        old: run.lake.table(&model.table),
        new: run.staging.working(&model.table),
        target: run.staging.table(&model.table),
        by: "visitor_id",
        touched,
        days: &model.days,
        judged_anew,
    }
}

/// The statement of a model of one day for an engine that sees what it reads
/// on the touched days only: these days anew, the others as published.
pub(super) fn of_days(
    run: &Run<'_>,
    model: &Model,
    sql: &str,
    touched: &Touched,
) -> Result<(LocalEngine, String)> {
    let engine = run.engine.twin()?;
    let days: Vec<_> = touched
        .days
        .iter()
        .filter_map(|day| NaiveDate::from_epoch_days(*day))
        .map(|day| format!("cast('{day}' as date)"))
        .collect();
    let is_among = |column: &str| match days.is_empty() {
        true => "false".to_owned(),
        false => format!("coalesce({column} in ({}), false)", days.join(", ")),
    };
    for input in run.graph.models() {
        if input.days.is_empty() || !run.graph.inputs(&model.table).contains(&input.table) {
            continue;
        }
        let TableRef { layer, name } = &input.table;
        engine.attach_files(
            WHOLE,
            name,
            &crate::lake::files_below(&run.staging.table(&input.table), "parquet")?,
            false,
        )?;
        let among: Vec<_> = input.days.iter().map(|day| is_among(day)).collect();
        let view = format!("select * from {WHOLE}.{name} where {}", among.join(" or "));
        engine.define_view(layer.as_str(), name, &view, &Params::new())?;
    }
    engine.attach_files(PUBLISHED, &model.table.name, &run.lake.files(&model.table)?, false)?;
    let day = model.key.split(',').next().unwrap_or_default().trim();
    let sql = format!(
        "select * from (\n{sql}\n) as made where {among}\nunion all\n\
         select * from {PUBLISHED}.{name} where not {among}\norder by {key}",
        among = is_among(day),
        name = model.table.name,
        key = model.key,
    );
    Ok((engine, sql))
}
