//! The events as one stream instead of files, for a pipe.

use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use super::encode::{Rows, spoiled};
use super::order::in_order;
use super::{Format, Options};
use crate::error::{Error, Result};
use crate::generate::{Plan, Shard, ShardRows};
use crate::progress::Progress;

/// Writes all events of a plan, or of a part of it, to `out`: CSV under one
/// header, or JSON lines. These are the rows of the files, file after file
/// (block by block, day by day), the same bytes at any thread count. Nothing
/// else is made; returns the rows.
///
/// # Errors
/// [`Error::Usage`] for Parquet, which is no stream; [`Error::Io`] when `out`
/// cannot be written; [`Error::Interrupted`] when the user asked to stop.
pub fn pour(plan: &Arc<Plan>, options: &Options, out: &mut impl Write, progress: &Progress) -> Result<u64> {
    if options.format == Format::Parquet {
        return Err(Error::Usage(
            "format is parquet; it must be csv or jsonl with --stdout, which is one stream".to_owned(),
        ));
    }
    let shards = options.shards(plan);
    progress.begin("generate", shards.len() as u64);
    let make = |room: &mut ShardRows, shard: Shard| -> io::Result<(u64, Pieces)> {
        shard.fill(room);
        let spoiled = spoiled(plan, &room.events);
        let rows = Rows::of(&room.events, spoiled.as_ref());
        let mut pieces = Pieces(Vec::new());
        rows.encode(plan, options.format, &mut pieces)?;
        Ok((rows.len(), pieces))
    };
    let (mut rows, mut is_begun) = (0, false);
    in_order(shards, options.threads, make, |made| {
        let (count, pieces) = made.map_err(write_error)?;
        progress.advance(1)?;
        let has_header = is_begun && options.format == Format::Csv;
        pieces.pour(has_header, out).map_err(write_error)?;
        (rows, is_begun) = (rows + count, true);
        Ok(())
    })?;
    out.flush().map_err(write_error)?;
    progress.end();
    Ok(rows)
}

fn write_error(source: io::Error) -> Error {
    Error::Io { action: "write to", path: Path::new("stdout").to_owned(), source }
}

/// The bytes of a shard that waits for those before it.
struct Pieces(Vec<Vec<u8>>);

impl Pieces {
    /// Writes them, without the first line where that is a header once more.
    fn pour(self, has_header: bool, out: &mut impl Write) -> io::Result<()> {
        let mut skip = has_header;
        for piece in self.0 {
            let header = piece.iter().position(|byte| *byte == b'\n').filter(|_| skip);
            out.write_all(&piece[header.map_or(0, |end| end + 1)..])?;
            skip = false;
        }
        Ok(())
    }
}

impl Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.push(bytes.to_vec());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
