//! clickmill makes realistic e-commerce clickstreams and mills any
//! clickstream, made or real, into a warehouse people can look at.

pub mod engine;
pub mod error;
pub mod ingest;
pub mod lake;
pub mod progress;
pub mod source;
pub mod report;
pub mod sql;
pub mod summary;
pub mod transform;

pub use error::{Error, Result};
