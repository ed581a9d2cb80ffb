//! What may be changed in a question: lines of its first step, `parameters`,
//! such as `cast('2026-01-01' as date) as since`.

use std::fmt;

use chrono::{Datelike, NaiveDate};

use super::Question;
use crate::error::{Error, Result};
use crate::sql::{self, EmbeddedFile};

/// The largest whole number that a parameter takes; products with it stay within 64 bits.
const LARGEST: i64 = 1_000_000;

/// What a value must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParamKind {
    /// A day, `2026-01-31`.
    Date,
    /// A whole number from 1 on.
    Integer,
    /// Any text.
    Text,
}

impl ParamKind {
    /// The kind of that SQL type.
    fn parse(sql_type: &str) -> Option<Self> {
        match sql_type {
            "date" => Some(Self::Date),
            "integer" => Some(Self::Integer),
            "text" => Some(Self::Text),
            _ => None,
        }
    }

    /// The SQL literal of a value that was typed; nothing where it is not of the kind.
    fn literal(self, value: &str) -> Option<String> {
        match self {
            Self::Date => {
                let date = NaiveDate::parse_from_str(value, "%Y-%m-%d").ok()?;
                (1..=9999).contains(&date.year()).then(|| format!("'{}'", date.format("%Y-%m-%d")))
            }
            Self::Integer => {
                let number = value.parse::<i64>().ok()?;
                (1..=LARGEST).contains(&number).then(|| number.to_string())
            }
            // No server keeps a text with a zero in it.
            Self::Text => (!value.contains('\0')).then(|| format!("'{}'", value.replace('\'', "''"))),
        }
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Date => "a date such as 2026-01-31",
            Self::Integer => "a whole number from 1 to 1,000,000",
            Self::Text => "a text",
        })
    }
}

/// A value of a question that may be changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it must be.
    pub kind: ParamKind,
    /// What stands in the file; nothing where it is null, which an empty value gives again.
    pub default: Option<String>,
    /// What it means.
    pub meaning: String,
    /// Where its literal stands in the file's text.
    at: (usize, usize),
}

impl fmt::Display for Param {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let default = self.default.as_deref().unwrap_or("empty");
        write!(f, "{} ({}; default {default}): {}", self.name, self.kind, self.meaning)
    }
}

/// The parameters of a file, each with its line in the head comment.
pub(super) fn params(file: &'static EmbeddedFile) -> Result<Vec<Param>> {
    let wrong = |what: String| Error::Usage(format!("{}: {what}", file.path));
    let mut params = Vec::new();
    for (start, line) in step(file.text) {
        let Some((literal, sql_type, name)) = cast(line) else { continue };
        let kind =
            ParamKind::parse(sql_type).ok_or_else(|| wrong(format!("no parameter can be {sql_type}")))?;
        let meaning = sql::whole_head(file.text, &format!("param {name}"))
            .ok_or_else(|| wrong(format!("the head has no `-- param {name}:` line")))?;
        let default = match literal {
            "null" => None,
            literal => Some(literal.trim_matches('\'').replace("''", "'")),
        };
        let from = start + line.find(literal).unwrap_or_default();
        params.push(Param { name, kind, default, meaning, at: (from, from + literal.len()) });
    }
    let told = file.text.lines().filter(|line| line.starts_with("-- param ")).count();
    if told != params.len() {
        return Err(wrong(format!("the head tells of {told} parameters, the query has {}", params.len())));
    }
    Ok(params)
}

/// The lines of the step `parameters`, each with where it begins.
fn step(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n').scan(0, |begin, line| {
        let start = *begin;
        *begin += line.len();
        Some((start, line))
    });
    lines
        .skip_while(|(_, line)| line.trim_end() != "parameters as (")
        .take_while(|(_, line)| !line.starts_with(')'))
}

/// Literal, type and name of a line `cast(LITERAL as TYPE) as NAME`.
fn cast(line: &str) -> Option<(&str, &str, &str)> {
    let (_, rest) = line.split_once("cast(")?;
    let (value, name) = rest.rsplit_once(") as ")?;
    let (literal, sql_type) = value.rsplit_once(" as ")?;
    Some((literal, sql_type, name.trim().trim_end_matches(',')))
}

/// The question's text with the given values in their places.
pub(super) fn bind(question: &Question, given: &[String]) -> Result<String> {
    let mut literals: Vec<Option<String>> = vec![None; question.params.len()];
    let mut dates = (None, None);
    for text in given {
        let (name, value) = text.split_once('=').ok_or_else(|| {
            Error::Usage(format!("--param {text:?} is not NAME=VALUE\n{}", known(question)))
        })?;
        let (name, value) = (name.trim(), value.trim());
        let position = question.params.iter().position(|param| param.name == name).ok_or_else(|| {
            Error::Usage(format!("{} has no parameter {name:?}\n{}", question.name, known(question)))
        })?;
        let param = &question.params[position];
        let literal = if value.is_empty() && param.default.is_none() {
            "null".to_owned()
        } else {
            param.kind.literal(value).ok_or_else(|| {
                Error::Usage(format!(
                    "--param {name}={value}: it must be {}\n{}",
                    param.kind,
                    known(question)
                ))
            })?
        };
        match name {
            "since" => dates.0 = Some(value),
            "until" => dates.1 = Some(value),
            _ => {}
        }
        literals[position] = Some(literal);
    }
    let day = |text: &str| NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let (Some(since), Some(until)) = dates
        && day(since) > day(until)
    {
        return Err(Error::Usage(format!("since {since} is after until {until}: there is no day between")));
    }
    let (mut bound, mut done) = (String::with_capacity(question.text.len()), 0);
    for (param, literal) in question.params.iter().zip(literals) {
        let (from, to) = param.at;
        bound += &question.text[done..from];
        bound += literal.as_deref().unwrap_or(&question.text[from..to]);
        done = to;
    }
    Ok(bound + &question.text[done..])
}

/// What a question can be asked with, for who asked with something else.
fn known(question: &Question) -> String {
    if question.params.is_empty() {
        return format!("{} has no parameters", question.name);
    }
    let lines: Vec<_> = question.params.iter().map(|param| format!("  {param}")).collect();
    format!("the parameters of {} are\n{}", question.name, lines.join("\n"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    static FILE: EmbeddedFile = EmbeddedFile {
        path: "sql/analysis/sample.sql",
        text: "-- question: How?\n-- read: So.\n-- topic: Days\n-- grain: one row\n-- key: n\n\
               -- param since: the first\n--     day\n-- param arm: which one\n-- param top_n: how many\n\
               -- param as_of: when\nwith\n\nparameters as (\n\n    select\n        \
               cast('1900-01-01' as date) as since,\n        cast('it''s' as text) as arm,\n        \
               cast(10 as integer) as top_n,\n        cast(null as date) as as_of\n\n)\n\n\
               select cast(1 as integer) as n\n",
    };

    fn sample() -> Question {
        Question::read(&FILE).unwrap()
    }

    #[test]
    fn parameters_are_read_from_the_query_and_the_head() {
        let question = sample();
        let told: Vec<_> = question.params.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "since (a date such as 2026-01-31; default 1900-01-01): the first day",
                "arm (a text; default it's): which one",
                "top_n (a whole number from 1 to 1,000,000; default 10): how many",
                "as_of (a date such as 2026-01-31; default empty): when",
            ]
        );
    }

    #[test]
    fn values_take_the_place_of_defaults_and_nothing_else() {
        let given = ["top_n=3", "arm=o'clock; drop table x", "as_of=2026-02-03", "since=2026-01-05"];
        let bound = sample().bind(&given.map(str::to_owned)).unwrap();
        for line in [
            "cast('2026-01-05' as date) as since,",
            "cast('o''clock; drop table x' as text) as arm,",
            "cast(3 as integer) as top_n,",
            "cast('2026-02-03' as date) as as_of\n",
            "select cast(1 as integer) as n\n",
        ] {
            assert!(bound.contains(line), "{bound}");
        }
        assert_eq!(sample().bind(&["as_of=".to_owned()]).unwrap(), FILE.text);
    }

    #[test]
    fn what_is_no_value_is_refused_with_those_that_exist() {
        for (given, says) in [
            ("top=3", "sample has no parameter \"top\""),
            ("top_n", "\"top_n\" is not NAME=VALUE"),
            ("top_n=many", "top_n=many: it must be a whole number from 1"),
            ("top_n=0", "top_n=0: it must be a whole number from 1"),
            ("top_n=1000001", "it must be a whole number from 1"),
            ("top_n=1) as x --", "it must be a whole number from 1"),
            ("since=yesterday", "since=yesterday: it must be a date"),
            ("since=2026-02-30", "it must be a date"),
            ("since=", "it must be a date"),
        ] {
            let refused = sample().bind(&[given.to_owned()]).unwrap_err();
            assert!(refused.to_string().contains(says), "{given}: {refused}");
            assert!(refused.to_string().contains("\n  since (a date"), "{refused}");
            assert_eq!(refused.exit_code(), 2);
        }
    }

    #[test]
    fn a_period_must_have_days() {
        let question = super::super::question("daily_trends").unwrap();
        let given = ["since=2026-02-02", "until=2026-02-01"].map(str::to_owned);
        let refused = question.bind(&given).unwrap_err().to_string();
        assert!(refused.contains("since 2026-02-02 is after until 2026-02-01"), "{refused}");
        let given = ["since=2026-02-01", "until=2026-02-01"].map(str::to_owned);
        assert!(question.bind(&given).is_ok());
    }
}
