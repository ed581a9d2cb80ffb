//! clickmill makes realistic e-commerce clickstreams and mills any
//! clickstream, made or real, into a warehouse people can look at.

pub mod cli;
pub mod config;
pub mod emit;
pub mod engine;
pub mod error;
pub mod generate;
pub mod ingest;
pub mod lake;
pub mod load;
pub mod pipeline;
pub mod progress;
pub mod report;
pub mod source;
pub mod sql;
pub mod summary;
pub mod telemetry;
pub mod transform;

pub use error::{Error, Result};
