//! The event files and the truth beside them: threads make shards, one
//! writer keeps the truth in the plan's order.

use std::path::Path;
use std::sync::Arc;

use super::encode::{Rows, spoiled};
use super::file::{FileEntry, RawFile};
use super::finished::Finished;
use super::order::in_order;
use super::truth::{Label, Truth};
use super::{Format, Options};
use crate::error::{Error, Result};
use crate::generate::{Fact, Plan, Received, Shard, ShardRows, TrueSession};
use crate::progress::Progress;

/// What a maker hands to the writer of the truth.
struct Made {
    /// The event file; none where the shard holds no event.
    file: Option<FileEntry>,
    /// Times of its first and last event.
    times: Option<(i64, i64)>,
    /// The block of users it belongs to.
    block: u32,
    sessions: Vec<TrueSession>,
    /// What happened.
    facts: Vec<Fact>,
    /// What can be known of it; none where there is no dirt.
    observable: Option<Vec<Fact>>,
    labels: Vec<Label>,
}

/// Writes the event files and the truth; returns the times of the first and
/// last event. Finished files are left alone; a part of a run makes its own
/// event files and no truth.
pub(super) fn write(
    plan: &Arc<Plan>,
    raw: &Path,
    options: &Options,
    finished: &Finished,
    progress: &Progress,
    files: &mut Vec<FileEntry>,
) -> Result<Option<(i64, i64)>> {
    let shards = options.shards(plan);
    progress.begin("generate", shards.len() as u64);
    let mut truth = match options.part {
        None => Some(Truth::create(plan, raw)?),
        Some(_) => None,
    };
    let mut times: Option<(i64, i64)> = None;
    let make = |rows: &mut ShardRows, shard: Shard| make(rows, &shard, raw, plan, options.format, finished);
    in_order(shards, options.threads, make, |made| {
        let made = made?;
        progress.advance(1)?;
        files.extend(made.file);
        times = match (times, made.times) {
            (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
            (known, found) => known.or(found),
        };
        if let Some(truth) = &mut truth {
            truth.write(made.block, &made.sessions, &made.facts)?;
            truth.write_dirt(made.observable.as_deref(), &made.labels)?;
        }
        Ok(())
    })?;
    if let Some(truth) = truth {
        files.extend(truth.publish()?);
    }
    Ok(times)
}

/// Makes a shard: its file, and what the truth needs of it.
fn make(
    rows: &mut ShardRows,
    shard: &Shard,
    raw: &Path,
    plan: &Plan,
    format: Format,
    finished: &Finished,
) -> Result<Made> {
    shard.fill(rows);
    let events = rows.events.as_slice();
    let spoiled = spoiled(plan, events);
    let path = path(shard, format);
    let file = file(&path, Rows::of(events, spoiled.as_ref()), raw, plan, format, finished)?;
    let times = events.first().zip(events.last());
    let (labels, observable) = match spoiled {
        None => (Vec::new(), None),
        Some(spoiled) => {
            let header = u64::from(format == Format::Csv);
            (labels(&spoiled.rows, &path, header), Some(spoiled.observable))
        }
    };
    Ok(Made {
        file,
        times: times.map(|(first, last)| (first.event_time, last.event_time)),
        block: shard.block(),
        sessions: rows.sessions.clone(),
        facts: events.iter().map(Fact::from).collect(),
        observable,
        labels,
    })
}

/// Writes the event file of a shard; none where the shard holds no row.
fn file(
    path: &str,
    rows: Rows<'_>,
    raw: &Path,
    plan: &Plan,
    format: Format,
    finished: &Finished,
) -> Result<Option<FileEntry>> {
    if rows.len() == 0 {
        return Ok(None);
    }
    if let Some(done) = finished.entry(path) {
        return Ok(Some(done));
    }
    let mut file = RawFile::create(raw, path.to_owned())?;
    rows.encode(plan, format, &mut file).map_err(Error::io("write", raw.join(path)))?;
    let entry = file.publish(rows.len())?;
    finished.note(&entry)?;
    Ok(Some(entry))
}

/// The labels of what was done to the rows of a shard.
fn labels(rows: &[Received], file: &str, header: u64) -> Vec<Label> {
    let (mut labels, mut line) = (Vec::new(), header);
    for row in rows {
        line += u64::from(row.is_written());
        labels.extend(row.defects.iter().map(|defect| Label {
            file: file.to_owned(),
            line: row.is_written().then_some(line),
            event_id: row.event.event_id,
            visitor_id: row.visitor_id,
            seen_as: row.event.visit.visitor_id,
            defect: *defect,
        }));
    }
    labels
}

/// `events/dt=2026-01-05/part-0000.csv`.
pub(super) fn path(shard: &Shard, format: Format) -> String {
    format!("events/dt={}/part-{:04}.{}", shard.date(), shard.block(), format.as_str())
}
