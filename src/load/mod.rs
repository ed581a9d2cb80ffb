//! Gold to PostgreSQL: the star schema, and views that Tableau can use.
//!
//! A load moves only what differs: facts are compared day by day, all other
//! tables as a whole, by hashes of their gold rows that the warehouse keeps
//! (`gold.etl_load`, `gold.etl_table`). Days that differ are staged beside the
//! tables readers see, and one closing transaction puts everything in place.
//! The same gold again changes no row. [`server`] finds the server or starts a
//! private one. `docs/loading.md` tells the whole story.

mod catalog;
mod copy;
mod days;
mod encode;
mod facts;
mod fill;
mod fuzz;
mod migrate;
mod partition;
mod period;
mod rights;
pub mod server;
mod small;
mod stage;
mod staging;
mod swap;
mod upsert;
mod url;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use chrono::NaiveDate;
use postgres::Client;
use postgres::error::SqlState;
use sha2::{Digest, Sha256};

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;
use crate::summary::TableSummary;

pub use self::server::{Server, ServerFound};
pub use self::url::{DatabaseUrl, mask_url};

/// Where and how to load.
#[derive(Debug, Clone)]
pub struct Options {
    /// The server to load into (`--database-url`, DATABASE_URL); none means
    /// PGHOST or PGSERVICE, else the lake's private server.
    pub database_url: Option<DatabaseUrl>,
    /// The private server's port when it starts; none means the one it had, or a free one.
    pub port: Option<u16>,
    /// The business time zone; views show local times in it.
    pub time_zone: String,
    /// The currency of all money.
    pub currency: String,
    /// A fingerprint of the settings that gold rests on; a new one replaces every day.
    pub config_hash: String,
    /// Replaces everything, whatever was loaded before.
    pub full_refresh: bool,
    /// Leaves days before this one alone, unread.
    pub since: Option<NaiveDate>,
    /// Deletes days that gold no longer has; without it they stop the load.
    pub prune: bool,
    /// Compares and changes nothing.
    pub dry_run: bool,
    /// Where rows wait that do not fit into memory; none means the system's temp folder.
    pub spill_dir: Option<PathBuf>,
    /// How long the swap looks for a moment between readers.
    pub swap_patience: Duration,
    /// How long a statement of `clickmill_reader` may run.
    pub reader_timeout: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            database_url: None,
            port: None,
            time_zone: "UTC".into(),
            currency: "USD".into(),
            config_hash: String::new(),
            full_refresh: false,
            since: None,
            prune: false,
            dry_run: false,
            spill_dir: None,
            swap_patience: Duration::from_secs(60),
            reader_timeout: Duration::from_secs(300),
        }
    }
}

/// What a load did.
#[derive(Debug, Clone, Default)]
pub struct Outcome {
    /// One summary for each table, dimensions first.
    pub tables: Vec<TableSummary>,
    /// What the user should know besides.
    pub notices: Vec<String>,
}

/// One load at a time per database: the advisory lock's number ("clickmil" in ASCII).
const LOCK: i64 = 0x636c_6963_6b6d_696c;
/// Shared by the connections that stage days; whoever gets it alone knows that none of a
/// killed load's is still at work.
const STAGING_LOCK: i64 = LOCK + 1;

/// Makes the warehouse on `server` equal to gold, as `engine` sees it: schema,
/// views and rows.
///
/// # Errors
/// [`Error::Load`] when the server cannot be reached or refuses, schema `gold`
/// is somebody else's, days of the warehouse are gone from gold and not to be
/// pruned, readers do not let go, or a table of gold is missing or does not fit;
/// the warehouse is then as it was. [`Error::Engine`] when gold cannot be read,
/// [`Error::Interrupted`] when the user asked to stop.
pub fn load(engine: &dyn Engine, server: &Server, options: &Options, progress: &Progress) -> Result<Outcome> {
    copy::check_lake(engine)?;
    let mut client = server.connect_for_long()?;
    if options.dry_run {
        rights::become_owner(&mut client)?;
        if let Some(why) = migrate::differs(&mut client)? {
            return copy::dry_run_of_all(engine, &why);
        }
        return copy::copy(&mut client, engine, server, options, progress);
    }
    take_lock(&mut client, LOCK, "another load into this database is running; waiting for it", progress)?;
    let waiting = "the server is still at work for a load that was killed; waiting for it";
    take_lock(&mut client, STAGING_LOCK, waiting, progress)?;
    client
        .execute("select pg_advisory_unlock($1)", &[&STAGING_LOCK])
        .map_err(|error| failed("cannot release a lock", error))?;
    migrate::migrate(&mut client, options)?;
    let outcome = copy::copy(&mut client, engine, server, options, progress);
    progress.end();
    outcome
    // The lock goes with the connection.
}

/// Brings a fact into bare tables, one for each day, and drops them again: what a
/// load does with rows, without keys and indexes, which `bench/load.sh` holds against
/// the server's own COPY. Returns rows, and the time it took until all were committed.
///
/// # Errors
/// As [`load`]; [`Error::Usage`] when gold has no such fact in partitions.
pub fn copy_bare(engine: &dyn Engine, server: &Server, name: &str) -> Result<(u64, Duration)> {
    let mut client = server.connect_to_load()?;
    take_lock(
        &mut client,
        LOCK,
        "a load into this database is running; waiting for it",
        &Progress::hidden(),
    )?;
    let mut facts = facts::Facts::bare(&mut client, engine, name)?;
    let spill = stage::Spill::new(None);
    let started = Instant::now();
    staging::stage(server, None, |stager| {
        facts.compare(
            engine,
            &BTreeMap::new(),
            &spill,
            &Progress::hidden(),
            |kind, period, rows| match kind {
                facts::Kind::Partitioned(table) => stager.take(table, period, rows),
                facts::Kind::Whole(_) => Ok(()),
            },
        )
    })?;
    let taken = started.elapsed();
    partition::drop_staged(&mut client)?;
    Ok((facts.counts(), taken))
}

/// Waits until nobody else holds an advisory lock.
fn take_lock(client: &mut Client, lock: i64, waiting: &str, progress: &Progress) -> Result<()> {
    let mut is_waiting = false;
    loop {
        let is_ours = client
            .query_one("select pg_try_advisory_lock($1)", &[&lock])
            .map_err(|error| failed("cannot take the load's lock", error))?
            .get(0);
        if is_ours {
            return Ok(());
        }
        if !is_waiting {
            tracing::warn!("{waiting}");
            is_waiting = true;
        }
        progress.checkpoint()?;
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// SHA-256 in hexadecimal: equal bytes, equal fingerprint.
fn fingerprint(bytes: impl AsRef<[u8]>) -> String {
    hex(&Sha256::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A load error with the server's own words.
fn failed(what: &str, error: postgres::Error) -> Error {
    let hint = match error.code() {
        Some(&SqlState::OUT_OF_MEMORY) => "; raise the server's max_locks_per_transaction",
        Some(&SqlState::DISK_FULL) => "; the server's disk is full, make room there and load again",
        Some(&SqlState::FOREIGN_KEY_VIOLATION) => "; where --since was given, load without it",
        _ => "",
    };
    let message = match error.as_db_error() {
        Some(said) => match said.detail() {
            Some(detail) => format!("{what}: {} ({detail}){hint}", said.message()),
            None => format!("{what}: {}{hint}", said.message()),
        },
        None if error.is_closed() => format!(
            "{what}: the server closed the connection; nothing of this load is seen, load again when it is back"
        ),
        None => what.to_owned(),
    };
    Error::Load { message, source: Some(error.into()) }
}

/// What the server calls the error, where it was the server's.
fn sql_state(error: &Error) -> Option<&SqlState> {
    let Error::Load { source: Some(source), .. } = error else { return None };
    source.downcast_ref::<postgres::Error>()?.code()
}
