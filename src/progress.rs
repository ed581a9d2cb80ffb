//! Stages count into a [`Progress`]; who started the run decides whether
//! anybody sees it. It also carries the wish to stop (Ctrl-C).

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use indicatif::{ProgressBar, ProgressStyle};

use crate::error::{Error, Result};

/// A counter that a stage advances, and the flag it must look at between
/// pieces of work.
#[derive(Debug, Clone)]
pub struct Progress {
    bar: ProgressBar,
    stop: Arc<AtomicBool>,
}

impl Progress {
    /// A progress that is seen nowhere and never asks to stop (tests, library users).
    pub fn hidden() -> Self {
        Self { bar: ProgressBar::hidden(), stop: Arc::default() }
    }

    /// A progress that draws a bar on stderr when `visible`, and stops when `stop` is set.
    pub fn new(visible: bool, stop: Arc<AtomicBool>) -> Self {
        let bar = if visible { ProgressBar::no_length() } else { ProgressBar::hidden() };
        Self { bar, stop }
    }

    /// Begins a stage of `length` steps, named `message`.
    pub fn begin(&self, message: &str, length: u64) {
        let style = ProgressStyle::with_template("{msg:<10} {bar:32} {human_pos}/{human_len} {elapsed}");
        if let Ok(style) = style {
            self.bar.set_style(style);
        }
        self.bar.reset();
        self.bar.set_length(length);
        self.bar.set_message(message.to_owned());
    }

    /// Counts `steps` more and says whether the run may go on.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once the user asked to stop.
    pub fn advance(&self, steps: u64) -> Result<()> {
        self.bar.inc(steps);
        self.checkpoint()
    }

    /// Says whether the run may go on, without counting.
    ///
    /// # Errors
    /// [`Error::Interrupted`] once the user asked to stop.
    pub fn checkpoint(&self) -> Result<()> {
        if self.stop.load(Ordering::Relaxed) { Err(Error::Interrupted) } else { Ok(()) }
    }

    /// Ends the stage and clears the bar.
    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
