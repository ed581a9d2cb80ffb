//! Raw files of every format to bronze, and what is said of bad ones.

mod bad_input;
mod batches;
mod csv_files;
mod formats;
mod hostile;
mod properties;

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use chrono::{DateTime, Utc};
use clickmill::emit;
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::generate::{self, Plan};
use clickmill::ingest::{self, Batch, Options};
use clickmill::lake::{Lake, Layer};
use clickmill::progress::Progress;
use clickmill::summary::TableSummary;
use clickmill::{Error, Result};
use proptest::prelude::*;

const HEADER: &str = "event_id,visitor_id,event_time,event_type,product_id,referrer";

/// A scratch folder with a lake in it.
struct Scratch {
    folder: tempfile::TempDir,
    lake: Lake,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::new(folder.path().join("data"));
        Self { folder, lake }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, options: &Options) -> Result<Vec<TableSummary>> {
        ingest::ingest(&self.lake, options, now(), &Progress::hidden())
    }

    fn ingest(&self, input: impl Into<PathBuf>) -> Result<Vec<TableSummary>> {
        self.run(&Options { inputs: vec![input.into()], ..Options::default() })
    }

    fn ingest_as(&self, input: impl Into<PathBuf>, source: &str) -> Result<Vec<TableSummary>> {
        self.run(&Options {
            inputs: vec![input.into()],
            source: Some(source.to_owned()),
            ..Options::default()
        })
    }

    /// Ingests a file that must be refused, sees that nothing is left behind, and returns what was said.
    fn refusal(&self, input: impl Into<PathBuf>) -> String {
        let error = self.ingest(input).unwrap_err();
        assert_eq!(self.files_in_bronze(), Vec::<PathBuf>::new(), "left behind after: {error}");
        error.to_string()
    }

    fn files_in_bronze(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, into) } else { into.push(path) }
            }
        }
        let mut files = Vec::new();
        walk(&self.lake.layer(Layer::Bronze), &mut files);
        files
    }

    /// Rows of a bronze table by file and line.
    fn rows(&self, table: &str, columns: &str) -> RecordBatch {
        let engine = LocalEngine::open(&self.lake, &engine::Options::default()).unwrap();
        let sql = format!("select {columns} from bronze.{table} order by _source_file, _source_line");
        let engine: &dyn Engine = &engine;
        let batches = engine.collect(&sql, &Params::new()).unwrap();
        concat_batches(&batches[0].schema(), &batches).unwrap()
    }

    /// A text column of a bronze table, nulls as `None`.
    fn texts(&self, table: &str, column: &str) -> Vec<Option<String>> {
        let rows = self.rows(table, column);
        rows.column(0).as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn lines(&self) -> Vec<i64> {
        self.rows("events", "_source_line").column(0).as_primitive::<Int64Type>().values().to_vec()
    }

    fn only_batch(&self) -> Batch {
        let batches = ingest::batches(&self.lake).unwrap();
        assert_eq!(batches.len(), 1);
        batches[0].clone()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| (!text.is_empty()).then(|| (*text).to_owned())).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Three events, the second with quotes, a delimiter and a line break in a field.
fn events() -> String {
    format!(
        "{HEADER}\n\
         e1,v1,2026-01-01T00:00:00.000Z,page_view,,\n\
         e2,v1,2026-01-01T00:00:05.000Z,product_view,\"a \"\"b\"\", c\nd\",https://x.example/\n\
         e3,v2,2026-01-01T00:00:09.000Z,page_view,,\n"
    )
}

/// The real files that stand beside the project, where they do.
pub fn shared(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CLICKMILL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join("data").join(file);
    if !path.is_file() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
}
