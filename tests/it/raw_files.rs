//! The raw files as their readers find them: whole, sorted, the same bytes
//! however many threads made them; and what `generate` refuses to make.

use std::collections::BTreeSet;
use std::fs::{self, File};

use arrow::array::AsArray;
use arrow::datatypes::TimestampMillisecondType;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::basic::Compression;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::reader::{FileReader, SerializedFileReader};

use crate::workdir::Workdir;

/// Rows of a row group, in every Parquet file.
const ROWS_PER_GROUP: i64 = 128 * 1024;

fn footer(dir: &Workdir, file: &str) -> ParquetMetaData {
    SerializedFileReader::new(File::open(dir.path(file)).unwrap()).unwrap().metadata().clone()
}

/// Groups are full but for the last, every column has statistics and zstd.
fn assert_is_well_made(footer: &ParquetMetaData, name: &str) {
    let groups = footer.row_groups();
    let (last, full) = groups.split_last().unwrap();
    assert!(full.iter().all(|group| group.num_rows() == ROWS_PER_GROUP), "{name}");
    assert!((1..=ROWS_PER_GROUP).contains(&last.num_rows()), "{name}");
    for column in groups.iter().flat_map(|group| group.columns()) {
        let path = column.column_path();
        assert!(matches!(column.compression(), Compression::ZSTD(_)), "{name}: {path}");
        let statistics = column.statistics().unwrap_or_else(|| panic!("{name}: {path} has no statistics"));
        assert!(statistics.null_count_opt().is_some(), "{name}: {path}");
        let is_null = statistics.null_count_opt() == Some(u64::try_from(column.num_values()).unwrap());
        assert!(is_null || statistics.min_bytes_opt().is_some() && statistics.max_bytes_opt().is_some());
    }
}

#[test]
fn threads_change_no_byte_in_any_format() {
    for format in ["csv", "jsonl", "parquet"] {
        // Two blocks of users a day, so that threads really compete.
        let line =
            format!("generate --sessions 10000 --days 1 --products 60 --format {format} --dirt late=0.01");
        let [one, two, five] = [1, 2, 5].map(|threads| {
            let dir = Workdir::new();
            dir.done(&format!("{line} --threads {threads}"));
            dir.hashes("data/raw")
        });
        assert!(one.keys().filter(|file| file.starts_with("events/")).count() > 1);
        assert!(one == two && two == five, "{format}");
    }
}

#[test]
fn event_files_lie_in_folders_of_days_sorted_with_statistics() {
    let dir = Workdir::new();
    dir.done("generate --sessions 3000 --days 3 --products 60 --format parquet");
    let files = dir.files("data/raw/events");
    assert_eq!(files.len(), 3);
    for file in files {
        let day = file.strip_prefix("dt=").unwrap().strip_suffix("/part-0000.parquet").unwrap();
        let path = format!("data/raw/events/{file}");
        assert_is_well_made(&footer(&dir, &path), &file);
        let file = File::open(dir.path(&path)).unwrap();
        let mut before = (i64::MIN, String::new());
        for batch in ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap() {
            let batch = batch.unwrap();
            let (ids, times) = (batch.column(0).as_string::<i32>(), batch.column(4));
            let times = times.as_primitive::<TimestampMillisecondType>();
            for row in 0..batch.num_rows() {
                let now = (times.value(row), ids.value(row).to_owned());
                assert!(before < now, "{path} is not sorted by event_time and event_id");
                assert_eq!(times.value_as_datetime(row).unwrap().date().to_string(), day);
                before = now;
            }
        }
    }
    for table in ["sessions", "visitors"] {
        let path = format!("data/raw/truth/{table}.parquet");
        assert_is_well_made(&footer(&dir, &path), &path);
    }
}

#[test]
fn row_groups_are_as_large_whatever_the_threads() {
    const LINE: &str =
        "generate --profile hardware --sessions 140000 --days 10 --products 60 --format parquet";
    let [one, five] = [1, 5].map(|threads| {
        let dir = Workdir::new();
        dir.done(&format!("{LINE} --threads {threads}"));
        let footer = footer(&dir, "data/raw/truth/sessions.parquet");
        assert_is_well_made(&footer, "sessions");
        footer.row_groups().iter().map(|group| group.num_rows()).collect::<Vec<_>>()
    });
    assert_eq!(one, [ROWS_PER_GROUP, 140_000 - ROWS_PER_GROUP]);
    assert_eq!(one, five);
}

#[test]
fn finished_files_are_left_alone_until_they_are_to_be_overwritten() {
    const LINE: &str = "generate --sessions 300 --days 5 --products 20";
    let dir = Workdir::new();
    dir.done(LINE);
    let hashes = dir.hashes("data/raw");
    let file = dir.path("data/raw/events/dt=2026-01-07/part-0000.csv");
    let made = |file| fs::metadata(file).unwrap().modified().unwrap();
    let before = made(&file);
    fs::remove_file(dir.path("data/raw/events/dt=2026-01-08/part-0000.csv")).unwrap();
    dir.done(LINE);
    assert_eq!(
        (dir.hashes("data/raw"), made(&file)),
        (hashes.clone(), before),
        "only the lost one is made again"
    );
    dir.done(&format!("{LINE} --overwrite"));
    assert_eq!(dir.hashes("data/raw"), hashes);
    assert_ne!(made(&file), before, "--overwrite makes all of them again");
    dir.done(&format!("{LINE} --overwrite --seed 7"));
    let other = dir.hashes("data/raw");
    assert!(
        hashes.iter().all(|(file, hash)| other.get(file) != Some(hash) || file.ends_with("defects.parquet"))
    );
    assert_eq!(dir.leftovers(), Vec::<String>::new());
}

#[test]
fn the_manifest_says_who_made_the_bytes_and_what_may_change_them() {
    let dir = Workdir::new();
    dir.done("generate --sessions 60 --days 3 --products 20");
    let text = fs::read_to_string(dir.path("data/raw/_manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(manifest["generator"], "clickmill");
    assert_eq!(manifest["version"], env!("CARGO_PKG_VERSION"));
    let causes = manifest["may_change_bytes"].as_array().unwrap();
    assert_eq!(causes[0], "another version of clickmill");
    // Files of another version are not mixed in, and say so.
    fs::write(
        dir.path("data/raw/_manifest.json"),
        text.replace(&format!("\"{}\"", env!("CARGO_PKG_VERSION")), "\"0.0.1\""),
    )
    .unwrap();
    let said = dir.refused(2, "generate --sessions 60 --days 3 --products 20");
    let now = format!("made with clickmill 0.0.1, you asked for clickmill {}", env!("CARGO_PKG_VERSION"));
    assert!(said.contains(&now), "{said}");
}

#[test]
fn parts_of_a_stream_are_streams_that_make_the_whole() {
    const LINE: &str = "generate --sessions 500 --days 5 --products 40 --stdout";
    for format in ["csv", "jsonl"] {
        let dir = Workdir::new();
        let whole = dir.done(&format!("{LINE} --format {format}"));
        let mut parts = String::new();
        for part in 1..=3 {
            let text = dir.done(&format!("{LINE} --format {format} --parts 3 --part {part}"));
            let header = if format == "csv" { text.find('\n').unwrap() + 1 } else { 0 };
            assert_eq!(text[..header], whole[..header], "each part has the header");
            parts += &text[if part == 1 { 0 } else { header }..];
        }
        assert!(parts == whole, "{format}");
        assert!(!dir.path("data").exists());
    }
}

#[test]
fn values_that_cannot_be_meant_are_refused_with_key_and_range() {
    let dir = Workdir::new();
    let marketplace = dir.done("profile show marketplace");
    for (name, right, wrong) in [
        ("share", "\nstay = 0.", "\nstay = 7."),
        ("key", "\nstay = ", "\ndistribution = \"cauchy\"\nstay = "),
        ("type", "\nstay = ", "\nstay = \"often\" # "),
    ] {
        assert!(marketplace.contains(right), "{right}");
        dir.write(&format!("{name}.toml"), marketplace.replacen(right, wrong, 1));
    }
    for (flags, says) in [
        ("--sessions 0", "sessions is 0; it must be between 1 and 10000000000"),
        ("--sessions 99999999999", "sessions is 99999999999; it must be between 1 and 10000000000"),
        ("--users 0", "generate.users = 0 (from --users) must be at least 1"),
        ("--users 1", "users is 1; it must be at least "),
        ("--products 0", "products is 0; it must be between 1 and 5000000"),
        ("--days 0", "days is 0; it must be between 1 and 3660"),
        ("--days 4000", "days is 4000; it must be between 1 and 3660"),
        ("--start-date 2026-02-30", "(from --start-date) must be a date that exists, as YYYY-MM-DD"),
        ("--start-date 01.02.2026", "must be a date that exists, as YYYY-MM-DD"),
        ("--start-date 1887-01-01", "the years 1996 to 2199"),
        ("--scale 0", "scale is 0; it must be above 0 and at most 1000000"),
        ("--scale -1", "scale is -1; it must be above 0 and at most 1000000"),
        ("--sessions -1", "invalid value '-1' for '--sessions <N>'"),
        ("--scale NaN", "scale is NaN; it must be above 0 and at most 1000000"),
        ("--scale 1000 --sessions 9999999999", "sessions times scale is 9999999999000; it must be at most"),
        ("--format xml", "generate.format = \"xml\" (from --format) must be csv, jsonl or parquet"),
        ("--dirt 1.01", "must be a share between 0 and 1"),
        ("--dirt -0.5", "dirt.share = -0.5 (from --dirt -0.5) must be a share between 0 and 1"),
        ("--seed -1", "invalid value '-1' for '--seed <N>'"),
        ("--profile hardwear", "did you mean hardware?"),
        ("--profile share.toml", "account.stay is 7."),
        ("--profile key.toml", "unknown key account.distribution"),
        ("--profile type.toml", "invalid type"),
        ("--parts 0 --part 1", "parts is 0; it must be at least 1"),
        ("--parts 3 --part 0", "part is 0; it must be between 1 and 3"),
        ("--parts 3", "--part"),
        ("--stdout --overwrite", "cannot be used with"),
        ("--stdout --format parquet", "it must be csv or jsonl with --stdout"),
    ] {
        let ran = dir.run(&format!("generate {flags}"));
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(2), ""), "{flags}: {ran:?}");
        assert!(ran.stderr.contains(says), "{flags}: {}", ran.stderr);
        assert!(
            !dir.path("data").exists() && !dir.path("reports").exists(),
            "{flags}: something was written"
        );
    }
    let files: BTreeSet<_> = dir.files("").into_iter().filter(|file| !file.starts_with("logs/")).collect();
    assert_eq!(files, BTreeSet::from(["key.toml", "share.toml", "type.toml"].map(str::to_owned)));
}
