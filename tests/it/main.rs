//! All integration tests, in one binary (one link of DataFusion).

mod gold;
mod ingest;
mod sources;
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod load;
mod shop;
