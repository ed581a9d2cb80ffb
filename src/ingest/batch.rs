//! The way of a file through ingest: examined, its source chosen, written.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Instant, SystemTime};

use chrono::{DateTime, Utc};

use super::bronze::{Batch, batches};
use super::bronze_file::{Origin, Writing};
use super::choice::{Choice, new_columns};
use super::content::{self, ByteCount, Format};
use super::input::InputFile;
use super::pieces::Limits;
use super::rows::check_columns;
use super::{Options, csv, jsonl, parquet, refused};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::progress::Progress;
use crate::schedule::{side_by_side, threads};
use crate::source::{Kind, Source};
use crate::summary::TableSummary;

/// A file of more bytes, compressed or not, is worth several threads.
const LARGE_BYTES: u64 = 24 << 20;

/// Brings files to bronze and says what became of each table.
pub(super) fn ingest_files(
    lake: &Lake,
    options: &Options,
    files: &[InputFile],
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let choice = Choice::new(options)?;
    let known: BTreeMap<_, _> =
        batches(lake)?.into_iter().map(|batch| (batch.batch_id.clone(), batch)).collect();
    progress.begin("examine", files.len() as u64);
    let threads = threads(options.threads);
    let spare = (threads / files.len().max(1)).max(1);
    let examined = side_by_side(threads, files, |file| Examined::new(file, &known, spare, progress))?;

    let mut planned = Vec::new();
    let mut unchanged = Vec::new();
    let mut seen = BTreeSet::new();
    for file in examined {
        if !seen.insert(file.batch_id.clone()) {
            tracing::warn!(file = file.input.given, "same content as another input, left out");
        } else if let Some(batch) = known.get(&file.batch_id) {
            choice.check_known(&file.input.path, &batch.source)?;
            unchanged.push(remap(lake, &choice, batch)?);
        } else {
            let source = choice.source_of(&file.input.path, file.format, &file.columns)?.clone();
            planned.push(Planned { file, source });
        }
    }
    check_one_source(known.values(), &planned, options)?;

    progress.begin("ingest", planned.iter().map(|planned| planned.file.bytes).sum());
    let mut summaries = Vec::new();
    let mut rows_in_all = 0;
    for kind in Kind::ALL {
        let started = Instant::now();
        let new: Vec<_> = planned.iter().filter(|planned| planned.source.kind == kind).collect();
        let old: Vec<_> = unchanged.iter().filter(|(batch, _)| batch.kind == kind).collect();
        // All threads work together on a file so large that the others would be
        // done before it; the rest they share out.
        let share = new.iter().map(|planned| planned.file.bytes).sum::<u64>() / (8 * threads as u64);
        let (large, small): (Vec<_>, Vec<_>) =
            new.iter().copied().partition(|planned| planned.file.bytes > share.max(LARGE_BYTES));
        let mut written = Vec::new();
        for (files, at_once) in [(large, 1), (small, threads)] {
            let each = if at_once == 1 { threads } else { 1 };
            written.extend(side_by_side(at_once, &files, |planned| {
                planned.write(lake, &choice, options, each, now, progress)
            })?);
        }
        let (rows, bytes) = written.iter().fold((0, 0), |sum, file| (sum.0 + file.0, sum.1 + file.1));
        let old_rows: u64 = old.iter().map(|(batch, _)| batch.rows).sum();
        rows_in_all += rows + old_rows;
        let table = format!("bronze.{}", kind.as_str());
        let seconds = started.elapsed().as_secs_f64();
        if let Some(empty) = new.first().filter(|_| rows + old_rows == 0) {
            // Users may be none; a log without an event is a mistake.
            if kind == Kind::Events {
                return Err(refused(&empty.file.input.path, "has a header and no event below it"));
            }
        } else if rows > 0 || old.iter().any(|(_, changed)| *changed) {
            summaries.push(TableSummary::new(table, rows, bytes, seconds));
        } else if !old.is_empty() {
            summaries.push(TableSummary::unchanged(table, old_rows, seconds));
        }
    }
    match files.first() {
        Some(first) if rows_in_all == 0 => Err(refused(&first.path, "has a header and no row below it")),
        _ => Ok(summaries),
    }
}

/// A file of which everything is known but its rows.
struct Examined<'a> {
    input: &'a InputFile,
    batch_id: String,
    sha256: String,
    bytes: u64,
    modified: Option<SystemTime>,
    format: Format,
    columns: Vec<String>,
}

impl<'a> Examined<'a> {
    /// Hashes the file, and where its content is new, tells its format and reads its columns.
    fn new(
        input: &'a InputFile,
        known: &BTreeMap<String, Batch>,
        threads: usize,
        progress: &Progress,
    ) -> Result<Self> {
        let path = &input.path;
        let (bytes, modified) = state_of(path)?;
        let sha256 = content::sha256(path, || progress.checkpoint())?;
        let batch_id = sha256[..16].to_owned();
        let (mut format, mut columns) = (Format::Csv, Vec::new());
        if !known.contains_key(&batch_id) {
            format = Format::of_file(path)?;
            columns = match format {
                Format::Csv => csv::columns(path)?,
                Format::JsonLines => jsonl::columns(path, threads)?,
                Format::Json => jsonl::array_columns(path)?,
                Format::Parquet => parquet::columns(path)?,
            };
            check_columns(path, &columns)?;
        }
        progress.advance(1)?;
        Ok(Self { input, batch_id, sha256, bytes, modified, format, columns })
    }
}

/// Size and time of change, to see whether a file was written to in the meantime.
fn state_of(path: &Path) -> Result<(u64, Option<SystemTime>)> {
    let state = fs::metadata(path).map_err(Error::io("read", path))?;
    Ok((state.len(), state.modified().ok()))
}

/// A file whose source is known.
struct Planned<'a> {
    file: Examined<'a>,
    source: Source,
}

impl Planned<'_> {
    /// Writes the file's rows, then the batch that makes them count; a file
    /// without rows leaves nothing. Returns the rows and the bytes written.
    fn write(
        &self,
        lake: &Lake,
        choice: &Choice,
        options: &Options,
        threads: usize,
        now: DateTime<Utc>,
        progress: &Progress,
    ) -> Result<(u64, u64)> {
        let Examined { input, batch_id, columns, .. } = &self.file;
        let path = input.path.as_path();
        progress.checkpoint()?;
        let place = Batch::rows_file(lake, self.source.kind, batch_id);
        let origin =
            Origin { source_file: input.given.clone(), batch_id: batch_id.clone(), ingested_at: now };
        let count = ByteCount::default();
        let progress = reporter(progress, &count);
        let mut writing =
            Writing { place: place.clone(), origin, threads, limits: Limits::default(), count, progress };
        let file = match self.file.format {
            Format::Csv => csv::read(path, &mut writing)?,
            Format::JsonLines => jsonl::read(path, columns, &mut writing)?,
            Format::Json => jsonl::read_array(path, columns, &mut writing)?,
            Format::Parquet => parquet::read(path, &mut writing)?,
        };
        if state_of(path)? != (self.file.bytes, self.file.modified) {
            return Err(refused(path, "was changed while it was read; try again when it is finished"));
        }
        let (row_count, malformed_rows) = (file.rows, file.malformed_rows);
        if row_count == 0 {
            tracing::warn!(file = input.given, "no row in it");
            return Ok((0, 0));
        }
        let batch = Batch {
            batch_id: batch_id.clone(),
            source: self.source.name.clone(),
            kind: self.source.kind,
            source_file: input.given.clone(),
            sha256: self.file.sha256.clone(),
            bytes: self.file.bytes,
            rows: row_count,
            malformed_rows,
            columns: columns.clone(),
            new_columns: new_columns(&self.source, columns),
            id_prefix: options.id_prefix.clone().unwrap_or_default(),
            covers_from: input.covers.from,
            covers_until: input.covers.until,
            mapping: choice.own_mapping(&self.source),
            ingested_at: now,
        };
        let bytes = file.publish()?;
        if let Err(error) = batch.publish(lake) {
            // Rows without their batch do not count; they only take up space.
            let _ = fs::remove_file(&place);
            return Err(error);
        }
        if !batch.new_columns.is_empty() {
            let columns = batch.new_columns.join(", ");
            tracing::warn!(
                file = input.given,
                source = batch.source,
                columns,
                "columns unknown to the mapping"
            );
        }
        tracing::info!(file = input.given, rows = row_count, malformed_rows, "ingested");
        Ok((row_count, bytes))
    }
}

/// Tells the progress how many bytes were read since it was last told.
fn reporter(progress: &Progress, count: &ByteCount) -> Box<dyn FnMut() -> Result<()> + Send> {
    let (progress, count, mut told) = (progress.clone(), count.clone(), 0);
    Box::new(move || {
        let read = count.load(Ordering::Relaxed);
        let steps = read - told;
        told = read;
        progress.advance(steps)
    })
}

/// A batch that is there already, with the user's mapping as it is now, and
/// whether that has changed. Rows are as received, so only the mapping can.
fn remap(lake: &Lake, choice: &Choice, batch: &Batch) -> Result<(Batch, bool)> {
    let Some(source) = choice.candidate(&batch.source) else { return Ok((batch.clone(), false)) };
    let mapping = choice.own_mapping(source);
    if mapping.is_none() || mapping == batch.mapping {
        return Ok((batch.clone(), false));
    }
    let new_columns = new_columns(source, &batch.columns);
    let batch = Batch { mapping, new_columns, ..batch.clone() };
    batch.publish(lake)?;
    Ok((batch, true))
}

/// Ids of two sources may be equal and mean different things, so a lake takes
/// events of one source only, or of one source for each id prefix.
fn check_one_source<'a>(
    known: impl Iterator<Item = &'a Batch>,
    planned: &[Planned],
    options: &Options,
) -> Result<()> {
    let prefix = options.id_prefix.clone().unwrap_or_default();
    let events = planned.iter().filter(|planned| planned.source.kind == Kind::Events);
    let mut sources: BTreeSet<_> = events.map(|planned| planned.source.name.as_str()).collect();
    if sources.is_empty() {
        return Ok(());
    }
    let of_prefix = known.filter(|batch| batch.kind == Kind::Events && batch.id_prefix == prefix);
    sources.extend(of_prefix.map(|batch| batch.source.as_str()));
    if sources.len() < 2 {
        return Ok(());
    }
    let names = sources.into_iter().collect::<Vec<_>>().join(" and ");
    Err(Error::Usage(format!(
        "the events of {names} cannot share their ids in one data folder; use a folder for each, \
         or give the second one an id prefix (--id-prefix)"
    )))
}
