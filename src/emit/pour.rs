//! The events as one stream instead of files, for a pipe.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::sync::mpsc::sync_channel;
use std::sync::{Arc, Mutex};

use super::events::{self, Rows};
use super::{Format, Options};
use crate::error::{Error, Result};
use crate::generate::Plan;
use crate::progress::Progress;

/// Writes all events of a plan to `out`, CSV under one header or JSON lines:
/// the rows of the files, file after file (block by block, day by day), the
/// same bytes at any thread count. Nothing else is made; returns the rows.
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
    let shards = plan.shards();
    progress.begin("generate", shards.len() as u64);
    let threads = events::threads(options, shards.len());
    let queue = Mutex::new(shards.into_iter().enumerate());
    let mut rows = 0;
    std::thread::scope(|scope| {
        let (sender, receiver) = sync_channel(threads);
        for _ in 0..threads {
            let (sender, queue) = (sender.clone(), &queue);
            scope.spawn(move || {
                loop {
                    let taken = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((place, shard)) = taken else { return };
                    let made = shard.rows().events;
                    let spoiled = events::spoiled(plan, &made);
                    let made = Rows::of(&made, spoiled.as_ref());
                    let bytes = events::encoded(plan, &made, options.format);
                    if sender.send((place, made.len() as u64, bytes)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let (mut waiting, mut next, mut begun) = (BTreeMap::new(), 0, false);
        for (place, count, bytes) in receiver {
            let bytes = bytes.map_err(|source| super::write_error(Path::new("stdout"), source))?;
            progress.advance(1)?;
            waiting.insert(place, (count, bytes));
            while let Some((count, bytes)) = waiting.remove(&next) {
                let header = match options.format {
                    Format::Csv if begun => {
                        bytes.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1)
                    }
                    _ => 0,
                };
                out.write_all(&bytes[header..]).map_err(Error::io("write to", Path::new("stdout")))?;
                (rows, next, begun) = (rows + count, next + 1, true);
            }
        }
        Ok::<_, Error>(())
    })?;
    out.flush().map_err(Error::io("write to", Path::new("stdout")))?;
    progress.end();
    Ok(rows)
}
