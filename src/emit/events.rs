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
use super::truth::TruthWriter;
use super::{Format, Options, parquet, row, schema, write_error};
use crate::error::{Error, Result};
use crate::generate::{Event, Plan, Shard, ShardRows, TrueSession};
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
    sessions: Vec<TrueSession>,
}

/// Writes the event files and the true sessions; returns the times of the
/// first and last event. Finished files are left alone; a part of a run makes
/// its own event files and no truth.
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
        None => Some(TruthWriter::create(raw)?),
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
            let made = made?;
            progress.advance(1)?;
            files.extend(made.file);
            times = match (times, made.times) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (known, found) => known.or(found),
            };
            let Some(truth) = &mut truth else { continue };
            waiting.insert(made.place, made.sessions);
            while let Some(sessions) = waiting.remove(&next) {
                truth.write(raw, &sessions)?;
                next += 1;
            }
        }
        Ok::<_, Error>(())
    })?;
    if let Some(truth) = truth {
        files.push(truth.publish(raw)?);
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
        let made = file(&shard, &events, raw, plan, format, finished).map(|file| Made {
            place,
            file,
            times,
            sessions,
        });
        if sender.send(made).is_err() {
            return;
        }
    }
}

/// Writes the event file of a shard; none where the shard holds no event.
fn file(
    shard: &Shard,
    events: &[Event],
    raw: &Path,
    plan: &Plan,
    format: Format,
    finished: &Finished,
) -> Result<Option<FileEntry>> {
    if events.is_empty() {
        return Ok(None);
    }
    let path = path(shard, format);
    if let Some(done) = finished.entry(&path) {
        return Ok(Some(done));
    }
    let bytes = encoded(plan, events, format).map_err(|source| write_error(&raw.join(&path), source))?;
    let mut file = RawFile::create(raw, path)?;
    file.append(&bytes)?;
    let entry = file.publish(events.len() as u64)?;
    finished.note(&entry)?;
    Ok(Some(entry))
}

/// Events as the bytes of a file.
pub(super) fn encoded(plan: &Plan, events: &[Event], format: Format) -> Result<Vec<u8>, ParquetError> {
    let mut scratch = String::new();
    match format {
        Format::Csv => {
            let mut csv = Csv::new(schema::EVENTS);
            events.iter().for_each(|event| row::event(plan, event, &mut scratch, &mut csv));
            Ok(csv.take())
        }
        Format::Jsonl => {
            let mut jsonl = Jsonl::new(schema::EVENTS);
            events.iter().for_each(|event| row::event(plan, event, &mut scratch, &mut jsonl));
            Ok(jsonl.take())
        }
        Format::Parquet => in_parquet(plan, events, &mut scratch),
    }
}

/// Events as the bytes of a Parquet file, made batch by batch.
fn in_parquet(plan: &Plan, events: &[Event], scratch: &mut String) -> Result<Vec<u8>, ParquetError> {
    let mut writer = parquet::writer(Vec::new(), schema::arrow(schema::EVENTS))?;
    let mut batch = Batch::new(schema::EVENTS);
    for rows in events.chunks(ROWS_PER_BATCH) {
        rows.iter().for_each(|event| row::event(plan, event, scratch, &mut batch));
        writer.write(&batch.finish()?)?;
    }
    writer.into_inner()
}

/// `events/dt=2026-01-05/part-0000.csv`.
pub(super) fn path(shard: &Shard, format: Format) -> String {
    format!("events/dt={}/part-{:04}.{}", shard.date(), shard.block(), format.as_str())
}
