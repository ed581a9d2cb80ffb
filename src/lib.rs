//! clickmill makes realistic e-commerce clickstreams and mills any
//! clickstream, made or real, into a warehouse people can look at.

pub mod engine;
pub mod error;
pub mod lake;
pub mod load;
pub mod progress;
pub mod sql;
pub mod summary;

pub use error::{Error, Result};
