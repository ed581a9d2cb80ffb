//! The one error of the library: what failed, where, and what to do next.

use std::path::{Path, PathBuf};

/// A result whose error is [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Everything that can go wrong, by stage. The text says what happened, where,
/// and what to do; the cause, where there is one, is the `source`.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A key, value or flag that cannot be meant (exit code 2).
    #[error("{0}")]
    Usage(String),

    /// A file or folder could not be read or written.
    #[error("cannot {action} {}", path.display())]
    Io {
        /// What was being done: `read`, `write`, `create`, `rename`, ...
        action: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },

    /// The generator was asked for something it cannot make.
    #[error("generate: {0}")]
    Generate(String),

    /// An input file is not what it should be.
    #[error("ingest: {}: {message}", path.display())]
    Ingest {
        /// The input file or folder.
        path: PathBuf,
        /// What is wrong with it and what to do.
        message: String,
    },

    /// A model could not be read, ordered, planned or run.
    #[error("transform: {model}: {message}")]
    Transform {
        /// The model's qualified name, such as `gold.fact_events`.
        model: String,
        /// What is wrong.
        message: String,
    },

    /// Data-quality checks found bad rows (exit code 3).
    #[error("{0}")]
    Check(String),

    /// The engine refused or failed a statement.
    #[error("{context}")]
    Engine {
        /// What was being done, in words.
        context: String,
        /// What the engine said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },

    /// PostgreSQL could not be found, reached or loaded.
    #[error("load: {message}")]
    Load {
        /// What failed and what to do.
        message: String,
        /// What the server or driver said.
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },

    /// A chart or the summary could not be drawn.
    #[error("report: {chart}: {message}")]
    Report {
        /// The chart's name.
        chart: String,
        /// What is wrong.
        message: String,
    },

    /// The user pressed Ctrl-C; nothing half-written was left under a final name.
    #[error("interrupted; finished files are kept, unfinished ones were removed")]
    Interrupted,
}

impl Error {
    /// The process exit code that goes with this error: 1 failed, 2 wrong
    /// usage, 3 a data-quality check failed, 130 interrupted.
    pub fn exit_code(&self) -> u8 {
        match self {
            Error::Usage(_) => 2,
            Error::Check(_) => 3,
            Error::Interrupted => 130,
            _ => 1,
        }
    }

    /// The text of the error and of each cause, one a line.
    pub fn with_causes(&self) -> String {
        let mut message = self.to_string();
        let mut cause = std::error::Error::source(self);
        while let Some(inner) = cause {
            // Some libraries repeat their cause in their own words.
            if !message.contains(&inner.to_string()) {
                message += &format!("\n  because: {inner}");
            }
            cause = inner.source();
        }
        message
    }

    /// An [`Error::Io`] maker for `map_err`: `.map_err(Error::io("read", &path))`.
    pub fn io(action: &'static str, path: impl AsRef<Path>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.as_ref().to_owned();
        move |source| Error::Io { action, path, source }
    }
}
