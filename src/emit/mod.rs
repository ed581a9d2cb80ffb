//! Rows to raw files: the log a shop's collector would have written.
//!
//! [`emit`] makes `users.csv`, `products.csv`, `events/dt=YYYY-MM-DD/part-NNNN.*`
//! (the part is the block of users), `truth/sessions.parquet` and, last,
//! `_manifest.json` in the raw folder of the lake. Threads take shards from
//! one list, each file is made by one thread, and what is in it follows from
//! the plan alone: the bytes are the same at any thread count.
//!
//! What stands in which column is said once, in `row`; a format is a way to
//! write cells (`csv`, `jsonl`, and `batch` with `parquet`).

mod batch;
mod csv;
mod file;
mod jsonl;
mod manifest;
mod number;
mod parquet;
mod row;
mod schema;
mod truth;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Mutex};
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::generate::{Plan, Shard, ShardRows, TrueSession};
use crate::lake::{Lake, files_below};
use crate::progress::Progress;
use crate::summary::TableSummary;

use batch::Batch;
use csv::Csv;
use file::{FileEntry, RawFile};
use jsonl::Jsonl;
use manifest::Manifest;
use truth::TruthWriter;

/// The format of the event files; users and products are CSV always.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Comma-separated text with a header, empty cells for null.
    #[default]
    Csv,
    /// A JSON object a line, null keys left out.
    Jsonl,
    /// Parquet with typed times, prices and quantities.
    Parquet,
}

impl Format {
    /// All formats.
    pub const ALL: [Format; 3] = [Format::Csv, Format::Jsonl, Format::Parquet];

    /// The word for it, which is also the files' extension.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::Jsonl => "jsonl",
            Format::Parquet => "parquet",
        }
    }

    /// The format of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == name)
    }
}

/// How to write.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Format of the event files (default CSV).
    pub format: Format,
    /// Threads; 0 (default) means one per core.
    pub threads: usize,
    /// Replace raw files made with other options (default false: they are refused).
    pub overwrite: bool,
}

/// Bytes gathered before they go to disk.
const CHUNK: usize = 1 << 20;

/// Writes the raw files of a plan into the lake. Files that are there already,
/// made with the same options, are kept.
///
/// # Errors
/// [`Error::Usage`] when the raw folder holds something else and `overwrite`
/// is not set; [`Error::Io`] when a file cannot be written;
/// [`Error::Interrupted`] when the user asked to stop.
pub fn emit(
    plan: &Arc<Plan>,
    lake: &Lake,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let started = Instant::now();
    let raw = lake.raw();
    if !options.overwrite {
        if let Some(made) = Manifest::read(&raw)? {
            made.compare(plan, options, &raw)?;
            if made.holds(&raw) {
                let seconds = started.elapsed().as_secs_f64();
                return Ok(made
                    .tables
                    .iter()
                    .map(|table| TableSummary::unchanged(&table.table, table.rows, seconds))
                    .collect());
            }
        } else if let Some(stranger) = files_below_all(&raw)?.first() {
            refuse_stranger(stranger, plan, options, &raw)?;
        }
    }
    // From here on the folder is in the making: a manifest that stays would lie.
    let old = raw.join(manifest::NAME);
    if old.exists() {
        fs::remove_file(&old).map_err(Error::io("remove", &old))?;
    }

    let shards = plan.shards();
    progress.begin("generate", shards.len() as u64);
    let mut files = vec![users(plan, &raw)?];
    let user_seconds = started.elapsed().as_secs_f64();
    files.push(products(plan, &raw)?);
    let product_seconds = started.elapsed().as_secs_f64() - user_seconds;
    let times = events(shards, &raw, plan, options, progress, &mut files)?;
    remove_others(&raw, &files)?;
    let manifest = Manifest::new(plan, options, files, times);
    manifest.write(&raw)?;
    progress.end();

    let event_seconds = started.elapsed().as_secs_f64() - user_seconds - product_seconds;
    let seconds = [user_seconds, product_seconds, event_seconds, event_seconds];
    Ok(manifest
        .tables
        .iter()
        .zip(seconds)
        .map(|(table, seconds)| TableSummary::new(&table.table, table.rows, table.bytes, seconds))
        .collect())
}

/// Writes `users.csv`.
fn users(plan: &Plan, raw: &Path) -> Result<FileEntry> {
    let mut file = RawFile::create(raw, "users.csv".to_owned())?;
    let (mut csv, mut scratch, mut rows) = (Csv::new(schema::USERS), String::new(), 0);
    for user in plan.users() {
        row::user(&user, &mut scratch, &mut csv);
        rows += 1;
        if csv.len() > CHUNK {
            file.append(&csv.take())?;
        }
    }
    file.append(&csv.take())?;
    file.publish(rows)
}

/// Writes `products.csv`.
fn products(plan: &Plan, raw: &Path) -> Result<FileEntry> {
    let mut file = RawFile::create(raw, "products.csv".to_owned())?;
    let (mut csv, mut scratch) = (Csv::new(schema::PRODUCTS), String::new());
    for product in plan.products() {
        row::product(plan, product, &mut scratch, &mut csv);
        if csv.len() > CHUNK {
            file.append(&csv.take())?;
        }
    }
    file.append(&csv.take())?;
    file.publish(plan.products().len() as u64)
}

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
/// first and last event.
fn events(
    shards: Vec<Shard>,
    raw: &Path,
    plan: &Plan,
    options: &Options,
    progress: &Progress,
    files: &mut Vec<FileEntry>,
) -> Result<Option<(i64, i64)>> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = if options.threads == 0 { cores } else { options.threads }.min(shards.len()).max(1);
    let queue = Mutex::new(shards.into_iter().enumerate());
    let mut truth = TruthWriter::create(raw)?;
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
            let made = made?;
            progress.advance(1)?;
            files.extend(made.file);
            times = match (times, made.times) {
                (Some((a, b)), Some((c, d))) => Some((a.min(c), b.max(d))),
                (known, found) => known.or(found),
            };
            waiting.insert(made.place, made.sessions);
            while let Some(sessions) = waiting.remove(&next) {
                truth.write(raw, &sessions)?;
                next += 1;
            }
        }
        Ok::<_, Error>(())
    })?;
    files.push(truth.publish(raw)?);
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
        let made =
            event_file(&shard, &events, raw, plan, format).map(|file| Made { place, file, times, sessions });
        if sender.send(made).is_err() {
            return;
        }
    }
}

/// Writes the event file of a shard; none where the shard holds no event.
fn event_file(
    shard: &Shard,
    events: &[crate::generate::Event],
    raw: &Path,
    plan: &Plan,
    format: Format,
) -> Result<Option<FileEntry>> {
    if events.is_empty() {
        return Ok(None);
    }
    let path = event_path(shard, format);
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
            let mut batch = Batch::new(schema::EVENTS);
            events.iter().for_each(|event| row::event(plan, event, &mut scratch, &mut batch));
            let batch = batch.finish().map_err(|source| write_error(&raw.join(&path), source))?;
            parquet::file(&batch).map_err(|source| write_error(&raw.join(&path), source))?
        }
    };
    let mut file = RawFile::create(raw, path)?;
    file.append(&bytes)?;
    file.publish(events.len() as u64).map(Some)
}

/// `events/dt=2026-01-05/part-0000.csv`.
fn event_path(shard: &Shard, format: Format) -> String {
    format!("events/dt={}/part-{:04}.{}", shard.date(), shard.block(), format.as_str())
}

/// Every raw file of ours, or that could be mistaken for one.
fn files_below_all(raw: &Path) -> Result<Vec<std::path::PathBuf>> {
    let mut files = Vec::new();
    for format in Format::ALL {
        files.extend(files_below(&raw.join("events"), format.as_str())?);
    }
    Ok(files)
}

/// Without a manifest, event files are those of a run that did not end, which
/// this run replaces, or somebody's own, which are not ours to touch.
fn refuse_stranger(first: &Path, plan: &Arc<Plan>, options: &Options, raw: &Path) -> Result<()> {
    let ours: Vec<_> =
        plan.shards().iter().map(|shard| raw.join(event_path(shard, options.format))).collect();
    match files_below_all(raw)?.iter().find(|file| !ours.contains(file)) {
        None => Ok(()),
        Some(_) => Err(Error::Usage(format!(
            "{} holds event files that this run would not make ({}): add --overwrite or another --data-dir",
            raw.display(),
            first.display()
        ))),
    }
}

/// Removes event files of an earlier run that this one did not write.
fn remove_others(raw: &Path, files: &[FileEntry]) -> Result<()> {
    let written: std::collections::BTreeSet<_> = files.iter().map(|file| raw.join(&file.path)).collect();
    for file in files_below_all(raw)? {
        if !written.contains(&file) {
            fs::remove_file(&file).map_err(Error::io("remove", &file))?;
            if let Some(day) = file.parent() {
                // A day that still holds files stays.
                let _ = fs::remove_dir(day);
            }
        }
    }
    Ok(())
}

/// An Arrow or Parquet failure, with the file it happened to.
fn write_error(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Io { action: "write", path: path.to_owned(), source: std::io::Error::other(source) }
}
