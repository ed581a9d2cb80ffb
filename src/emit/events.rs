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
use super::jsonl::Jsonl;
use super::truth::Truth;
use super::{Format, Options, parquet, row, schema, write_error};
use crate::error::{Error, Result};
use crate::generate::{Event, Fact, Plan, Shard, ShardRows, TrueSession};
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
    facts: Vec<Fact>,
}

/// Writes the event files and the truth; returns the times of the
/// first and last event.
pub(super) fn write(
    plan: &Arc<Plan>,
    raw: &Path,
    options: &Options,
    progress: &Progress,
    files: &mut Vec<FileEntry>,
) -> Result<Option<(i64, i64)>> {
    let shards = plan.shards();
    progress.begin("generate", shards.len() as u64);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores } else { options.threads }.min(shards.len()).max(1);
    let queue = Mutex::new(shards.into_iter().enumerate());
    let mut truth = Truth::create(plan, raw)?;
    let mut times: Option<(i64, i64)> = None;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(threads);
        for _ in 0..threads {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || make(queue, raw, plan, options.format, &sender));
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
            waiting.insert(made.place, made);
            while let Some(made) = waiting.remove(&next) {
                truth.write(made.block, &made.sessions, &made.facts)?;
                next += 1;
            }
        }
        Ok::<_, Error>(())
    })?;
    files.extend(truth.publish()?);
    Ok(times)
}

/// Makes shards until there are none left, or nobody listens any more.
fn make(
    queue: &Mutex<impl Iterator<Item = (usize, Shard)>>,
    raw: &Path,
    plan: &Plan,
    format: Format,
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
        let made = file(&shard, &events, raw, plan, format).map(|file| Made {
            place,
            file,
            times,
            block,
            sessions,
            facts,
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
) -> Result<Option<FileEntry>> {
    if events.is_empty() {
        return Ok(None);
    }
    let path = path(shard, format);
    let mut scratch = String::new();
    let bytes = match format {
        Format::Csv => {
            let mut csv = Csv::new(schema::EVENTS);
            events.iter().for_each(|event| row::event(plan, event, &mut scratch, &mut csv));
            csv.take()
        }
        Format::Jsonl => {
            let mut jsonl = Jsonl::new(schema::EVENTS);
            events.iter().for_each(|event| row::event(plan, event, &mut scratch, &mut jsonl));
            jsonl.take()
        }
        Format::Parquet => {
            in_parquet(plan, events, &mut scratch).map_err(|source| write_error(&raw.join(&path), source))?
        }
    };
    let mut file = RawFile::create(raw, path)?;
    file.append(&bytes)?;
    file.publish(events.len() as u64).map(Some)
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
