//! The time that the data covers, which every picture names.

use chrono::NaiveDate;

use super::column::Rows;
use super::format;
use crate::engine::Engine;
use crate::error::{Error, Result};

/// The days of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    /// First and last day; nothing when there is no day at all.
    pub(super) ends: Option<(NaiveDate, NaiveDate)>,
    /// Days that the data does not cover whole.
    pub(super) partial: Vec<NaiveDate>,
}

impl Period {
    /// Reads the days of `gold.fact_daily_metrics`.
    pub(super) fn read(engine: &dyn Engine) -> Result<Self> {
        if engine.columns("gold", "fact_daily_metrics").is_empty() {
            return Err(Error::Report {
                chart: "gold".to_owned(),
                message: "there is no gold.fact_daily_metrics to draw from; run `clickmill transform` first"
                    .to_owned(),
            });
        }
        let rows = Rows::read(engine, "period")?;
        let (dates, whole) = (rows.dates("date")?, rows.flags("is_complete")?);
        let ends = dates.first().copied().zip(dates.last().copied());
        let partial = dates.iter().zip(&whole).filter(|(_, whole)| !**whole).map(|(date, _)| *date).collect();
        Ok(Self { ends, partial })
    }

    /// How many days there are.
    pub(super) fn days(&self) -> i64 {
        self.ends.map_or(0, |(first, last)| (last - first).num_days() + 1)
    }

    /// The days in words: `1–30 Jan 2026`.
    pub(super) fn text(&self) -> String {
        self.ends.map_or_else(|| "no days in the data".to_owned(), |(first, last)| format::span(first, last))
    }

    /// Which days are not whole, as a sentence with a blank before it; nothing when all are.
    pub(super) fn partial_note(&self, how: &str) -> String {
        match self.partial.as_slice() {
            [] => String::new(),
            [one] => format!(" {} is not covered whole: {how}.", format::short_day(*one)),
            [one, two] => format!(
                " {} and {} are not covered whole: {how}.",
                format::short_day(*one),
                format::short_day(*two)
            ),
            many => format!(" {} days are not covered whole: {how}.", format::count(many.len() as f64)),
        }
    }
}
