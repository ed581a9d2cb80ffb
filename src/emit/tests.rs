//! What the raw files must be: the same bytes anywhere, the same rows in any
//! format, and never mixed with those of another run.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::AtomicBool;

use ::parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Decimal128Type, Int32Type, TimestampMicrosecondType, TimestampMillisecondType};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

use super::*;
use crate::generate;
use crate::lake::files_below;

/// A small plan that has every kind of event.
fn small() -> generate::Options {
    generate::Options { sessions: 400, products: 60, days: 4, ..generate::Options::default() }
}

fn run(folder: &TempDir, options: &generate::Options, how: &Options) -> Result<Vec<TableSummary>> {
    let lake = Lake::new(folder.path());
    emit(&Plan::new(options)?, &lake, how, &Progress::hidden())
}

fn made(options: &generate::Options, how: &Options) -> TempDir {
    let folder = TempDir::new().unwrap();
    run(&folder, options, how).unwrap();
    folder
}

fn hex(bytes: &[u8]) -> String {
    file::hex(&Sha256::digest(bytes))
}

/// The hash of every file below the raw folder, by path.
fn hashes(folder: &TempDir) -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, into: &mut BTreeMap<String, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, into);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/");
                into.insert(name, hex(&fs::read(&path).unwrap()));
            }
        }
    }
    let (mut hashes, raw) = (BTreeMap::new(), folder.path().join("raw"));
    walk(&raw, &raw, &mut hashes);
    hashes
}

/// All events as rows of texts, null as an empty text.
fn csv_rows(folder: &TempDir) -> Vec<Vec<String>> {
    let files = files_below(&folder.path().join("raw/events"), "csv").unwrap();
    let read = |path: &PathBuf| {
        let mut reader = ::csv::Reader::from_path(path).unwrap();
        reader
            .records()
            .map(|record| record.unwrap().iter().map(str::to_owned).collect())
            .collect::<Vec<Vec<String>>>()
    };
    files.iter().flat_map(read).collect()
}

fn jsonl_rows(folder: &TempDir) -> Vec<Vec<String>> {
    let files = files_below(&folder.path().join("raw/events"), "jsonl").unwrap();
    let mut rows = Vec::new();
    for path in files {
        for line in fs::read_to_string(path).unwrap().lines() {
            let object: serde_json::Value = serde_json::from_str(line).unwrap();
            let cell = |name: &str, kind: schema::Kind| match &object[name] {
                serde_json::Value::Null => String::new(),
                serde_json::Value::String(text) => text.clone(),
                number if kind == schema::Kind::Money => format!("{:.2}", number.as_f64().unwrap()),
                other => other.to_string(),
            };
            rows.push(schema::EVENTS.iter().map(|(name, kind)| cell(name, *kind)).collect());
        }
    }
    rows
}

fn batches(path: &Path) -> Vec<RecordBatch> {
    let file = fs::File::open(path).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    reader.map(|batch| batch.unwrap()).collect()
}

fn parquet_rows(folder: &TempDir) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for path in files_below(&folder.path().join("raw/events"), "parquet").unwrap() {
        for batch in batches(&path) {
            let cell = |(at, (_, kind)): (usize, &schema::Column), row: usize| {
                let column = batch.column(at);
                if column.is_null(row) {
                    return String::new();
                }
                let mut bytes = Vec::new();
                match kind {
                    schema::Kind::Text => bytes.extend(column.as_string::<i32>().value(row).bytes()),
                    schema::Kind::Time => number::push_time(
                        &mut bytes,
                        column.as_primitive::<TimestampMillisecondType>().value(row),
                    ),
                    schema::Kind::Money => {
                        let cents = column.as_primitive::<Decimal128Type>().value(row);
                        number::push_money(&mut bytes, i64::try_from(cents).unwrap());
                    }
                    schema::Kind::Count => {
                        bytes.extend(column.as_primitive::<Int32Type>().value(row).to_string().bytes());
                    }
                }
                String::from_utf8(bytes).unwrap()
            };
            for row in 0..batch.num_rows() {
                rows.push(schema::EVENTS.iter().enumerate().map(|column| cell(column, row)).collect());
            }
        }
    }
    rows
}

#[test]
fn the_bytes_are_the_published_ones() {
    // They change only with the generator: a new version of it, of a sampler,
    // or of the profile. Each is the hash of all files' paths and hashes.
    let published = [
        (Format::Csv, "c64fd36f60a48681e0b94b8190a161eda8df568f020f97dca909a37f6ac64152"),
        (Format::Jsonl, "3d68698b31c180c228a4e99016892ab3938392449f8a20db130c777f7b548f62"),
        (Format::Parquet, "82f9c01a9e5f93757c92cefc003b46040cf319f35d6551b6867788d5b19999ee"),
    ];
    let found = published.map(|(format, _)| {
        let folder = made(&small(), &Options { format, ..Options::default() });
        let mut hashes = hashes(&folder);
        // It names the version of the package, which may change alone.
        hashes.remove(manifest::NAME);
        let list: String = hashes.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
        (format, hex(list.as_bytes()))
    });
    assert_eq!(found.each_ref().map(|(format, hash)| (*format, hash.as_str())), published);
}

#[test]
fn any_number_of_threads_makes_the_same_bytes() {
    // Two blocks of users a day, so that shards really compete.
    let options = generate::Options { sessions: 20_000, days: 2, products: 60, ..small() };
    for format in Format::ALL {
        let one = made(&options, &Options { format, threads: 1, ..Options::default() });
        let eight = made(&options, &Options { format, threads: 8, ..Options::default() });
        let hashes_of_one = hashes(&one);
        assert!(hashes_of_one.keys().filter(|path| path.starts_with("events/dt=2026-01-05/")).count() > 1);
        assert_eq!(hashes_of_one, hashes(&eight));
    }
}

#[test]
fn row_groups_of_a_large_file_are_of_one_size() {
    let plan = Plan::new(&small()).unwrap();
    let day = plan.shards()[0].rows().events;
    let events: Vec<_> = day.iter().cycle().take(300_000).cloned().collect();
    let mut bytes = Vec::new();
    assert_eq!(encode(&plan, &events, Format::Parquet, &mut bytes).unwrap(), 300_000);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("large.parquet");
    fs::write(&path, bytes).unwrap();
    let reader = ParquetRecordBatchReaderBuilder::try_new(fs::File::open(path).unwrap()).unwrap();
    let groups: Vec<_> = reader.metadata().row_groups().iter().map(|group| group.num_rows()).collect();
    assert_eq!(groups, [131_072, 131_072, 37_856]);
}

#[test]
fn a_long_period_is_cut_into_more_blocks_not_larger_ones() {
    let sessions = 8192 * 128;
    let options = generate::Options { sessions, days: 128, products: 60, ..small() };
    let shards = Plan::new(&options).unwrap().shards();
    assert_eq!(shards.len(), 2 * 128);
}

#[test]
fn all_formats_hold_the_same_rows() {
    let rows = csv_rows(&made(&small(), &Options::default()));
    assert!(rows.len() > 2000);
    let jsonl = made(&small(), &Options { format: Format::Jsonl, ..Options::default() });
    assert_eq!(rows, jsonl_rows(&jsonl));
    let parquet = made(&small(), &Options { format: Format::Parquet, ..Options::default() });
    assert_eq!(rows, parquet_rows(&parquet));
}

/// The small plan with every kind of dirt; clocks are wrong by device, of which it has few.
fn dirty() -> generate::Options {
    let share = |kind| if kind == Defect::Skewed { 0.1 } else { 0.02 };
    let dirt =
        Defect::ALL.into_iter().fold(generate::Dirt::default(), |dirt, kind| dirt.with(kind, share(kind)));
    generate::Options { dirt, ..small() }
}

#[test]
fn every_label_points_at_the_row_it_speaks_of() {
    let folder = made(&dirty(), &Options::default());
    let raw = folder.path().join("raw");
    let mut kinds = BTreeMap::new();
    for batch in batches(&raw.join(truth::DEFECTS)) {
        let text = |column: usize, row: usize| batch.column(column).as_string::<i32>().value(row);
        for row in 0..batch.num_rows() {
            let (file, event, kind) = (text(0, row), text(2, row), text(5, row));
            *kinds.entry(kind.to_owned()).or_insert(0) += 1;
            let lines = fs::read(raw.join(file)).unwrap();
            let lines: Vec<_> = lines.split(|byte| *byte == b'\n').collect();
            if batch.column(1).is_null(row) {
                assert!(!lines.iter().any(|line| line.starts_with(event.as_bytes())), "{event} is not lost");
                continue;
            }
            let number = batch.column(1).as_primitive::<arrow::datatypes::Int64Type>().value(row);
            let line = lines[usize::try_from(number).unwrap() - 1];
            assert!(line.starts_with(event.as_bytes()), "{file}:{number} is not {event}");
            match kind {
                "malformed" => assert_eq!(line.iter().filter(|byte| **byte == b',').count(), 4),
                "encoding" => assert!(std::str::from_utf8(line).is_err()),
                "duplicate" => assert_eq!(lines.iter().filter(|other| **other == line).count(), 2),
                _ => {}
            }
        }
    }
    assert_eq!(kinds.len(), Defect::ALL.len(), "{kinds:?}");
}

#[test]
fn dirt_is_the_same_at_any_thread_count() {
    let one = made(&dirty(), &Options { threads: 1, ..Options::default() });
    let four = made(&dirty(), &Options { threads: 4, ..Options::default() });
    assert_eq!(hashes(&one), hashes(&four));
}

#[test]
fn parquet_refuses_dirt_that_it_cannot_hold() {
    let folder = TempDir::new().unwrap();
    let parquet = Options { format: Format::Parquet, ..Options::default() };
    let error = run(&folder, &dirty(), &parquet).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().starts_with("dirt.malformed is 0.02;"), "{error}");
    assert!(!folder.path().join("raw").exists());
}

#[test]
fn the_manifest_tells_what_is_there() {
    let folder = made(&small(), &Options::default());
    let raw = folder.path().join("raw");
    let manifest = Manifest::read(&raw).unwrap().unwrap();
    assert_eq!(manifest.covers_from, "2026-01-05T00:00:00Z");
    assert_eq!(manifest.covers_until, "2026-01-09T00:00:00Z");
    assert_eq!(manifest.options.seed, 42);
    let mut hashes = hashes(&folder);
    hashes.remove(manifest::NAME);
    let listed: BTreeMap<_, _> =
        manifest.files.iter().map(|file| (file.path.clone(), file.sha256.clone())).collect();
    assert_eq!(listed, hashes);
    let rows = csv_rows(&folder);
    let events = &manifest.tables[2];
    assert_eq!((events.table.as_str(), events.rows), ("raw.events", rows.len() as u64));
    let times: Vec<_> = rows.iter().map(|row| row[4].clone()).collect();
    assert_eq!(events.first_event_time.as_ref(), times.iter().min());
    assert_eq!(events.last_event_time.as_ref(), times.iter().max());
}

#[test]
fn the_truth_is_what_gap_sessionization_finds_in_the_files() {
    let folder = made(&small(), &Options::default());
    let mut events: Vec<_> = csv_rows(&folder)
        .into_iter()
        .filter(|row| row[6] != "refund")
        .map(|row| {
            let time = chrono::DateTime::parse_from_rfc3339(&row[4]).unwrap();
            (row[1].clone(), time.timestamp_micros())
        })
        .collect();
    events.sort();
    let mut found: Vec<(String, i64, i64, i32)> = Vec::new();
    for (visitor, time) in events {
        match found.last_mut() {
            Some(last) if last.0 == visitor && time - last.2 <= 30 * 60 * 1_000_000 => {
                last.2 = time;
                last.3 += 1;
            }
            _ => found.push((visitor, time, time, 1)),
        }
    }
    let mut truth = Vec::new();
    for batch in batches(&folder.path().join("raw").join(truth::SESSIONS)) {
        let time = |column: usize, row: usize| {
            batch.column(column).as_primitive::<TimestampMicrosecondType>().value(row)
        };
        for row in 0..batch.num_rows() {
            truth.push((
                batch.column(0).as_string::<i32>().value(row).to_owned(),
                time(2, row),
                time(3, row),
                batch.column(4).as_primitive::<Int32Type>().value(row),
            ));
        }
    }
    truth.sort();
    assert_eq!(found, truth);
    assert_eq!(truth.len(), 400);
}

#[test]
fn what_was_bought_is_in_the_catalogue_under_one_category_and_brand() {
    let folder = made(&small(), &Options::default());
    let mut reader = ::csv::Reader::from_path(folder.path().join("raw/products.csv")).unwrap();
    let catalogue: BTreeMap<String, (String, String)> = reader
        .records()
        .map(|record| record.unwrap())
        .map(|record| (record[0].to_owned(), (record[2].to_owned(), record[3].to_owned())))
        .collect();
    assert_eq!(catalogue.len(), 60);
    for row in csv_rows(&folder).iter().filter(|row| !row[10].is_empty()) {
        assert_eq!(catalogue[&row[10]], (row[11].clone(), row[12].clone()));
    }
}

#[test]
fn a_second_run_writes_nothing() {
    let folder = made(&small(), &Options::default());
    let before = hashes(&folder);
    let file = folder.path().join("raw/users.csv");
    let written = fs::metadata(&file).unwrap().modified().unwrap();
    let summaries = run(&folder, &small(), &Options::default()).unwrap();
    assert!(summaries.iter().all(|summary| !summary.changed));
    assert_eq!(summaries[3].rows, 400);
    assert_eq!(fs::metadata(&file).unwrap().modified().unwrap(), written);
    assert_eq!(hashes(&folder), before);
}

#[test]
fn a_missing_file_is_made_again() {
    let folder = made(&small(), &Options::default());
    let before = hashes(&folder);
    fs::remove_file(folder.path().join("raw/events/dt=2026-01-06/part-0000.csv")).unwrap();
    let summaries = run(&folder, &small(), &Options::default()).unwrap();
    assert!(summaries.iter().all(|summary| summary.changed));
    assert_eq!(hashes(&folder), before);
}

#[test]
fn files_of_other_options_are_refused_by_name_unless_overwritten() {
    let folder = made(&small(), &Options::default());
    let before = hashes(&folder);
    let other = generate::Options { seed: 7, days: 2, ..small() };
    let error = run(&folder, &other, &Options::default()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert_eq!(
        error.to_string(),
        format!(
            "the raw files in {} were made with seed 42, you asked for seed 7: \
             add --overwrite or another --data-dir",
            folder.path().join("raw").display()
        )
    );
    assert_eq!(hashes(&folder), before, "a refused run touched the files");

    run(&folder, &other, &Options { overwrite: true, ..Options::default() }).unwrap();
    let fresh = made(&other, &Options::default());
    assert_eq!(hashes(&folder), hashes(&fresh), "files of the earlier run are left");
    assert!(!folder.path().join("raw/events/dt=2026-01-08").exists());
}

#[test]
fn another_format_replaces_the_files_of_the_first() {
    let folder = made(&small(), &Options::default());
    let parquet = Options { format: Format::Parquet, ..Options::default() };
    let error = run(&folder, &small(), &parquet).unwrap_err().to_string();
    assert!(error.contains("made with format csv, you asked for format parquet"), "{error}");
    run(&folder, &small(), &Options { overwrite: true, ..parquet.clone() }).unwrap();
    assert_eq!(hashes(&folder), hashes(&made(&small(), &parquet)));
}

#[test]
fn event_files_of_somebody_else_are_not_touched() {
    let folder = TempDir::new().unwrap();
    let stranger = folder.path().join("raw/events/mine.csv");
    fs::create_dir_all(stranger.parent().unwrap()).unwrap();
    fs::write(&stranger, "a,b\n").unwrap();
    let error = run(&folder, &small(), &Options::default()).unwrap_err();
    assert_eq!(error.exit_code(), 2);
    assert!(error.to_string().contains("mine.csv"), "{error}");
    assert_eq!(hashes(&folder).len(), 1);
}

#[test]
fn an_interrupted_run_leaves_no_partial_file_and_is_taken_up_again() {
    let folder = TempDir::new().unwrap();
    let stop = Arc::new(AtomicBool::new(true));
    let plan = Plan::new(&small()).unwrap();
    let progress = Progress::new(false, stop);
    let error = emit(&plan, &Lake::new(folder.path()), &Options::default(), &progress).unwrap_err();
    assert!(matches!(error, Error::Interrupted));
    let whole = made(&small(), &Options::default());
    let all = hashes(&whole);
    let mut left = hashes(&folder);
    assert!(left.remove("_finished.list").is_some(), "nothing says which files are whole");
    for (path, hash) in left {
        assert_eq!(all.get(&path), Some(&hash), "{path} is not whole");
        assert_ne!(path, manifest::NAME);
    }
    run(&folder, &small(), &Options::default()).unwrap();
    assert_eq!(hashes(&folder), all);
}

#[test]
fn a_folder_that_cannot_be_written_is_named() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("raw"), "a file where the folder should be").unwrap();
    let error = run(&folder, &small(), &Options::default()).unwrap_err();
    assert!(error.to_string().contains("raw"), "{error}");
}
