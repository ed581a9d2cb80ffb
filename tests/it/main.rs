//! All integration tests, in one binary (one link of DataFusion).
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod analyses;
mod channels;
mod cli;
mod determinism;
mod dirt;
mod disk;
mod fault;
mod gold;
mod identity;
mod increments;
mod ingest;
mod load;
mod models;
mod page;
mod parts;
mod pipeline;
mod quality;
mod questions;
mod raw_files;
mod second_engine;
mod sources;
mod tableau;
mod truth;
mod views;
mod workdir;
