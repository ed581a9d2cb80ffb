//! Any input whatever: each line of it is a row of bronze or the file is
//! refused, no byte is lost or changed, and nothing panics.
//!
//! Short by default; CLICKMILL_FUZZ_SECONDS says how long each reader is tried.
//! Pieces and rows are kept tiny here, so that every edge is met often.

#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use ::parquet::arrow::ArrowWriter;
use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::{
    Array, ArrayRef, AsArray, BinaryArray, BooleanArray, Date32Array, Decimal128Array, Float64Array,
    Int64Array, ListArray, RecordBatch, StringArray, StringDictionaryBuilder, StructArray,
    TimestampMillisecondArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::{Field, Int32Type, Int64Type};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::DateTime;
use proptest::prelude::*;
use proptest::test_runner::{TestError, TestRunner};

use super::bronze_file::{BronzeFile, Origin, Writing};
use super::content::ByteCount;
use super::pieces::Limits;
use super::rows::text;
use super::{csv, jsonl, parquet};
use crate::error::Result;

/// Tries `check` on what `strategy` makes for as long as it was said; a failure is made small first.
fn try_for_a_while<S: Strategy>(
    name: &str,
    strategy: S,
    check: impl Fn(S::Value) -> std::result::Result<(), TestCaseError>,
) {
    let seconds =
        std::env::var("CLICKMILL_FUZZ_SECONDS").ok().and_then(|text| text.parse().ok()).unwrap_or(1.0);
    let until = Instant::now() + Duration::from_secs_f64(seconds);
    // Random cases where time was given, the same ones everywhere else.
    let mut runner = match seconds > 1.0 {
        true => TestRunner::new(ProptestConfig::default()),
        false => TestRunner::deterministic(),
    };
    let mut cases = 0_u64;
    while Instant::now() < until || cases < 50 {
        let case = strategy.new_tree(&mut runner).unwrap();
        match runner.run_one(case, &check) {
            Ok(_) | Err(TestError::Abort(_)) => cases += 1,
            Err(TestError::Fail(reason, value)) => panic!("{name}, case {cases}: {reason}\n{value:?}"),
        }
    }
    println!("{name}: {cases} cases in {seconds} s");
}

/// How a file is read.
#[derive(Debug, Clone, Copy)]
struct Way {
    piece: usize,
    row: usize,
    threads: usize,
}

fn way() -> impl Strategy<Value = Way> {
    (1..40_usize, prop_oneof![20..80_usize, Just(1 << 20)], 1..4_usize)
        .prop_map(|(piece, row, threads)| Way { piece, row, threads })
}

/// A scratch file to be read.
struct Case {
    folder: tempfile::TempDir,
}

/// What came of a file.
struct Found {
    rows: RecordBatch,
    counted: (u64, u64),
}

impl Case {
    fn new(content: &[u8]) -> Self {
        let case = Self { folder: tempfile::tempdir_in(fastest()).unwrap() };
        fs::write(case.input(), content).unwrap();
        case
    }

    fn input(&self) -> PathBuf {
        self.folder.path().join("input")
    }

    fn read(&self, way: Way, read: impl FnOnce(&Path, &mut Writing) -> Result<BronzeFile>) -> Result<Found> {
        let place = self.folder.path().join("rows.parquet");
        let mut writing = Writing {
            place: place.clone(),
            origin: Origin {
                source_file: "input".to_owned(),
                batch_id: "b".to_owned(),
                ingested_at: DateTime::default(),
            },
            threads: way.threads,
            limits: Limits { head: 24, piece: way.piece, row: way.row },
            count: ByteCount::default(),
            progress: Box::new(|| Ok(())),
        };
        let file = read(&self.input(), &mut writing)?;
        let counted = (file.rows, file.malformed_rows);
        file.publish()?;
        let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(place).unwrap()).unwrap();
        let schema = reader.schema().clone();
        let batches: Vec<_> = reader.build().unwrap().map(std::result::Result::unwrap).collect();
        Ok(Found { rows: concat_batches(&schema, &batches).unwrap(), counted })
    }
}

/// Many small files: in memory where there is such a place.
fn fastest() -> PathBuf {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() }
}

impl Found {
    /// The text of a cell, nothing as an empty one.
    fn text(&self, column: &str, row: usize) -> &str {
        let column = self.rows.column_by_name(column).unwrap().as_string::<i32>();
        if column.is_valid(row) { column.value(row) } else { "" }
    }

    fn is_malformed(&self, row: usize) -> bool {
        !self.text("_parse_error", row).is_empty()
    }

    fn line(&self, row: usize) -> u64 {
        let lines = self.rows.column_by_name("_source_line").unwrap();
        lines.as_primitive::<Int64Type>().value(row) as u64
    }

    /// Every row is counted, and says where it is from.
    fn check_origin(&self) -> std::result::Result<(), TestCaseError> {
        let malformed = (0..self.rows.num_rows()).filter(|row| self.is_malformed(*row)).count();
        prop_assert_eq!(self.counted, (self.rows.num_rows() as u64, malformed as u64));
        for row in 0..self.rows.num_rows() {
            prop_assert_eq!((self.text("_source_file", row), self.text("_batch_id", row)), ("input", "b"));
            prop_assert_eq!(self.is_malformed(row), !self.text("_raw_line", row).is_empty());
        }
        Ok(())
    }
}

/// What CSV is made of, joined at random.
fn csv_text() -> impl Strategy<Value = Vec<u8>> {
    let token = prop_oneof![
        6 => Just(b",".to_vec()),
        4 => Just(b"\"".to_vec()),
        4 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
        1 => Just(b"\r".to_vec()),
        4 => Just(b"x".to_vec()),
        2 => Just(b"1,2,3\n".to_vec()),
        1 => Just(b"\"a\nb\",\"c\"\"d\",\n".to_vec()),
        1 => Just("é🦀".as_bytes().to_vec()),
        1 => Just(b"\xFF".to_vec()),
        1 => Just(b"\0".to_vec()),
        1 => Just(b"a,b,c\n".to_vec()),
        1 => Just(b"long text without anything in it".to_vec()),
    ];
    prop::collection::vec(token, 0..40).prop_map(|tokens| tokens.concat())
}

#[test]
fn csv_loses_nothing() {
    let strategy = (csv_text(), way(), prop::bool::weighted(0.1), prop::bool::weighted(0.1));
    try_for_a_while("csv", strategy, |(body, way, has_bom, is_packed)| {
        let content = [if has_bom { b"\xEF\xBB\xBF".as_slice() } else { b"" }, b"a,b,c\n", &body].concat();
        let packed = if is_packed { zstd::encode_all(content.as_slice(), 1).unwrap() } else { content };
        let case = Case::new(&packed);
        let found = match case.read(way, csv::read) {
            Ok(found) => found,
            Err(error) => {
                // Only a line that is too long is a reason.
                prop_assert!(error.to_string().contains("is longer than"), "{}", error);
                prop_assert!(body.split(|byte| *byte == b'\n').any(|line| line.len() + 8 > way.row));
                return Ok(());
            }
        };
        found.check_origin()?;
        check_csv(&body, &found, way.row)?;
        let alone = case.read(Way { threads: 1, ..way }, csv::read).unwrap();
        prop_assert_eq!(&found.rows, &alone.rows, "threads change nothing");
        if way.row > 1000 {
            let at_once = case.read(Way { piece: 1 << 20, threads: 1, ..way }, csv::read).unwrap();
            prop_assert_eq!(&found.rows, &at_once.rows, "pieces change nothing");
        }
        Ok(())
    });
}

/// Walks through the file beside its rows: each begins where the one before
/// ended, says what lies there, and nothing is left over.
fn check_csv(body: &[u8], found: &Found, row_limit: usize) -> std::result::Result<(), TestCaseError> {
    let (mut at, mut line) = (0, 2);
    let skip_line_ends = |at: &mut usize, line: &mut u64| {
        while let Some(b'\n' | b'\r') = body.get(*at) {
            *at += if body[*at..].starts_with(b"\r\n") { 2 } else { 1 };
            *line += 1;
        }
    };
    for row in 0..found.rows.num_rows() {
        skip_line_ends(&mut at, &mut line);
        prop_assert!(at < body.len(), "row {} is of nothing", row);
        prop_assert_eq!(found.line(row), line);
        let (fields, taken) = one_record(&body[at..]);
        let found_fields = ["a", "b", "c"].map(|column| found.text(column, row));
        if found.is_malformed(row) {
            let raw = found.text("_raw_line", row);
            let len = (1..=body.len() - at).find(|len| text(&body[at..at + len]) == raw);
            prop_assert!(len.is_some(), "{:?} is not what lies at byte {}", raw, at);
            let raw = &body[at..at + len.unwrap()];
            at += raw.len();
            line += breaks(raw);
            prop_assert!(matches!(body.get(at), None | Some(b'\n' | b'\r')), "a line ends at byte {}", at);
            let is_header = fields.iter().map(Vec::as_slice).eq([b"a", b"b", b"c"]);
            let is_text = std::str::from_utf8(raw).is_ok();
            prop_assert!(
                fields.len() != 3 || is_header || !is_text || raw.contains(&b'"') || raw.len() > row_limit,
                "{:?} is good",
                raw
            );
        } else {
            let fields: Vec<_> = fields.iter().map(|field| std::str::from_utf8(field).unwrap()).collect();
            prop_assert_eq!(fields, found_fields);
            line += breaks(&body[at..at + taken]);
            at += taken;
        }
    }
    skip_line_ends(&mut at, &mut line);
    prop_assert_eq!(at, body.len(), "what follows the last row is in no row");
    Ok(())
}

/// The first record of a text by the csv crate, and how many bytes it takes without its line's end.
fn one_record(text: &[u8]) -> (Vec<Vec<u8>>, usize) {
    let mut reader = ::csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text);
    let mut record = ::csv::ByteRecord::new();
    reader.read_byte_record(&mut record).unwrap();
    let mut taken = (reader.position().byte() as usize).min(text.len());
    while taken > 0 && matches!(text[taken - 1], b'\n' | b'\r') {
        taken -= 1;
    }
    (record.iter().map(<[u8]>::to_vec).collect(), taken)
}

fn breaks(text: &[u8]) -> u64 {
    let returns = text.iter().filter(|byte| **byte == b'\r').count();
    let newlines = text.iter().filter(|byte| **byte == b'\n').count();
    let pairs = text.windows(2).filter(|pair| pair == b"\r\n").count();
    (returns + newlines - pairs) as u64
}

/// What JSON Lines are made of: whole objects, and parts of them joined at random.
fn json_text() -> impl Strategy<Value = Vec<u8>> {
    let whole = prop_oneof![
        Just(r#"{"a":"x","b":33.20,"c":null}"#),
        Just(r#"{"c": {"d": [1, 2, "}"]} , "a":"q\"\u00e9\n"}"#),
        Just(r#"{"a":123456789012345678901234567890,"e":true,"a":"twice"}"#),
        Just("{}"),
        Just("[1]"),
    ];
    let part = prop_oneof![
        Just(&b"{"[..]),
        Just(&b"}"[..]),
        Just(&b"\""[..]),
        Just(&b":"[..]),
        Just(&b","[..]),
        Just(&b"\"a\":1"[..]),
        Just(&b"\\"[..]),
        Just(&b"\\ud800"[..]),
        Just(&b"\xFF"[..]),
        Just(&b"\0"[..]),
        Just(&b" "[..]),
        Just(&b"\r"[..]),
        Just(&b"-1e9"[..]),
        Just(&b"nul"[..]),
    ];
    let token = prop_oneof![
        4 => whole.prop_map(|text| [text.as_bytes(), b"\n"].concat()),
        2 => prop::collection::vec(part, 1..10).prop_map(|parts| parts.concat()),
        3 => Just(b"\n".to_vec()),
        1 => Just(b"\r\n".to_vec()),
    ];
    prop::collection::vec(token, 0..20).prop_map(|tokens| tokens.concat())
}

#[test]
fn json_lines_lose_nothing() {
    try_for_a_while("jsonl", (json_text(), way()), |(body, way)| {
        let content = [b"{\"a\":\"first\"}\n", body.as_slice()].concat();
        let case = Case::new(&content);
        let columns = jsonl::columns(&case.input(), way.threads).unwrap();
        let found = match case.read(way, |path, writing| jsonl::read(path, &columns, writing)) {
            Ok(found) => found,
            Err(error) => {
                prop_assert!(error.to_string().contains("is longer than"), "{}", error);
                prop_assert!(content.split(|byte| *byte == b'\n').any(|line| line.len() + 8 > way.row));
                return Ok(());
            }
        };
        found.check_origin()?;
        let lines = content.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii).enumerate();
        let lines: Vec<_> = lines.filter(|(_, line)| !line.is_empty()).collect();
        prop_assert_eq!(lines.len(), found.rows.num_rows());
        for (row, (number, line)) in lines.into_iter().enumerate() {
            prop_assert_eq!(found.line(row), number as u64 + 1);
            let object = serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(line);
            if found.is_malformed(row) {
                prop_assert_eq!(found.text("_raw_line", row), text(line));
                prop_assert!(object.is_err(), "{:?} is good", text(line));
                continue;
            }
            for (key, value) in object.unwrap() {
                let held = found.text(&key, row);
                match value {
                    serde_json::Value::Null => prop_assert_eq!(held, ""),
                    serde_json::Value::String(expected) => prop_assert_eq!(held, expected),
                    other => prop_assert_eq!(serde_json::from_str::<serde_json::Value>(held).unwrap(), other),
                }
            }
        }
        Ok(())
    });
}

/// A table of every type that a log may come in.
fn table() -> impl Strategy<Value = RecordBatch> {
    let row = (
        any::<Option<String>>(),
        any::<Option<i64>>(),
        any::<Option<f64>>(),
        prop::option::of(-1_000_000_i128..1_000_000),
        prop::option::of(0..4_000_000_000_000_i64),
        any::<Option<Vec<u8>>>(),
        any::<Option<bool>>(),
    );
    prop::collection::vec(row, 1..30).prop_map(|rows| {
        let texts: Vec<_> = rows.iter().map(|row| row.0.clone()).collect();
        let numbers: Int64Array = rows.iter().map(|row| row.1).collect();
        let mut words = StringDictionaryBuilder::<Int32Type>::new();
        rows.iter().for_each(|row| words.append_option(row.0.as_deref()));
        let inner: ArrayRef = Arc::new(numbers.clone());
        let list = ListArray::from_iter_primitive::<Int64Type, _, _>(
            rows.iter().map(|row| row.1.map(|number| vec![Some(number), None])),
        );
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(StringArray::from(texts))),
            ("number", Arc::new(numbers)),
            ("real", Arc::new(rows.iter().map(|row| row.2).collect::<Float64Array>())),
            (
                "price",
                Arc::new(
                    rows.iter()
                        .map(|row| row.3)
                        .collect::<Decimal128Array>()
                        .with_precision_and_scale(12, 2)
                        .unwrap(),
                ),
            ),
            ("time", Arc::new(rows.iter().map(|row| row.4).collect::<TimestampMillisecondArray>())),
            ("bytes", Arc::new(rows.iter().map(|row| row.5.as_deref()).collect::<BinaryArray>())),
            ("flag", Arc::new(rows.iter().map(|row| row.6).collect::<BooleanArray>())),
            (
                "day",
                Arc::new(
                    rows.iter().map(|row| row.4.map(|ms| (ms / 86_400_000) as i32)).collect::<Date32Array>(),
                ),
            ),
            ("word", Arc::new(words.finish())),
            ("list", Arc::new(list)),
            (
                "object",
                Arc::new(StructArray::from(vec![(
                    Arc::new(Field::new("inner", inner.data_type().clone(), true)),
                    inner,
                )])),
            ),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    })
}

fn parquet_bytes(rows: &RecordBatch) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, rows.schema(), None).unwrap();
    writer.write(rows).unwrap();
    writer.close().unwrap();
    bytes
}

#[test]
fn parquet_loses_nothing() {
    try_for_a_while("parquet", (table(), way()), |(table, way)| {
        let case = Case::new(&parquet_bytes(&table));
        let found = case.read(way, parquet::read).unwrap();
        found.check_origin()?;
        prop_assert_eq!(found.rows.num_rows(), table.num_rows());
        let options = FormatOptions::default();
        for (field, column) in table.schema().fields().iter().zip(table.columns()) {
            let shown = ArrayFormatter::try_new(column.as_ref(), &options).unwrap();
            for row in 0..table.num_rows() {
                prop_assert_eq!(found.line(row), row as u64 + 1);
                let held = found.text(field.name(), row);
                let expected = match (column.is_valid(row), field.name().as_str()) {
                    (false, _) => String::new(),
                    (true, "bytes") => text(column.as_binary::<i32>().value(row)),
                    (true, "real") => {
                        prop_assert_eq!(
                            held.parse::<f64>().unwrap().to_bits(),
                            column.as_primitive::<arrow::datatypes::Float64Type>().value(row).to_bits()
                        );
                        continue;
                    }
                    (true, "time") => shown.value(row).to_string() + "Z",
                    (true, _) => shown.value(row).to_string(),
                };
                prop_assert_eq!(held, expected, "{}", field.name());
            }
        }
        Ok(())
    });
}

#[test]
fn damaged_parquet_is_refused_or_read() {
    let damage = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6);
    try_for_a_while(
        "damaged parquet",
        (table(), damage, prop::option::weighted(0.2, any::<prop::sample::Index>())),
        |(table, damage, cut)| {
            let mut bytes = parquet_bytes(&table);
            for (at, byte) in damage {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            let case = Case::new(&bytes);
            let way = Way { piece: 1, row: 1, threads: 1 };
            match parquet::columns(&case.input()).and_then(|_| case.read(way, parquet::read)) {
                Ok(found) => found.check_origin()?,
                Err(error) => prop_assert!(error.to_string().contains("input"), "{}", error),
            }
            Ok(())
        },
    );
}
