//! Messages: to stderr as loud as asked, and to a log file under `logs/`.

use std::fs::File;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use tracing_subscriber::filter::{EnvFilter, LevelFilter};
use tracing_subscriber::fmt;
use tracing_subscriber::prelude::*;

use crate::error::{Error, Result};

/// Target of the error that ends a run: in the log file and on stderr as JSON;
/// as text, the door prints it.
pub const VERDICT: &str = "clickmill::verdict";

/// How loud, in which form, and where else.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// -v adds one, -q takes one: -1 errors only, 0 warnings, 1 info, 2 debug, 3 all.
    pub verbosity: i8,
    /// JSON lines on stderr instead of text.
    pub json: bool,
    /// A folder for a log file of this run.
    pub log_dir: Option<PathBuf>,
}

/// Starts the messages of this process. `RUST_LOG` decides over the verbosity.
/// Returns the log file's path, if there is one.
///
/// # Errors
/// [`Error::Io`] when the log file cannot be made.
pub fn start(options: &Options, now: DateTime<Utc>) -> Result<Option<PathBuf>> {
    let level = match options.verbosity {
        ..=-1 => LevelFilter::ERROR,
        0 => LevelFilter::WARN,
        1 => LevelFilter::INFO,
        2 => LevelFilter::DEBUG,
        _ => LevelFilter::TRACE,
    };
    let filter = EnvFilter::builder().with_default_directive(level.into()).from_env_lossy();
    let filter = match format!("{VERDICT}=off").parse() {
        Ok(silent) if !options.json => filter.add_directive(silent),
        _ => filter,
    };
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let stderr = fmt::layer().with_writer(std::io::stderr).with_target(false).with_ansi(colours);
    let stderr = match options.json {
        true => stderr.json().with_filter(filter).boxed(),
        false => stderr.without_time().with_filter(filter).boxed(),
    };
    let (file, path) = match &options.log_dir {
        None => (None, None),
        Some(folder) => {
            let (file, path) = create_log(folder, now)?;
            let layer = fmt::layer()
                .json()
                .with_writer(Arc::new(file))
                .with_filter(EnvFilter::new("info,clickmill=debug"))
                .boxed();
            (Some(layer), Some(path))
        }
    };
    // A second start in one process (tests) keeps the first. Not `try_init`, which
    // brings in what libraries say through `log`: to ask whether a layer wants such a
    // record makes that layer drop the next message of the same thread.
    let _ = tracing::subscriber::set_global_default(tracing_subscriber::registry().with(stderr).with(file));
    Ok(path)
}

fn create_log(folder: &Path, now: DateTime<Utc>) -> Result<(File, PathBuf)> {
    std::fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    let path = folder.join(format!("clickmill-{}.log", now.format("%Y%m%dT%H%M%S%3fZ")));
    let file = File::create(&path).map_err(Error::io("create", &path))?;
    Ok((file, path))
}
