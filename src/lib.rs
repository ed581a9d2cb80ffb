//! clickmill makes realistic e-commerce clickstreams, and mills any
//! clickstream, made or real, into a warehouse people can look at.
//!
//! ```
//! use clickmill::lake::Lake;
//! use clickmill::progress::Progress;
//! use clickmill::{emit, engine::LocalEngine, generate, ingest, report, transform};
//!
//! # fn main() -> clickmill::Result<()> {
//! # let folder = tempfile::tempdir().map_err(clickmill::Error::io("create", "a folder"))?;
//! # let data = folder.path().join("data");
//! let (lake, progress) = (Lake::new(data), Progress::hidden());
//! let wanted = generate::Options { sessions: 200, products: 50, days: 7, ..Default::default() };
//!
//! emit::emit(&generate::Plan::new(&wanted)?, &lake, &Default::default(), &progress)?;
//! ingest::ingest(&lake, &Default::default(), chrono::Utc::now(), &progress)?;
//! let made = transform::transform(&lake, &Default::default(), &progress)?;
//!
//! let sessions = made.tables.iter().find(|table| table.table == "gold.fact_sessions");
//! assert_eq!(sessions.map(|table| table.rows), Some(200));
//!
//! let engine = LocalEngine::open(&lake, &Default::default())?;
//! let pictures = report::Options { dir: folder.path().join("reports"), ..Default::default() };
//! report::render(&engine, &pictures, &progress)?;
//! # Ok(())
//! # }
//! ```
//!
//! The modules, in the order the data meets them: [`generate`] makes rows and
//! [`emit`] writes them; a [`source`] says what a raw format means and
//! [`ingest`] brings its files to bronze; [`transform`] runs the SQL models on
//! an [`engine`]; [`load`] fills PostgreSQL, [`report`] draws, [`page`] puts it
//! all on one page, [`ask`] answers, [`tableau`] writes files for Tableau and
//! [`schema`] describes the warehouse. [`pipeline`] is all of them in order,
//! [`lake`] knows where everything lies, and
//! [`config`] and [`cli`] say what was wanted.

pub mod ask;
pub mod cli;
pub mod config;
pub mod emit;
pub mod engine;
pub mod error;
pub mod generate;
pub mod ingest;
pub mod lake;
pub mod load;
pub mod page;
pub mod pipeline;
pub mod progress;
pub mod quality;
pub mod report;
mod schedule;
pub mod schema;
pub mod source;
pub mod sql;
pub mod summary;
pub mod tableau;
pub mod telemetry;
pub mod transform;
pub mod trial;
pub mod truth;

pub use error::{Error, Result};
