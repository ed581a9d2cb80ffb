//! All integration tests, in one binary (one link of DataFusion).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod load;
mod shop;
