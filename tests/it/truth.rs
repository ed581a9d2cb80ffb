//! Gold beside the truth that the generator wrote: all of it agrees, and a
//! warehouse that is wrong is found out.

use std::fs;

use chrono::{TimeZone, Utc};
use clickmill::emit::Format;
use clickmill::generate::{self, Defect, Dirt, Plan, Profile};
use clickmill::lake::Lake;
use clickmill::progress::Progress;
use clickmill::truth::{self, Comparison};
use clickmill::{emit, engine, ingest, transform};
use tempfile::TempDir;

fn run(lake: &Lake, options: &generate::Options, how: &emit::Options) -> Comparison {
    let progress = Progress::hidden();
    emit::emit(&Plan::new(options).unwrap(), lake, how, &progress).unwrap();
    let now = Utc.with_ymd_and_hms(2026, 3, 1, 0, 0, 0).unwrap();
    ingest::ingest(lake, &ingest::Options::default(), now, &progress).unwrap();
    transform::transform(lake, &transform::Options::default(), &progress).unwrap();
    truth::compare(lake, &engine::Options::default()).unwrap().unwrap()
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
    let found = truth::compare(&lake, &engine::Options::default()).unwrap().unwrap();
    assert_eq!(found.differences.len(), 1);
    assert_eq!((found.differences[0].truth, found.differences[0].gold), (1501, 1500));
}

#[test]
fn other_sessions_and_days_are_not_compared() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(folder.path());
    run(&lake, &generate::Options { sessions: 50, days: 2, ..small() }, &emit::Options::default());
    let other = transform::Options { session_gap_us: 60_000_000, ..transform::Options::default() };
    transform::transform(&lake, &other, &Progress::hidden()).unwrap();
    assert_eq!(truth::compare(&lake, &engine::Options::default()).unwrap(), None);
}

/// A little of everything.
fn dirty(kinds: &[Defect], share: f64) -> generate::Options {
    let dirt = kinds.iter().fold(Dirt::default(), |dirt, kind| dirt.with(*kind, share));
    generate::Options { dirt, ..small() }
}

#[test]
fn dirt_changes_no_session_of_an_undamaged_visitor_and_nothing_that_can_be_known() {
    for format in [Format::Csv, Format::Jsonl] {
        let folder = TempDir::new().unwrap();
        let how = emit::Options { format, ..emit::Options::default() };
        let found = run(&Lake::new(folder.path()), &dirty(&Defect::ALL, 0.01), &how);
        assert!(found.agrees(), "{}: {found}", format.as_str());
    }
    let folder = TempDir::new().unwrap();
    let how = emit::Options { format: Format::Parquet, ..emit::Options::default() };
    let kinds: Vec<_> = Defect::ALL.into_iter().filter(|kind| !kind.needs_text()).collect();
    let found = run(&Lake::new(folder.path()), &dirty(&kinds, 0.01), &how);
    assert!(found.agrees(), "{found}");
}

#[test]
fn what_silver_repairs_leaves_the_answers_as_they_happened() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(folder.path());
    let kinds: Vec<_> = Defect::ALL.into_iter().filter(|kind| kind.is_repaired()).collect();
    let found = run(&lake, &dirty(&kinds, 0.05), &emit::Options::default());
    assert!(found.agrees(), "{found}");
    let text = fs::read_to_string(lake.raw().join("truth/answers.json")).unwrap();
    let answers: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(answers["clean"], answers["observable"]);
}

#[test]
fn bots_are_told_from_people_and_the_answers_hold_whoever_is_called_one() {
    let folder = TempDir::new().unwrap();
    let lake = Lake::new(folder.path());
    let text = Profile::text("marketplace").unwrap();
    let busy = text.replacen("\nshare = 0.003\n", "\nshare = 0.06\n", 1);
    assert_ne!(text, busy);
    let profile = Profile::parse("busy", &busy).unwrap();
    let options = generate::Options { profile, products: 500, ..small() };
    let found = run(&lake, &options, &emit::Options::default());
    assert!(found.agrees(), "{found}");
    let bots = found.bots;
    assert!(bots.caught > 10, "{found}");
    // Some hide well; nobody is accused.
    assert_eq!(bots.accused, 0, "{found}");
    assert!(bots.missed * 5 <= bots.caught, "{found}");
    // They buy nothing, so what people paid is known exactly.
    let total = |name: &str| found.people.iter().find(|total| total.name == name).unwrap();
    for name in ["total orders", "total revenue_cents", "total refund_cents"] {
        assert_eq!(total(name).truth, total(name).gold, "{found}");
        assert!(total(name).truth > 0, "{found}");
    }
    let sessions = total("funnel sessions");
    assert!(sessions.gold >= sessions.truth && sessions.gold < sessions.truth + 30, "{found}");

    // A supply that says otherwise is noticed: everything sold out from the first day on.
    let other = TempDir::new().unwrap();
    let mut profile = text.replacen("sold_out = 0.083", "sold_out = 0.6", 1);
    profile = profile.replacen("sold_out_days = 5.0", "sold_out_days = 50.0", 1);
    let profile = Profile::parse("empty", &profile).unwrap();
    let empty = Lake::new(other.path());
    let plan = Plan::new(&generate::Options { profile, products: 500, ..small() }).unwrap();
    emit::emit(&plan, &empty, &emit::Options::default(), &Progress::hidden()).unwrap();
    let [from, to] = [&empty, &lake].map(|lake| lake.raw().join("truth/supply.parquet"));
    fs::copy(from, to).unwrap();
    let found = truth::compare(&lake, &engine::Options::default()).unwrap().unwrap();
    assert!(!found.agrees());
    assert!(found.untruths.iter().any(|untruth| untruth.starts_with("taken while sold out: p")), "{found}");
}
