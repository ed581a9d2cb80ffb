//! How fine the page is: as fine as the length of the log lets it be, so that
//! the page stays small at any size of the data.

use arrow::array::AsArray;
use arrow::datatypes::Int64Type;
use datafusion::common::ScalarValue;

use crate::engine::{Engine, Params};
use crate::error::Result;

/// Units of time that the page filters by, at most.
const MOST_UNITS: i64 = 400;
/// Days that the large cubes are kept by, at most; beyond it they are kept by coarser stretches.
const MOST_DETAIL_DAYS: i64 = 62;
/// Coarser stretches of the large cubes, about.
const MOST_DETAIL: i64 = 31;
/// Weeks of a log whose cohorts are weeks; a longer one has cohorts by month.
const MOST_COHORT_WEEKS: i64 = 26;

/// What is told apart: so many, and the rest as one.
const DEVICES: i64 = 4;
const CHANNELS: i64 = 10;
const PRODUCTS: i64 = 30;
const CATEGORIES: i64 = 12;
const COHORTS: i64 = 25;
const REASONS: i64 = 12;
/// Steps of a journey that are drawn.
const STEPS: i64 = 5;

/// The kinds of stretches of time, with their least number of days.
const KINDS: [(&str, i64); 5] = [("day", 1), ("week", 7), ("month", 28), ("quarter", 90), ("year", 365)];

/// The grain of the page's cubes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Grain {
    /// Of what is filtered by date exactly.
    pub(super) unit: &'static str,
    /// Of hours, products and journeys.
    pub(super) detail: &'static str,
    /// Of the cohorts.
    pub(super) cohort: &'static str,
}

impl Grain {
    /// The grain for the days of the log.
    pub(super) fn read(engine: &dyn Engine) -> Result<Self> {
        let batches =
            engine.collect("select count(*) as days from gold.fact_daily_metrics", &Params::new())?;
        let days = batches
            .iter()
            .filter(|batch| batch.num_rows() > 0)
            .map(|batch| batch.column(0).as_primitive::<Int64Type>().value(0))
            .sum();
        Ok(Self::of(days))
    }

    /// The grain for so many days.
    fn of(days: i64) -> Self {
        let finest = |most: i64| {
            KINDS.iter().find(|(_, length)| days <= most * length).map_or("year", |(kind, _)| *kind)
        };
        Self {
            unit: finest(MOST_UNITS),
            detail: if days <= MOST_DETAIL_DAYS { "day" } else { finest(MOST_DETAIL) },
            cohort: if days <= MOST_COHORT_WEEKS * 7 { "week" } else { "month" },
        }
    }

    /// What the queries are told.
    pub(super) fn params(&self) -> Params {
        let texts = [("unit", self.unit), ("detail", self.detail), ("cohort", self.cohort)];
        let texts = texts.map(|(name, value)| (name.to_owned(), ScalarValue::from(value)));
        let limits = self.limits().map(|(name, value)| (name.to_owned(), ScalarValue::from(value)));
        texts.into_iter().chain(limits).collect()
    }

    /// How many of each are told apart.
    pub(super) fn limits(&self) -> [(&'static str, i64); 7] {
        [
            ("devices", DEVICES),
            ("channels", CHANNELS),
            ("products", PRODUCTS),
            ("categories", CATEGORIES),
            ("cohorts", COHORTS),
            ("reasons", REASONS),
            ("steps", STEPS),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_logs_are_kept_more_coarsely() {
        let grain = |days| {
            let Grain { unit, detail, cohort } = Grain::of(days);
            [unit, detail, cohort]
        };
        assert_eq!(grain(0), ["day", "day", "week"]);
        assert_eq!(grain(62), ["day", "day", "week"]);
        assert_eq!(grain(90), ["day", "week", "week"]);
        assert_eq!(grain(400), ["day", "month", "month"]);
        assert_eq!(grain(3 * 365), ["week", "quarter", "month"]);
        assert_eq!(grain(20 * 365), ["month", "year", "month"]);
        assert_eq!(grain(40 * 365), ["quarter", "year", "month"]);
    }
}
