//! Gold to PostgreSQL: the star schema, and views that Tableau can use.
//!
//! A load is one transaction and moves only what differs: facts are compared
//! day by day, all other tables as a whole, by hashes of their gold rows that
//! the warehouse keeps (`gold.etl_load`, `gold.etl_table`). The same gold again
//! changes no row. [`server`] finds the server or starts a private one.

mod catalog;
mod copy;
mod days;
mod encode;
mod migrate;
mod partition;
pub mod server;
mod small;
mod stage;
mod url;

use std::time::Duration;

use postgres::Client;
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
        }
    }
}

/// One load at a time per database: the advisory lock's number ("clickmil" in ASCII).
const LOCK: i64 = 0x636c_6963_6b6d_696c;

/// Makes the warehouse on `server` equal to gold, as `engine` sees it: schema,
/// views and rows. One summary for each table, dimensions first.
///
/// # Errors
/// [`Error::Load`] when the server cannot be reached or refuses, schema `gold`
/// is somebody else's, or a table of gold is missing or does not fit; the
/// warehouse is then as it was. [`Error::Engine`] when gold cannot be read,
/// [`Error::Interrupted`] when the user asked to stop.
pub fn load(
    engine: &dyn Engine,
    server: &Server,
    options: &Options,
    progress: &Progress,
) -> Result<Vec<TableSummary>> {
    let mut client = server.connect()?;
    client
        .batch_execute("set client_min_messages = warning")
        .map_err(|error| failed("cannot talk to the server", error))?;
    take_lock(&mut client, progress)?;
    migrate::migrate(&mut client)?;
    copy::copy(&mut client, engine, options, progress)
    // The lock goes with the connection.
}

/// Waits until no other load runs on this database.
fn take_lock(client: &mut Client, progress: &Progress) -> Result<()> {
    let mut waiting = false;
    loop {
        let is_ours = client
            .query_one("select pg_try_advisory_lock($1)", &[&LOCK])
            .map_err(|error| failed("cannot take the load's lock", error))?
            .get(0);
        if is_ours {
            return Ok(());
        }
        if !waiting {
            tracing::warn!("another load into this database is running; waiting for it");
            waiting = true;
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
    let message = match error.as_db_error() {
        Some(said) => match said.detail() {
            Some(detail) => format!("{what}: {} ({detail})", said.message()),
            None => format!("{what}: {}", said.message()),
        },
        None if error.is_closed() => format!("{what}: the server closed the connection"),
        None => what.to_owned(),
    };
    Error::Load { message, source: Some(error.into()) }
}
