//! The whole note over small gold layers of every awkward kind.
#![allow(clippy::unwrap_used)]

use super::super::fixture::Gold;
use super::super::{Format, Locale, Options, render};
use crate::progress::Progress;

/// The note of a gold layer.
fn note(gold: &Gold) -> String {
    note_as(gold, Options::default())
}

/// The same, written as the options say.
fn note_as(gold: &Gold, options: Options) -> String {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { dir: folder.path().to_owned(), format: Format::Svg, ..options };
    render(&gold.engine(), &options, &Progress::hidden()).unwrap();
    std::fs::read_to_string(folder.path().join("summary.md")).unwrap()
}

/// The sentences under a head.
fn section<'a>(note: &'a str, head: &str) -> &'a str {
    let (_, rest) = note.split_once(&format!("## {head}\n\n")).unwrap_or_else(|| panic!("no {head}: {note}"));
    rest.split_once("\n\n").unwrap().0
}

#[test]
fn one_day_has_no_best_and_no_change() {
    let note = note(&Gold { days: 1, ..Gold::default() });
    assert!(note.contains("In 1 day (1 Jan 2026), "), "{note}");
    assert!(!note.contains("best day was") && !note.contains("busiest was"), "{note}");
    let changed = section(&note, "What changed");
    assert!(changed.starts_with("- No change is claimed: ") && changed.ends_with("there is 1."), "{changed}");
}

#[test]
fn one_visitor_is_told_without_a_share() {
    let note =
        note(&Gold { days: 1, sessions: 1, products: 1, devices: 1, order_every: 0, ..Gold::default() });
    assert!(note.contains("1 visitor made 1 session; nobody ordered."), "{note}");
    assert_eq!(section(&note, "What to look at"), "- Nothing reaches its threshold.");
}

#[test]
fn nobody_at_all_is_one_sentence() {
    for gold in [
        Gold { days: 5, sessions: 0, products: 1, order_every: 0, ..Gold::default() },
        Gold { days: 0, products: 0, ..Gold::default() },
    ] {
        let note = note(&gold);
        assert!(note.contains("There are no sessions in this period."), "{note}");
        assert!(
            !note.contains("## What changed") && !note.contains("NaN") && !note.contains("inf"),
            "{note}"
        );
    }
}

#[test]
fn without_orders_there_is_no_word_on_money() {
    let note = note(&Gold { order_every: 0, ..Gold::default() });
    assert!(note.contains("; nobody ordered."), "{note}");
    let changed = section(&note, "What changed");
    assert!(changed.contains("- Sessions "), "{changed}");
    for word in ["Orders", "Revenue", "Conversion", "$"] {
        assert!(!changed.contains(word), "{changed}");
    }
    assert!(!section(&note, "What to look at").contains("revenue"), "{note}");
}

#[test]
fn a_partial_last_day_is_in_no_comparison() {
    let changed =
        |days, partial| section(&note(&Gold { days, partial, ..Gold::default() }), "What changed").to_owned();
    // 1 and 16 January are partial: 2 to 15 January are the two weeks.
    let told = changed(16, true);
    assert!(told.starts_with("- Compared are 9–15 Jan 2026 against 2–8 Jan 2026, 7 days each."), "{told}");
    assert!(changed(15, true).ends_with("one after the other; there are 13."));
    assert!(
        changed(16, false).starts_with("- Compared are 10–16 Jan 2026 against 3–9 Jan 2026, 7 days each.")
    );
}

#[test]
fn three_years_are_compared_by_four_weeks() {
    let note = note(&Gold { days: 1_096, sessions: 12, order_every: 7, ..Gold::default() });
    let changed = section(&note, "What changed");
    assert!(
        changed.starts_with("- Compared are 4–31 Dec 2028 against 6 Nov – 3 Dec 2028, 28 days each."),
        "{changed}"
    );
    assert!(!note.contains("NaN") && !note.contains("inf%"), "{note}");
}

#[test]
fn the_note_says_when_a_sentence_stands() {
    let note = note(&Gold::default());
    let rules = note.split_once("## When a sentence stands here\n\n").unwrap().1;
    let german = Options { locale: Locale::parse("de").unwrap(), ..Options::default() };
    let note_in_german = note_as(&Gold::default(), german);
    let rules_in_german = note_in_german.split_once("## When a sentence stands here\n\n").unwrap().1;
    for value in ["1,25 times", "5,0\u{a0}%", "40\u{a0}%", "28 days or else 7"] {
        assert!(rules_in_german.contains(value), "{value}: {rules_in_german}");
    }
    for value in ["28 days or else 7", "100 sessions", "20 orders", "5.0%", "1.25 times", "40%", "10%"] {
        assert!(rules.contains(value), "{value}: {rules}");
    }
}

/// The figures of products and segments are of the days told of, or say of which.
#[test]
fn a_part_of_the_time_is_all_that_is_told_of_products() {
    let day = |day| chrono::NaiveDate::from_ymd_opt(2026, 1, day);
    let gold = Gold { days: 20, ..Gold::default() };
    let views = |since, until| {
        let engine = gold.engine();
        let options = Options { since, until, ..Options::default() };
        super::super::prepare(&engine, &options, &[]).unwrap();
        let rows = super::super::Rows::read(&engine, "summary_products").unwrap();
        assert_eq!(rows.len() as i64, gold.products, "the catalogue is told of whole");
        rows.counts("viewing_sessions").unwrap().iter().sum::<i64>()
    };
    let (first, second, all) = (views(day(1), day(12)), views(day(13), day(20)), views(None, None));
    assert!(first > 0 && second > 0 && first + second == all, "{first} + {second} is not {all}");
}
