//! The event files and the truth beside them: threads make shards, one
//! writer keeps the truth in the plan's order.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};

use ::parquet::errors::ParquetError;

use super::batch::Batch;
use super::csv::Csv;
use super::file::{FileEntry, RawFile};
use super::finished::Finished;
use super::jsonl::Jsonl;
use super::row::Row;
use super::truth::{Label, Truth};
use super::{Format, Options, damage, parquet, row, schema, write_error};
use crate::error::{Error, Result};
use crate::generate::{self, Event, Fact, Plan, Received, Shard, ShardRows, Spoiled, TrueSession};
use crate::progress::Progress;

/// Rows of a record batch on its way to Parquet.
const ROWS_PER_BATCH: usize = 8192;

/// What a maker hands to the writer of the truth.
struct Made {
    /// Place of the shard in the plan's order.
    place: usize,
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
    let mut shards: Vec<_> = plan.shards().into_iter().enumerate().collect();
    if let Some(part) = options.part {
        let all = shards.len();
        shards.retain(|(place, _)| part.holds(*place, all));
    }
    progress.begin("generate", shards.len() as u64);
    let threads = threads(options, shards.len());
    let queue = Mutex::new(shards.into_iter());
    let mut truth = match options.part {
        None => Some(Truth::create(plan, raw)?),
        Some(_) => None,
    };
    let mut times: Option<(i64, i64)> = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(threads);
        for _ in 0..threads {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || make(queue, raw, plan, options.format, finished, &sender));
        }
        drop(sender);
        // Shards finish in any order; the truth is written in the plan's.
        let (mut waiting, mut next) = (BTreeMap::new(), 0);
        for made in receiver {
            let mut made = made?;
            progress.advance(1)?;
            files.extend(made.file.take());
            times = match (times, made.times) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (known, found) => known.or(found),
            };
            let Some(truth) = &mut truth else { continue };
            waiting.insert(made.place, made);
            while let Some(made) = waiting.remove(&next) {
                truth.write(made.block, &made.sessions, &made.facts)?;
                truth.write_dirt(made.observable.as_deref(), &made.labels)?;
                next += 1;
            }
        }
        Ok::<_, Error>(())
    })?;
    if let Some(truth) = truth {
        files.extend(truth.publish()?);
    }
    Ok(times)
}

/// Threads that make so many shards.
pub(super) fn threads(options: &Options, shards: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if options.threads == 0 { cores } else { options.threads }.min(shards).max(1)
}

/// Makes shards until there are none left, or nobody listens any more.
fn make(
    queue: &Mutex<impl Iterator<Item = (usize, Shard)>>,
    raw: &Path,
    plan: &Plan,
    format: Format,
    finished: &Finished,
    sender: &SyncSender<Result<Made>>,
) {
    loop {
        let taken = queue.lock().ok().and_then(|mut queue| queue.next());
        let Some((place, shard)) = taken else { return };
        let ShardRows { events, sessions } = shard.rows();
        let times =
            events.first().zip(events.last()).map(|(first, last)| (first.event_time, last.event_time));
        let facts = events.iter().map(Fact::from).collect();
        let block = shard.block();
        let spoiled = spoiled(plan, &events);
        let file = file(&shard, &Rows::of(&events, spoiled.as_ref()), raw, plan, format, finished);
        let (labels, observable) = match spoiled {
            None => (Vec::new(), None),
            Some(spoiled) => {
                let header = u64::from(format == Format::Csv);
                (labels(&spoiled.rows, &path(&shard, format), header), Some(spoiled.observable))
            }
        };
        let made = file.map(|file| Made { place, file, times, block, sessions, facts, observable, labels });
        if sender.send(made).is_err() {
            return;
        }
    }
}

/// What dirt makes of a shard's events on their way to the collector; none where there is none.
pub(super) fn spoiled(plan: &Plan, events: &[Event]) -> Option<Spoiled> {
    (!plan.options().dirt.is_none()).then(|| generate::spoil(plan, events))
}

/// Rows that a shard's file is made of.
pub(super) enum Rows<'a> {
    /// Events as they happened.
    Clean(&'a [Event]),
    /// Rows as they were received.
    Spoiled(&'a [Received]),
}

impl<'a> Rows<'a> {
    /// The rows as they were received, if anything was done to them.
    pub(super) fn of(events: &'a [Event], spoiled: Option<&'a Spoiled>) -> Self {
        spoiled.map_or(Rows::Clean(events), |spoiled| Rows::Spoiled(&spoiled.rows))
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Rows::Clean(events) => events.len(),
            Rows::Spoiled(rows) => rows.iter().filter(|row| row.is_written()).count(),
        }
    }

    /// Writes all rows, saying so after each.
    fn write<R: Row>(&self, plan: &Plan, row: &mut R, mut after: impl FnMut(&mut R)) {
        let mut scratch = String::new();
        match self {
            Rows::Clean(events) => {
                for event in *events {
                    row::event(plan, event, &mut scratch, row);
                    after(row);
                }
            }
            Rows::Spoiled(rows) => {
                for received in rows.iter().filter(|row| row.is_written()) {
                    damage::row(plan, received, &mut scratch, row);
                    after(row);
                }
            }
        }
    }
}

/// Writes the event file of a shard; none where the shard holds no row.
fn file(
    shard: &Shard,
    rows: &Rows<'_>,
    raw: &Path,
    plan: &Plan,
    format: Format,
    finished: &Finished,
) -> Result<Option<FileEntry>> {
    if rows.len() == 0 {
        return Ok(None);
    }
    let path = path(shard, format);
    if let Some(done) = finished.entry(&path) {
        return Ok(Some(done));
    }
    let bytes = encoded(plan, rows, format).map_err(|source| write_error(&raw.join(&path), source))?;
    let mut file = RawFile::create(raw, path)?;
    file.append(&bytes)?;
    let entry = file.publish(rows.len() as u64)?;
    finished.note(&entry)?;
    Ok(Some(entry))
}

/// Rows as the bytes of a file.
pub(super) fn encoded(plan: &Plan, rows: &Rows<'_>, format: Format) -> Result<Vec<u8>, ParquetError> {
    match format {
        Format::Csv => {
            let mut csv = Csv::new(schema::EVENTS);
            rows.write(plan, &mut csv, |_| {});
            Ok(csv.take())
        }
        Format::Jsonl => {
            let mut jsonl = Jsonl::new(schema::EVENTS);
            rows.write(plan, &mut jsonl, |_| {});
            Ok(jsonl.take())
        }
        Format::Parquet => in_parquet(plan, rows),
    }
}

/// Rows as the bytes of a Parquet file, made batch by batch.
fn in_parquet(plan: &Plan, rows: &Rows<'_>) -> Result<Vec<u8>, ParquetError> {
    let mut writer = parquet::writer(Vec::new(), schema::arrow(schema::EVENTS))?;
    let (mut batch, mut waiting, mut failure) = (Batch::new(schema::EVENTS), 0, None);
    rows.write(plan, &mut batch, |batch| {
        waiting += 1;
        if waiting == ROWS_PER_BATCH && failure.is_none() {
            waiting = 0;
            failure = batch.finish().map_err(ParquetError::from).and_then(|rows| writer.write(&rows)).err();
        }
    });
    match failure {
        Some(failure) => Err(failure),
        None => {
            writer.write(&batch.finish()?)?;
            writer.into_inner()
        }
    }
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
