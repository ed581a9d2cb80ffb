//! The truth beside the warehouse: does gold answer what the generator knows?
//!
//! Made data comes with `truth/answers.json` (metrics by name), true sessions,
//! visitors and supply. [`compare`] asks gold the same questions
//! (`sql/truth/answers.sql`), looks for each true session among its sessions
//! (`sql/truth/sessions.sql`), for the account and arm of each visitor
//! (`sql/truth/visitors.sql`) and for what could not be bought
//! (`sql/truth/supply.sql`), and says what differs.
//!
//! The answers count all visitors, so they hold whoever is called a bot. How
//! well bots are told from people is judged apart (`sql/truth/bots.sql`), and so
//! is what that does to the totals that gold shows (`sql/truth/people.sql`).

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use serde::{Deserialize, Serialize};

use crate::engine::{self, Engine, LocalEngine, Params};
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::sql;
use crate::summary::grouped;
use crate::transform::{self, SessionMode};

/// The generator's gap between sessions, microseconds.
const GAP_US: i64 = 30 * 60 * 1_000_000;

/// How many differences are shown.
const SHOWN: usize = 20;

/// The part of `truth/answers.json` that a warehouse can be held to.
#[derive(Deserialize)]
struct AnswerFile {
    observable: BTreeMap<String, i64>,
    #[serde(default)]
    people: BTreeMap<String, i64>,
}

/// An answer on which gold and the truth differ; 0 where one has none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The question: `day 2026-01-05 revenue_cents`.
    pub name: String,
    /// What is true.
    pub truth: i64,
    /// What gold says.
    pub gold: i64,
}

/// How well gold tells bots from people, in visitors.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Bots {
    /// Bots that it calls so.
    pub caught: i64,
    /// Bots that it takes for people.
    pub missed: i64,
    /// People that it calls bots.
    pub accused: i64,
}

impl fmt::Display for Bots {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = |part: i64, whole: i64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        write!(
            f,
            "bots: {} caught, {} missed, {} people accused (precision {:.3}, recall {:.3})",
            self.caught,
            self.missed,
            self.accused,
            share(self.caught, self.caught + self.accused),
            share(self.caught, self.caught + self.missed),
        )
    }
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Questions asked.
    pub answers: u64,
    /// Answers that differ, by name.
    pub differences: Vec<Difference>,
    /// Sessions that are missing in gold, or are none in truth: `missing v1 at ...`.
    pub sessions: Vec<String>,
    /// What gold says of a visitor or product and is not so: `account of v1`.
    pub untruths: Vec<String>,
    /// How well bots are told from people.
    pub bots: Bots,
    /// The totals of people alone, as they are and as gold shows them.
    pub people: Vec<Difference>,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty() && self.sessions.is_empty() && self.untruths.is_empty()
    }

    /// The finding in one line.
    pub fn verdict(&self) -> String {
        if self.agrees() {
            return format!(
                "all {} answers agree, every true session and account is found",
                grouped(self.answers)
            );
        }
        format!(
            "{} of {} answers, {} sessions and {} other facts differ from the truth; \
             `clickmill check --truth` lists them",
            grouped(self.differences.len() as u64),
            grouped(self.answers),
            grouped(self.sessions.len() as u64),
            grouped(self.untruths.len() as u64)
        )
    }

    /// What the totals of people alone are, and what gold shows where that is not the same.
    fn people(&self) -> String {
        let totals: Vec<_> = self
            .people
            .iter()
            .map(|Difference { name, truth, gold }| {
                let name = name.split(' ').next_back().unwrap_or(name);
                if truth == gold {
                    format!("{name} {}", amount(*truth))
                } else {
                    format!("{name} {} (gold {})", amount(*truth), amount(*gold))
                }
            })
            .collect();
        format!("people alone: {}", totals.join(", "))
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Difference { name, truth, gold } in self.differences.iter().take(SHOWN) {
            writeln!(f, "{name}: truth {}, gold {}", amount(*truth), amount(*gold))?;
        }
        for session in self.sessions.iter().take(SHOWN) {
            writeln!(f, "session {session}")?;
        }
        for untruth in self.untruths.iter().take(SHOWN) {
            writeln!(f, "{untruth}")?;
        }
        if self.differences.len().max(self.sessions.len()).max(self.untruths.len()) > SHOWN {
            writeln!(f, "...")?;
        }
        writeln!(f, "{}", self.bots)?;
        if !self.people.is_empty() {
            writeln!(f, "{}", self.people())?;
        }
        writeln!(f, "{}", self.verdict())
    }
}

/// A number with its thousands apart.
fn amount(number: i64) -> String {
    let sign = if number < 0 { "-" } else { "" };
    format!("{sign}{}", grouped(number.unsigned_abs()))
}

/// Compares gold with the truth in the lake's raw folder. None where there is
/// no truth, or where sessions and days are cut otherwise than the generator
/// cuts them (a gap of 30 minutes, days in UTC).
///
/// # Errors
/// [`Error::Io`] when the truth cannot be read, [`Error::Engine`] when gold
/// cannot be asked.
pub fn compare(lake: &Lake, engine: &engine::Options) -> Result<Option<Comparison>> {
    let Some(options) = transform::published(lake) else { return Ok(None) };
    let folder = lake.raw().join("truth");
    let Some(truth) = read(&folder.join("answers.json"))? else { return Ok(None) };
    let is_comparable = options.session_mode == SessionMode::Gap
        && options.session_gap_us == GAP_US
        && options.time_zone == "UTC";
    if !is_comparable {
        return Ok(None);
    }
    let engine = LocalEngine::open(lake, engine)?;
    for table in ["sessions", "defects", "visitors", "supply"] {
        let file = folder.join(format!("{table}.parquet"));
        engine.attach_files("truth", table, &[file], false)?;
    }
    Ok(Some(ask(&engine, &truth)?))
}

/// The answers that gold must give; none where the file is not there.
fn read(path: &Path) -> Result<Option<AnswerFile>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    let file: AnswerFile = serde_json::from_str(&text)
        .map_err(|error| Error::Usage(format!("{} is not what clickmill wrote: {error}", path.display())))?;
    Ok(Some(file))
}

/// Asks gold all questions.
fn ask(engine: &dyn Engine, truth: &AnswerFile) -> Result<Comparison> {
    let gold = numbers(engine, "sql/truth/answers.sql")?;
    let names: BTreeSet<_> = truth.observable.keys().chain(gold.keys()).collect();
    let compared = |name: &String, truth: &BTreeMap<String, i64>, gold: &BTreeMap<String, i64>| Difference {
        name: name.clone(),
        truth: truth.get(name).copied().unwrap_or_default(),
        gold: gold.get(name).copied().unwrap_or_default(),
    };
    let differences = names
        .iter()
        .map(|name| compared(name, &truth.observable, &gold))
        .filter(|answer| answer.truth != answer.gold)
        .collect();

    let sessions = texts(engine, "sql/truth/sessions.sql")?
        .into_iter()
        .map(|[verdict, visitor, start]| format!("{verdict} {visitor} at {start}"))
        .collect();
    let visitors = texts(engine, "sql/truth/visitors.sql")?
        .into_iter()
        .map(|[what, visitor, _]| format!("{what} of {visitor}"));
    let supply = texts(engine, "sql/truth/supply.sql")?
        .into_iter()
        .map(|[what, product, day]| format!("{what} {product} on {day}"));
    let untruths = visitors.chain(supply).collect();

    let mut bots = Bots::default();
    for batch in engine.collect(statement("sql/truth/bots.sql"), &Params::new())? {
        let counts = [0, 1, 2].map(|column| batch.column(column).as_primitive::<Int64Type>());
        for row in 0..batch.num_rows() {
            let [caught, missed, accused] = counts.map(|count| count.value(row));
            bots = Bots { caught, missed, accused };
        }
    }
    let shown = numbers(engine, "sql/truth/people.sql")?;
    let people = shown.keys().map(|name| compared(name, &truth.people, &shown)).collect();
    Ok(Comparison { answers: names.len() as u64, differences, sessions, untruths, bots, people })
}

/// The rows of a statement that answers questions by name.
fn numbers(engine: &dyn Engine, path: &str) -> Result<BTreeMap<String, i64>> {
    let mut numbers = BTreeMap::new();
    for batch in engine.collect(statement(path), &Params::new())? {
        let (names, values) =
            (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<Int64Type>());
        numbers.extend((0..batch.num_rows()).map(|row| (names.value(row).to_owned(), values.value(row))));
    }
    Ok(numbers)
}

/// The rows of a statement that has three texts in each.
fn texts(engine: &dyn Engine, path: &str) -> Result<Vec<[String; 3]>> {
    let mut rows = Vec::new();
    for batch in engine.collect(statement(path), &Params::new())? {
        let columns = [0, 1, 2].map(|column| batch.column(column).as_string::<i32>());
        rows.extend((0..batch.num_rows()).map(|row| columns.map(|column| column.value(row).to_owned())));
    }
    Ok(rows)
}

/// An embedded statement; a test says that they are there.
fn statement(path: &str) -> &'static str {
    sql::file(path).map_or("", |file| file.text)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn the_questions_are_embedded() {
        for name in ["answers", "sessions", "visitors", "supply", "bots", "people"] {
            assert!(statement(&format!("sql/truth/{name}.sql")).contains("select"));
        }
    }

    #[test]
    fn a_difference_is_named() {
        let found = Comparison {
            answers: 2,
            differences: vec![Difference { name: "total orders".to_owned(), truth: 1200, gold: 1199 }],
            people: vec![Difference { name: "total orders".to_owned(), truth: 3, gold: 4 }],
            ..Comparison::default()
        };
        assert!(!found.agrees());
        let text = found.to_string();
        assert!(text.starts_with("total orders: truth 1,200, gold 1,199\nbots: 0 caught"), "{text}");
        assert!(text.contains("\npeople alone: orders 3 (gold 4)\n"), "{text}");
        assert!(text.contains("\n1 of 2 answers"), "{text}");
    }
}
