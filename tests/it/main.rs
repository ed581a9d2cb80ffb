//! All integration tests, in one binary (one link of DataFusion).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod gold;
mod ingest;
mod load;
mod shop;
mod sources;
mod truth;
