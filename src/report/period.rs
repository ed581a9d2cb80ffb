//! The time that a report covers, which every picture names: all days of the
//! data, or those from `--since` to `--until`; and the one before it.

use chrono::{Days, NaiveDate};
use datafusion::common::ScalarValue;

use super::column::Rows;
use super::format;
use crate::engine::{Engine, Params};
use crate::error::{Error, Result};

/// The daily tables of gold, each with the column that says its day.
const DAILY: [(&str, &str); 12] = [
    ("agg_attribution_daily", "order_date"),
    ("agg_cart_product_daily", "session_date"),
    ("agg_category_metrics", "date"),
    ("agg_experiment_daily", "exposure_date"),
    ("agg_funnel_daily", "entry_date"),
    ("agg_journey_daily", "session_date"),
    ("agg_product_daily", "date"),
    ("agg_session_daily", "session_date"),
    ("fact_daily_metrics", "date"),
    ("fact_events", "event_date"),
    ("fact_orders", "order_date"),
    ("fact_sessions", "session_date"),
];

/// Where the daily tables are found whole once gold shows a part of them.
const WHOLE: &str = "all_days";

/// The days of the data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Period {
    /// First and last day; nothing when there is no day at all.
    pub(super) ends: Option<(NaiveDate, NaiveDate)>,
    /// Days that the data does not cover whole.
    pub(super) partial: Vec<NaiveDate>,
}

/// Refuses a period that ends before it begins.
///
/// # Errors
/// [`Error::Usage`] naming both ends.
pub(super) fn check_order(since: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<()> {
    match since.zip(until).filter(|(since, until)| since > until) {
        Some((since, until)) => {
            Err(Error::Usage(format!("the first day to draw, {since}, is after the last, {until}")))
        }
        None => Ok(()),
    }
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

    /// The days of it from `since` to `until`, both included.
    ///
    /// # Errors
    /// [`Error::Usage`] when there is none.
    pub(super) fn between(&self, since: Option<NaiveDate>, until: Option<NaiveDate>) -> Result<Self> {
        check_order(since, until)?;
        let Some((first, last)) = self.ends.filter(|_| since.is_some() || until.is_some()) else {
            return Ok(self.clone());
        };
        let asked = (since.unwrap_or(first).max(first), until.unwrap_or(last).min(last));
        if asked.0 > asked.1 {
            return Err(Error::Usage(format!(
                "there is no day to draw{}{}: the data cover {} (from {first} to {last})",
                since.map_or_else(String::new, |since| format!(" since {since}")),
                until.map_or_else(String::new, |until| format!(" until {until}")),
                self.text()
            )));
        }
        Ok(self.part(asked))
    }

    /// The period of the same length that ends where `of` begins.
    ///
    /// # Errors
    /// [`Error::Usage`] when the data do not reach so far back.
    pub(super) fn before(&self, of: &Self) -> Result<Self> {
        let (Some((first, _)), Some((since, until))) = (self.ends, of.ends) else {
            return Err(Error::Usage("there is no day in the data, and so none to compare with".to_owned()));
        };
        let days = of.days() as u64;
        match since.checked_sub_days(Days::new(days)).zip(since.pred_opt()) {
            Some(before) if before.0 >= first => Ok(self.part(before)),
            _ => {
                let half = Days::new(((until - first).num_days() as u64 + 1).div_ceil(2));
                let from = first.checked_add_days(half).unwrap_or(until);
                Err(Error::Usage(format!(
                    "there are no {} before {since} to compare with, because the data begin on {first}; \
                     a period with as many days before it begins on {from} or later: --since {from}",
                    format::plural(of.days(), "day")
                )))
            }
        }
    }

    fn part(&self, ends: (NaiveDate, NaiveDate)) -> Self {
        let inside = |date: &&NaiveDate| (ends.0..=ends.1).contains(*date);
        Self { ends: Some(ends), partial: self.partial.iter().filter(inside).copied().collect() }
    }

    /// Makes the engine's daily tables show these days only, whatever they showed before.
    pub(super) fn show(&self, engine: &dyn Engine) -> Result<()> {
        let Some((first, last)) = self.ends else { return Ok(()) };
        let days =
            |date: NaiveDate| ScalarValue::Date32(Some((date - NaiveDate::default()).num_days() as i32));
        let params = Params::from([("since".to_owned(), days(first)), ("until".to_owned(), days(last))]);
        for (table, day) in DAILY {
            if engine.columns("gold", table).is_empty() {
                continue;
            }
            if engine.columns(WHOLE, table).is_empty() {
                engine.define_view(WHOLE, table, &format!("select * from gold.{table}"), &Params::new())?;
            }
            let part = format!("select * from {WHOLE}.{table} where {day} between $since and $until");
            engine.define_view("gold", table, &part, &params)?;
        }
        Ok(())
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
