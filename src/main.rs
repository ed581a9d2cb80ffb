//! The door: parse, start telemetry, run a verb, choose the exit code.

mod verbs;

use std::error::Error as _;
use std::io::IsTerminal;
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
            let mut message = format!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                // Some libraries repeat their cause in their own words.
                if !message.contains(&inner.to_string()) {
                    message += &format!("\n  because: {inner}");
                }
                cause = inner.source();
            }
            // Where stderr is gone too, the exit code alone has to say it.
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("{message}\n").as_bytes());
            ExitCode::from(error.exit_code())
        }
    }
}

fn open(cli: &Cli) -> Result<ExitCode> {
    let now = Utc::now();
    let config = Config::layered(cli.global.config.as_deref(), std::env::vars(), &cli.overrides())?;
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
            json: config.log_json()?,
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
    verbs::execute(cli, &config, now, &Progress::new(visible, stop))
}

/// Whether the reader of our output went away, which is no failure of ours.
fn closed_pipe(error: &Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner
            .downcast_ref::<std::io::Error>()
            .is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
        {
            return true;
        }
        cause = inner.source();
    }
    false
}
