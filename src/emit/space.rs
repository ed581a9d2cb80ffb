//! Whether the files fit where they are to go, known before the first is written.

use std::io;
use std::path::Path;

use indicatif::DecimalBytes;

use super::encode::encode;
use super::{Options, folder};
use crate::error::{Error, Result};
use crate::generate::{self, Plan};

/// More than any session takes; where that many bytes are free, nothing has to
/// be looked at closely.
const MOST_BYTES_PER_SESSION: u64 = 100_000;
/// Sessions that are made to see how large one is.
const SAMPLE: u64 = 1000;
/// Samples err, and a run that might just fit is not to be refused.
const CERTAIN: f64 = 0.8;

/// Refuses event files that certainly do not fit.
pub(super) fn refuse_too_much(plan: &Plan, options: &Options, raw: &Path) -> Result<()> {
    let Some(free) = free(raw) else { return Ok(()) };
    let sessions = plan.options().scaled_sessions() / u64::from(options.part.map_or(1, |part| part.of));
    // What lies there is kept or replaced.
    let room = free.saturating_add(folder::event_bytes(raw)?);
    if sessions.saturating_mul(MOST_BYTES_PER_SESSION) < room {
        return Ok(());
    }
    let each = bytes_per_session(plan, options)?;
    let needed = each * sessions as f64;
    if needed * CERTAIN < room as f64 {
        return Ok(());
    }
    Err(Error::Usage(format!(
        "sessions times scale is {sessions}; it must be at most {:.0} here, for the event files would take about {} \
         as {}, and {} has room for {}: ask for fewer, or choose another --format or --data-dir",
        (room as f64 / each).floor(),
        DecimalBytes(needed as u64),
        options.format.as_str(),
        raw.display(),
        DecimalBytes(room),
    )))
}

/// The size of a session in a file, by some of the same shop.
fn bytes_per_session(plan: &Plan, options: &Options) -> Result<f64> {
    let asked = plan.options();
    let sessions = asked.scaled_sessions().min(SAMPLE);
    let share = sessions as f64 / asked.scaled_sessions() as f64;
    let few = Plan::new(&generate::Options {
        sessions,
        users: Some((asked.scaled_users() as f64 * share).ceil() as u64),
        products: asked.products.min(1000),
        scale: 1.0,
        ..asked.clone()
    })?;
    let events: Vec<_> = few.shards().iter().flat_map(|shard| shard.rows().events).collect();
    let mut size = Size(0);
    encode(&few, &events, options.format, &mut size).map_err(Error::io("encode", Path::new("a sample")))?;
    Ok(size.0 as f64 / sessions as f64)
}

/// Bytes that this user may still write where `folder` is or will be; none
/// where the system does not say.
#[cfg(unix)]
fn free(folder: &Path) -> Option<u64> {
    let there =
        folder.ancestors().map(|path| if path.as_os_str().is_empty() { Path::new(".") } else { path });
    let found = there.into_iter().find_map(|path| rustix::fs::statvfs(path).ok())?;
    Some(found.f_bavail.saturating_mul(found.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

/// Counts bytes and forgets them.
struct Size(u64);

impl io::Write for Size {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
