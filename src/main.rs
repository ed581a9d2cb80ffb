//! The door: parse, start telemetry, run a verb, choose the exit code.

mod verbs;

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::Utc;
use clap::Parser;
use clickmill::cli::{Cli, Command};
use clickmill::config::Config;
use clickmill::progress::Progress;
use clickmill::{Error, Result, telemetry};

fn main() -> ExitCode {
    match open(&Cli::parse()) {
        Ok(code) => code,
        Err(error) if closed_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // Where stderr is gone too, the exit code alone has to say it.
            let _ = writeln!(std::io::stderr(), "error: {}", error.with_causes());
            ExitCode::from(error.exit_code())
        }
    }
}

fn open(cli: &Cli) -> Result<ExitCode> {
    let now = Utc::now();
    // A variable that is no text cannot be one of ours.
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    let config = Config::layered(cli.global.config.as_deref(), environment, &cli.overrides())?;
    let json = config.log_json()?;
    let works = matches!(
        cli.command,
        Command::Run(_)
            | Command::Generate(_)
            | Command::Ingest(_)
            | Command::Transform(_)
            | Command::Load(_)
            | Command::Report(_)
    );
    telemetry::start(
        &telemetry::Options {
            verbosity: if cli.global.quiet {
                -1
            } else {
                i8::try_from(cli.global.verbose).unwrap_or(i8::MAX)
            },
            json,
            log_dir: config.log_dir().filter(|_| works),
        },
        now,
    )?;
    let stop = Arc::new(AtomicBool::new(false));
    let asked = stop.clone();
    // The first Ctrl-C asks for an orderly end; the second does not ask.
    let handler = ctrlc::set_handler(move || {
        if asked.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    handler.map_err(|error| Error::Usage(format!("cannot listen for Ctrl-C: {error}")))?;
    let visible = !cli.global.quiet && std::io::stderr().is_terminal();
    let outcome = verbs::execute(cli, &config, now, &Progress::new(visible, stop));
    if let Err(error) = &outcome
        && !closed_pipe(error)
    {
        tracing::error!(target: telemetry::VERDICT, "{}", error.with_causes());
        if json {
            return Ok(ExitCode::from(error.exit_code()));
        }
    }
    outcome
}

/// Whether the reader of our output went away, which is no failure of ours; a
/// server that goes away is.
fn closed_pipe(error: &Error) -> bool {
    matches!(error, Error::Io { path, source, .. }
        if path == Path::new("stdout") && source.kind() == std::io::ErrorKind::BrokenPipe)
}
