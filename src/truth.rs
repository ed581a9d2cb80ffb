//! The truth beside the warehouse: does gold answer what the generator knows?
//!
//! Made data comes with `truth/answers.json` (metrics by name) and
//! `truth/sessions.parquet`. [`compare`] asks gold the same questions
//! (`sql/truth/answers.sql`), looks for each true session among its sessions
//! (`sql/truth/sessions.sql`), and says what differs.

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

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Questions asked.
    pub answers: u64,
    /// Answers that differ, by name.
    pub differences: Vec<Difference>,
    /// Sessions that are missing in gold, or are none in truth: `missing v1 at ...`.
    pub sessions: Vec<String>,
}

impl Comparison {
    /// Whether nothing differs.
    pub fn agrees(&self) -> bool {
        self.differences.is_empty() && self.sessions.is_empty()
    }

    /// The finding in one line.
    pub fn verdict(&self) -> String {
        if self.agrees() {
            return format!("all {} answers agree, every true session is found", grouped(self.answers));
        }
        format!(
            "{} of {} answers and {} sessions differ from the truth; `clickmill check --truth` lists them",
            grouped(self.differences.len() as u64),
            grouped(self.answers),
            grouped(self.sessions.len() as u64)
        )
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
        if self.differences.len().max(self.sessions.len()) > SHOWN {
            writeln!(f, "...")?;
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
    for table in ["sessions", "defects"] {
        let file = folder.join(format!("{table}.parquet"));
        engine.attach_files("truth", table, &[file], false)?;
    }
    Ok(Some(ask(&engine, &truth)?))
}

/// The answers that gold must give; none where the file is not there.
fn read(path: &Path) -> Result<Option<BTreeMap<String, i64>>> {
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(path).map_err(Error::io("read", path))?;
    let file: AnswerFile = serde_json::from_str(&text)
        .map_err(|error| Error::Usage(format!("{} is not what clickmill wrote: {error}", path.display())))?;
    Ok(Some(file.observable))
}

/// Asks gold all questions.
fn ask(engine: &dyn Engine, truth: &BTreeMap<String, i64>) -> Result<Comparison> {
    let mut gold = BTreeMap::new();
    for batch in engine.collect(statement("sql/truth/answers.sql"), &Params::new())? {
        let (names, values) =
            (batch.column(0).as_string::<i32>(), batch.column(1).as_primitive::<Int64Type>());
        gold.extend((0..batch.num_rows()).map(|row| (names.value(row).to_owned(), values.value(row))));
    }
    let names: BTreeSet<_> = truth.keys().chain(gold.keys()).collect();
    let answer = |answers: &BTreeMap<String, i64>, name| answers.get(name).copied().unwrap_or_default();
    let differences = names
        .iter()
        .map(|name| Difference {
            name: (*name).clone(),
            truth: answer(truth, *name),
            gold: answer(&gold, *name),
        })
        .filter(|answer| answer.truth != answer.gold)
        .collect();

    let mut sessions = Vec::new();
    for batch in engine.collect(statement("sql/truth/sessions.sql"), &Params::new())? {
        let [verdicts, visitors, starts] = [0, 1, 2].map(|column| batch.column(column).as_string::<i32>());
        sessions.extend(
            (0..batch.num_rows()).map(|row| {
                format!("{} {} at {}", verdicts.value(row), visitors.value(row), starts.value(row))
            }),
        );
    }
    Ok(Comparison { answers: names.len() as u64, differences, sessions })
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
        for name in ["answers", "sessions"] {
            assert!(statement(&format!("sql/truth/{name}.sql")).contains("select"));
        }
    }

    #[test]
    fn a_difference_is_named() {
        let found = Comparison {
            answers: 2,
            differences: vec![Difference { name: "total orders".to_owned(), truth: 1200, gold: 1199 }],
            sessions: Vec::new(),
        };
        assert!(!found.agrees());
        assert!(found.to_string().starts_with("total orders: truth 1,200, gold 1,199\n1 of 2 answers"));
    }
}
