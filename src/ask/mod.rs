//! The business questions: `clickmill ask`. One file under `sql/analysis/` is
//! one question: its words, how to read the answer and its parameters stand in
//! the head comment, the query below it runs as it is in the engine and on
//! PostgreSQL, and gives the same cells on both.
//!
//! A parameter is a line of the query's first step, `parameters`, so that a
//! file can be pasted into psql without a change; [`Question::bind`] puts
//! another value in its place.

mod answer;
mod format;
mod manual;
mod param;

use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::load::Server;
use crate::sql::{self, EmbeddedFile};

pub use answer::{Answer, Column, Kind};
pub use format::Format;
pub use manual::markdown;
pub use param::{Param, ParamKind};

/// The folder of the questions.
const FOLDER: &str = "sql/analysis";

/// One business question, as its file states it.
#[derive(Debug, Clone)]
pub struct Question {
    /// The file's name without its ending: `daily_trends`.
    pub name: &'static str,
    /// The question in words.
    pub question: String,
    /// How to read the answer.
    pub reading: String,
    /// What it is about: the section of `docs/questions.md` it stands in.
    pub topic: &'static str,
    /// What one row of the answer is.
    pub grain: String,
    /// The columns that tell the answer's rows apart.
    pub key: Vec<String>,
    /// What may be changed, in the order of the query.
    pub params: Vec<Param>,
    text: &'static str,
}

/// All questions, by name.
///
/// # Errors
/// [`Error::Usage`] when a file's head lacks something.
pub fn questions() -> Result<Vec<Question>> {
    sql::folder(FOLDER).map(Question::read).collect()
}

/// The question of that name.
///
/// # Errors
/// [`Error::Usage`] when there is none, which names the nearest.
pub fn question(name: &str) -> Result<Question> {
    let mut all = questions()?;
    if let Some(found) = all.iter().position(|question| question.name == name) {
        return Ok(all.swap_remove(found));
    }
    let nearest = all.iter().max_by(|a, b| likeness(a.name, name).total_cmp(&likeness(b.name, name)));
    let nearest = nearest.map(|question| question.name).unwrap_or_default();
    Err(Error::Usage(format!(
        "there is no question {name:?}; did you mean {nearest}? `clickmill ask --list` prints them all"
    )))
}

/// How much a name, or one of its words, looks like what was typed.
fn likeness(name: &str, typed: &str) -> f64 {
    let word = name.split('_').map(|word| strsim::normalized_damerau_levenshtein(word, typed));
    // The whole name counts a little more than a word of it.
    word.map(|likeness| likeness * 0.95).fold(strsim::normalized_damerau_levenshtein(name, typed), f64::max)
}

impl Question {
    fn read(file: &'static EmbeddedFile) -> Result<Self> {
        let lacks = |what: &str| Error::Usage(format!("{}: the head has no `-- {what}:` line", file.path));
        let whole = |key: &str| sql::whole_head(file.text, key).ok_or_else(|| lacks(key));
        Ok(Self {
            name: file.stem(),
            question: whole("question")?,
            reading: whole("read")?,
            topic: file.head("topic").ok_or_else(|| lacks("topic"))?,
            grain: whole("grain")?,
            key: sql::head_list(file.text, "key"),
            params: param::params(file)?,
            text: file.text,
        })
    }

    /// The file's text with these values in the place of the defaults, each
    /// given as `name=value`; the last of a name counts.
    ///
    /// # Errors
    /// [`Error::Usage`] for a parameter that the question does not have, or a
    /// value that is not of its type.
    pub fn bind(&self, given: &[String]) -> Result<String> {
        param::bind(self, given)
    }

    /// The answer from the lake's gold.
    ///
    /// # Errors
    /// As [`Question::bind`]; [`Error::Engine`] when the engine cannot answer.
    pub fn ask(&self, engine: &dyn Engine, given: &[String]) -> Result<Answer> {
        Answer::from_engine(engine, &self.bind(given)?)
    }

    /// The answer from the gold that was loaded into PostgreSQL; the
    /// transaction can only read.
    ///
    /// # Errors
    /// As [`Question::bind`]; [`Error::Load`] when the server cannot be reached
    /// or cannot answer.
    pub fn ask_postgres(&self, server: &Server, given: &[String]) -> Result<Answer> {
        Answer::from_postgres(server, &self.bind(given)?)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_file_is_a_whole_question() {
        let all = questions().unwrap();
        assert!(all.len() >= 30, "{}", all.len());
        for question in &all {
            assert!(question.question.ends_with('?'), "{}: {}", question.name, question.question);
            assert!(question.reading.ends_with('.') && !question.key.is_empty(), "{}", question.name);
            assert!(question.grain.starts_with("one row"), "{}: {}", question.name, question.grain);
            // The defaults are what the file says, so that binding nothing changes nothing.
            assert_eq!(question.bind(&[]).unwrap(), question.text, "{}", question.name);
        }
        let mut words: Vec<_> = all.iter().map(|question| &question.question).collect();
        words.sort();
        words.dedup();
        assert_eq!(words.len(), all.len(), "a question is asked twice");
    }

    #[test]
    fn the_nearest_question_is_named() {
        for (typed, meant) in [("daily_trend", "daily_trends"), ("churn", "churn_risk"), ("rfm", "rfm_grid")]
        {
            let refused = question(typed).unwrap_err();
            assert!(refused.to_string().contains(&format!("did you mean {meant}?")), "{refused}");
            assert_eq!(refused.exit_code(), 2);
        }
    }
}
