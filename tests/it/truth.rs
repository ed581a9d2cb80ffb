//! Gold beside the truth that the generator wrote: all of it agrees, and a
//! warehouse that is wrong is found out.

use std::fs;

use chrono::{TimeZone, Utc};
use clickmill::generate::{self, Plan};
use clickmill::lake::Lake;
use clickmill::progress::Progress;
use clickmill::truth::{self, Comparison};
use clickmill::{emit, ingest, transform};
use tempfile::TempDir;

fn run(lake: &Lake, options: &generate::Options, how: &emit::Options) -> Comparison {
    let progress = Progress::hidden();
    emit::emit(&Plan::new(options).unwrap(), lake, how, &progress).unwrap();
    let now = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
    ingest::ingest(lake, &ingest::Options::default(), now, &progress).unwrap();
    transform::transform(lake, &transform::Options::default(), &progress).unwrap();
    truth::compare(lake, &transform::Options::default()).unwrap().unwrap()
}

fn small() -> generate::Options {
    generate::Options { sessions: 1500, products: 60, days: 16, ..generate::Options::default() }
}

#[test]
fn gold_answers_what_the_generator_knows() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(folder.path());
    let found = run(&lake, &small(), &emit::Options::default());
    assert!(found.agrees(), "{found}");
    assert!(found.answers > 100, "{found}");

    // A truth that says otherwise is noticed, and named.
    let path = lake.raw().join("truth/answers.json");
    let text = fs::read_to_string(&path).unwrap();
    fs::write(&path, text.replace("\"funnel sessions\": 1500", "\"funnel sessions\": 1501")).unwrap();
    let found = truth::compare(&lake, &transform::Options::default()).unwrap().unwrap();
    assert_eq!(found.differences.len(), 1);
    assert_eq!((found.differences[0].truth, found.differences[0].gold), (1501, 1500));
}

#[test]
fn other_sessions_and_days_are_not_compared() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(folder.path());
    run(&lake, &generate::Options { sessions: 50, days: 2, ..small() }, &emit::Options::default());
    let other = transform::Options { session_gap_us: 60_000_000, ..transform::Options::default() };
    assert_eq!(truth::compare(&lake, &other).unwrap(), None);
}
