//! All integration tests, in one binary (one link of DataFusion).

mod gold;
mod ingest;
mod sources;
