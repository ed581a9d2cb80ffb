//! Raw files of any known source to bronze: every column as received, as text,
//! with its origin.
//!
//! A file goes through three steps. It is *examined*: hashed, its format told
//! and its columns read, so that whatever is wrong with any input is said before
//! anything is written. Its source is *chosen* by its columns or by name. Its
//! rows are *written* to one Parquet file, and a row of `bronze.batches` makes
//! them count. A file whose content is in the lake already adds nothing.

mod batch;
mod bronze;
mod bronze_file;
mod choice;
mod content;
mod csv;
mod fetch;
#[cfg(test)]
mod fuzz;
mod guard;
mod in_order;
mod input;
mod jsonl;
mod parquet;
mod pieces;
mod record;
mod rows;

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::progress::Progress;
use crate::summary::TableSummary;

use pieces::{Limits, LineEnds, Pieces};

pub use bronze::{Batch, batches, forget};
pub use fetch::fetch;

/// What to ingest, and as what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Files, folders, patterns (`*`, `?`, `**`) or http(s) addresses; none
    /// means the lake's own raw files.
    pub inputs: Vec<PathBuf>,
    /// A source's name or the path of a mapping file (`.sql`); `None` lets each
    /// file's columns decide.
    pub source: Option<String>,
    /// Put before every id of these files, so that a second source's ids cannot
    /// be taken for the first one's.
    pub id_prefix: Option<String>,
    /// Threads that read files, a large one together; 0 means one per core.
    pub threads: usize,
}

/// Brings raw files to `bronze.events`, `bronze.users` and `bronze.products`.
///
/// Returns a summary of each of these tables that the input holds: the rows
/// added, or, unchanged, those that were there already. `now` becomes
/// `_ingested_at`. Each file is complete in itself: those finished before an
/// error or an interruption stay, and the next run goes on behind them.
///
/// # Errors
/// [`Error::Ingest`] when an input is missing, empty, damaged or of no known
/// source, [`Error::Usage`] when it would mix two sources' ids,
/// [`Error::Io`] when something cannot be read or written,
/// [`Error::Interrupted`] when the user asked to stop.
pub fn ingest(
    lake: &Lake,
    options: &Options,
    now: DateTime<Utc>,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let files = input::resolve(lake, &options.inputs)?;
    let summaries = batch::ingest_files(lake, options, &files, now, progress);
    progress.end();
    summaries
}

/// Puts the first whole rows of a large text file, some 16 MiB of them, into
/// `folder` and says where; `None` where the file is better read itself.
///
/// # Errors
/// As [`ingest`], where the file cannot be read.
pub fn sample(path: &Path, folder: &Path) -> Result<Option<PathBuf>> {
    let line_ends = match content::Format::of_file(path)? {
        content::Format::Csv => LineEnds::Any,
        content::Format::JsonLines => LineEnds::Newline,
        content::Format::Json | content::Format::Parquet => return Ok(None),
    };
    let mut pieces = Pieces::open(path, line_ends, Limits::default(), &content::ByteCount::default())?;
    let Some(piece) = pieces.next()?.filter(|piece| !piece.is_last) else { return Ok(None) };
    let end = match line_ends {
        LineEnds::Any => csv::whole_records(path, &piece.bytes)?,
        LineEnds::Newline => piece.bytes.len(),
    };
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let place = folder.join(name.trim_end_matches(".gz").trim_end_matches(".zst"));
    std::fs::write(&place, &piece.bytes[..end]).map_err(Error::io("write", &place))?;
    Ok(Some(place))
}

/// An [`Error::Ingest`]: what is wrong with an input.
fn refused(path: impl AsRef<Path>, message: impl Into<String>) -> Error {
    Error::Ingest { path: path.as_ref().to_owned(), message: message.into() }
}
