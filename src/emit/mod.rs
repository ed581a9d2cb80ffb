//! Rows to raw files: the log a shop's collector would have written.
//!
//! [`emit`] makes `users.csv`, `products.csv`, `events/dt=YYYY-MM-DD/part-NNNN.*`
//! (the part is the block of users), the truth (`truth/sessions.parquet`,
//! `truth/visitors.parquet`, `truth/answers.json`) and, last, `_manifest.json`
//! in the raw folder of the lake; until then `_finished.list` lists the event
//! files that are whole, so that a killed run is taken up where it ended, and
//! several machines can share a run ([`Part`]). Threads take shards from
//! one list, each file is made by one thread, and what is in it follows from
//! the plan alone: the bytes are the same at any thread count.
//!
//! An event's way: `events` asks a [`Shard`] for its rows, `damage` may spoil
//! them, `row` says what stands in which column, a format is a way to write
//! cells (`csv`, `jsonl`, and `batch` with `parquet`), `encode` hands the bytes
//! on piece by piece, and `file` gives the whole file its name.

mod batch;
mod csv;
mod damage;
mod encode;
mod events;
mod file;
mod finished;
mod folder;
mod jsonl;
mod manifest;
mod number;
mod order;
mod parquet;
mod pour;
mod row;
mod schema;
mod space;
#[cfg(test)]
mod tests;
mod truth;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::generate::{Defect, Plan, Shard};
use crate::lake::Lake;
use crate::progress::Progress;
use crate::summary::TableSummary;

use csv::Csv;
use file::{FileEntry, RawFile};
use finished::Finished;
use manifest::Manifest;

pub use encode::encode;
pub use pour::pour;

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
    /// Make one part of the event files only (default: all of everything).
    pub part: Option<Part>,
}

impl Options {
    /// The shards to make: all, or those of the part.
    fn shards(&self, plan: &Arc<Plan>) -> Vec<Shard> {
        let mut shards = plan.shards();
        if let Some(part) = self.part {
            let (all, mut place) = (shards.len(), 0..);
            shards.retain(|_| place.next().is_some_and(|place| part.holds(place, all)));
        }
        shards
    }
}

/// One of several machines' parts of a run: neighbours in the plan's list of
/// files. Part 1 makes users and products too. Once the parts lie in one raw
/// folder, a run without a part adds the truth and the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Which, from 1.
    pub number: u32,
    /// How many there are.
    pub of: u32,
}

impl Part {
    /// That part.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is no such part.
    pub fn new(number: u32, of: u32) -> Result<Self> {
        if of == 0 {
            return Err(Error::Usage("parts is 0; it must be at least 1".to_owned()));
        }
        if !(1..=of).contains(&number) {
            return Err(Error::Usage(format!("part is {number}; it must be between 1 and {of} (parts)")));
        }
        Ok(Self { number, of })
    }

    /// Whether the file at a place in the list of all files belongs to it.
    fn holds(self, place: usize, all: usize) -> bool {
        place as u64 * u64::from(self.of) / all as u64 == u64::from(self.number - 1)
    }
}

/// Says whether the raw files of a plan can be written into the lake, before
/// anything there is touched.
///
/// # Errors
/// [`Error::Usage`] when the format cannot hold the dirt asked for, or the
/// files do not fit the space that is left; [`Error::Io`] when a folder cannot
/// be written.
pub fn check(plan: &Plan, lake: &Lake, options: &Options) -> Result<()> {
    refuse_untextual_dirt(plan, options.format)?;
    space::refuse_too_much(plan, options, &lake.raw())?;
    folder::refuse_unwritable(&lake.raw())
}

/// Parquet's columns have types, so some defects cannot be written to it.
fn refuse_untextual_dirt(plan: &Plan, format: Format) -> Result<()> {
    let dirt = plan.options().dirt;
    let no_text = Defect::ALL.into_iter().find(|kind| kind.needs_text() && dirt.share(*kind) > 0.0);
    match (format, no_text) {
        (Format::Parquet, Some(kind)) => Err(Error::Usage(format!(
            "dirt.{} is {}; Parquet cannot hold such rows, so it must be 0, or the format csv or jsonl",
            kind.as_str(),
            dirt.share(kind)
        ))),
        _ => Ok(()),
    }
}

/// Writes the raw files of a plan into the lake. Files that are there already,
/// made with the same options, are kept.
///
/// # Errors
/// As [`check`]; [`Error::Usage`] when the raw folder holds something else and
/// `overwrite` is not set; [`Error::Io`] when a file cannot be written;
/// [`Error::Interrupted`] when the user asked to stop.
pub fn emit(
    plan: &Arc<Plan>,
    lake: &Lake,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let started = Instant::now();
    let raw = lake.raw();
    check(plan, lake, options)?;
    let mut earlier = None;
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
            earlier = Some(made);
        } else {
            folder::refuse_strangers(plan, options, &raw)?;
        }
    }
    folder::remove_unfinished(&raw)?;
    let finished = Finished::open(plan, options, &raw, earlier.as_ref())?;
    // From here on the folder is in the making: a manifest that stays would lie.
    let old = raw.join(manifest::NAME);
    if old.exists() {
        fs::remove_file(&old).map_err(Error::io("remove", &old))?;
    }

    if let Some(part) = options.part {
        let tables = write_part(plan, &raw, options, part, &finished, progress);
        progress.end();
        return tables;
    }
    let manifest = write(plan, &raw, options, &finished, progress);
    progress.end();
    let (manifest, seconds) = manifest?;
    finished.remove()?;
    Ok(manifest
        .tables
        .iter()
        .zip(seconds)
        .map(|(table, seconds)| TableSummary::new(&table.table, table.rows, table.bytes, seconds))
        .collect())
}

/// Writes all files, the manifest last; returns it with the seconds of each table.
fn write(
    plan: &Arc<Plan>,
    raw: &Path,
    options: &Options,
    finished: &Finished,
    progress: &Progress,
) -> Result<(Manifest, [f64; manifest::TABLES.len()])> {
    let started = Instant::now();
    let mut files = vec![users(plan, raw, progress)?];
    let user_seconds = started.elapsed().as_secs_f64();
    files.push(products(plan, raw, progress)?);
    let product_seconds = started.elapsed().as_secs_f64() - user_seconds;
    let times = events::write(plan, raw, options, finished, progress, &mut files)?;
    folder::remove_others(raw, &files)?;
    let manifest = Manifest::new(plan, options, files, times);
    manifest.write(raw)?;
    // The truth is written while the events are.
    let event_seconds = started.elapsed().as_secs_f64() - user_seconds - product_seconds;
    let mut seconds = [event_seconds; manifest::TABLES.len()];
    seconds[..2].copy_from_slice(&[user_seconds, product_seconds]);
    Ok((manifest, seconds))
}

/// Writes the event files of a part; users and products with the first. What
/// others wrote stays, and the manifest is left to the run that closes.
fn write_part(
    plan: &Arc<Plan>,
    raw: &Path,
    options: &Options,
    part: Part,
    finished: &Finished,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let started = Instant::now();
    let mut files = Vec::new();
    if part.number == 1 {
        files.extend([users(plan, raw, progress)?, products(plan, raw, progress)?]);
    }
    let others = files.len();
    events::write(plan, raw, options, finished, progress, &mut files)?;
    let (mut rows, mut bytes) = (0, 0);
    for file in &files[others..] {
        (rows, bytes) = (rows + file.rows, bytes + file.bytes);
    }
    Ok(vec![TableSummary::new("raw.events", rows, bytes, started.elapsed().as_secs_f64())])
}

/// Writes `users.csv`.
fn users(plan: &Plan, raw: &Path, progress: &Progress) -> Result<FileEntry> {
    let write = |user, scratch: &mut String, csv: &mut Csv| row::user(&user, scratch, csv);
    table(raw, "users.csv", schema::USERS, plan.users(), write, progress)
}

/// Writes `products.csv`.
fn products(plan: &Plan, raw: &Path, progress: &Progress) -> Result<FileEntry> {
    let write = |product, scratch: &mut String, csv: &mut Csv| row::product(plan, product, scratch, csv);
    table(raw, "products.csv", schema::PRODUCTS, plan.products().iter(), write, progress)
}

/// Writes a table that is one CSV file.
fn table<T>(
    raw: &Path,
    name: &str,
    columns: &[schema::Column],
    items: impl Iterator<Item = T>,
    write: impl Fn(T, &mut String, &mut Csv),
    progress: &Progress,
) -> Result<FileEntry> {
    let mut file = RawFile::create(raw, name.to_owned())?;
    let (mut csv, mut scratch, mut rows) = (Csv::new(columns), String::new(), 0);
    let failed = |source| Error::Io { action: "write", path: raw.join(name), source };
    for item in items {
        progress.checkpoint()?;
        write(item, &mut scratch, &mut csv);
        rows += 1;
        encode::hand_on(&mut csv, encode::CHUNK, &mut file).map_err(failed)?;
    }
    encode::hand_on(&mut csv, 0, &mut file).map_err(failed)?;
    file.publish(rows)
}

/// An Arrow or Parquet failure, with the file it happened to.
fn write_error(path: &Path, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Io { action: "write", path: path.to_owned(), source: std::io::Error::other(source) }
}
