//! Dirt on demand: each defect that was planted is labelled, each label is
//! true, and a warehouse made of it answers what can be known.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use arrow::array::{Array, AsArray};
use arrow::datatypes::Int64Type;
use clickmill::generate::Defect;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use crate::workdir::Workdir;

const LINE: &str = "generate --sessions 500 --days 4 --products 60";

/// A row of an event file: its cells as bytes.
type Cells = Vec<Vec<u8>>;

/// The rows of all event files, file by file, in order.
fn rows(dir: &Workdir) -> Vec<Vec<Cells>> {
    let files = dir.files("data/raw/events").into_iter();
    let read = |file: String| {
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .from_path(dir.path("data/raw/events").join(file))
            .unwrap();
        let cells = |row: csv::ByteRecord| row.iter().map(<[u8]>::to_vec).collect();
        reader.byte_records().map(|row| cells(row.unwrap())).collect()
    };
    files.map(read).collect()
}

/// The labels of a kind: (file, line, event).
fn labels(dir: &Workdir, kind: Defect) -> BTreeSet<(String, Option<i64>, String)> {
    let file = fs::File::open(dir.path("data/raw/truth/defects.parquet")).unwrap();
    let mut labels = BTreeSet::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let text = |column: usize, row: usize| batch.column(column).as_string::<i32>().value(row).to_owned();
        for row in 0..batch.num_rows() {
            assert_eq!(text(5, row), kind.as_str(), "a kind that nobody asked for");
            let line = batch.column(1);
            let line = line.is_valid(row).then(|| line.as_primitive::<Int64Type>().value(row));
            labels.insert((text(0, row), line, text(2, row)));
        }
    }
    labels
}

/// Events that show the defect, when looked for without the labels.
fn found(kind: Defect, clean: &[Vec<Cells>], dirty: &[Vec<Cells>]) -> Vec<Vec<u8>> {
    let (time, received) = (4, 5);
    let as_made: BTreeMap<_, _> = clean.iter().flatten().map(|row| (row[0].clone(), row)).collect();
    let differs = |row: &Cells, column: usize| row[column] != as_made[&row[0]][column];
    let all = || dirty.iter().flatten();
    let ids =
        |keep: &dyn Fn(&Cells) -> bool| all().filter(|row| keep(row)).map(|row| row[0].clone()).collect();
    match kind {
        Defect::Duplicate | Defect::Redelivered => {
            let (mut seen, mut again) = (BTreeMap::new(), Vec::new());
            for row in all() {
                if let Some(first) = seen.insert(row[0].clone(), row) {
                    assert_eq!(first == row, kind == Defect::Duplicate);
                    let later = |row: &Cells| row[received].clone();
                    assert!(kind == Defect::Duplicate || later(first) != later(row));
                    again.push(row[0].clone());
                }
            }
            again
        }
        Defect::Late => ids(&|row| differs(row, received)),
        Defect::OutOfOrder => {
            let (mut behind, mut latest) = (Vec::new(), None);
            for row in all() {
                let key = Some((&row[time], &row[0]));
                if key < latest {
                    behind.push(row[0].clone());
                }
                latest = latest.max(key);
            }
            behind
        }
        Defect::Lost => {
            let left: BTreeSet<_> = all().map(|row| &row[0]).collect();
            as_made.into_keys().filter(|id| !left.contains(id)).collect()
        }
        Defect::Missing => {
            let emptied =
                |row: &Cells| (0..row.len()).filter(|at| differs(row, *at) && row[*at].is_empty()).count();
            ids(&|row| emptied(row) == 1)
        }
        Defect::Malformed => ids(&|row| row.len() < 31),
        Defect::WrongType => ids(&|row| row.iter().any(|cell| cell == b"n/a" || cell == b"yesterday")),
        Defect::Encoding => ids(&|row| row.iter().any(|cell| std::str::from_utf8(cell).is_err())),
        Defect::Skewed => ids(&|row| differs(row, time)),
        Defect::Rotated => ids(&|row| differs(row, 1)),
    }
}

#[test]
fn every_defect_that_is_found_is_labelled_and_the_other_way_round() {
    let made = Workdir::new();
    made.done(LINE);
    let clean = rows(&made);
    let mut all = made.hashes("data/raw");
    all.remove("_manifest.json");
    for kind in Defect::ALL {
        let dir = Workdir::new();
        let name = kind.as_str().replace('_', "-");
        dir.done(&format!("{LINE} --dirt {name}=0.05"));
        let mut found = found(kind, &clean, &rows(&dir));
        found.sort();
        let labels = labels(&dir, kind);
        let mut labelled: Vec<_> = labels.iter().map(|(_, _, event)| event.clone().into_bytes()).collect();
        labelled.sort();
        assert!(labelled.len() > 20, "{name}: only {} defects", labelled.len());
        assert_eq!(found, labelled, "{name}");

        // The label's line is that of the event.
        for (file, line, event) in labels {
            let Some(line) = line else {
                assert_eq!(kind, Defect::Lost);
                continue;
            };
            let text = fs::read(dir.path("data/raw").join(file)).unwrap();
            let line = text.split(|byte| *byte == b'\n').nth(usize::try_from(line).unwrap() - 1).unwrap();
            assert!(line.starts_with(event.as_bytes()), "{name}: another event than {event}");
        }
        let manifest: serde_json::Value =
            serde_json::from_slice(&fs::read(dir.path("data/raw/_manifest.json")).unwrap()).unwrap();
        assert_eq!(manifest["options"]["dirt"], serde_json::json!({ kind.as_str(): 0.05 }));
    }
}

#[test]
fn a_warehouse_of_dirty_files_agrees_with_the_truth_at_any_share_and_of_any_kind() {
    let shares = ["0.002", "0.05", "0.4"].map(|share| (share.to_owned(), "csv"));
    let kinds = Defect::ALL.map(|kind| (format!("{}=0.1", kind.as_str()), "csv"));
    let others = [("0.1".to_owned(), "jsonl"), ("0.1".to_owned(), "parquet")];
    for (dirt, format) in shares.into_iter().chain(kinds).chain(others) {
        let dir = Workdir::new();
        dir.done(&format!(
            "run --until transform --sessions 300 --days 9 --products 40 --format {format} --dirt {dirt}"
        ));
        let said = dir.done("check --truth");
        assert!(said.contains("every true session and account is found"), "--dirt {dirt}, {format}: {said}");
    }
}

#[test]
fn kinds_are_added_to_what_stands_for_all() {
    let dir = Workdir::new();
    dir.done(&format!("{LINE} --dirt 0.011,late=0.02,out-of-order=0.03"));
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path("data/raw/_manifest.json")).unwrap()).unwrap();
    let share = |kind: &str| manifest["options"]["dirt"][kind].as_f64().unwrap();
    for (kind, expected) in [("late", 0.021), ("out_of_order", 0.031), ("lost", 0.001)] {
        assert!((share(kind) - expected).abs() < 1e-9, "{kind}: {}", share(kind));
    }
}

#[test]
fn dirt_that_cannot_be_meant_is_refused_by_its_key() {
    let dir = Workdir::new();
    for (dirt, says) in [
        ("1.5", "dirt.share = 1.5 (from --dirt 1.5) must be a share between 0 and 1"),
        ("=0.1", "unknown key dirt."),
        ("NaN", "dirt.share = nan (from --dirt NaN) must be a share between 0 and 1"),
        ("lots", "dirt.share = \"lots\" must be a number"),
        ("lost=-0.1", "dirt.lost = -0.1 (from --dirt lost=-0.1) must be a share between 0 and 1"),
        ("lost=2", "dirt.lost = 2.0 (from --dirt lost=2) must be a share between 0 and 1"),
        ("duplikate=0.1", "unknown key dirt.duplikate; did you mean dirt.duplicate?"),
        ("lost=0.6,late=0.6", "the shares of events in dirt add up to 1.2; they must add up to at most 1"),
        ("encoding=0.1 --format parquet", "dirt.encoding is 0.1; Parquet cannot hold such rows"),
    ] {
        let said = dir.refused(2, &format!("{LINE} --dirt {dirt}"));
        assert!(said.contains(says), "--dirt {dirt}: {said}");
        assert!(!dir.path("data/raw").exists(), "--dirt {dirt}");
    }
}
