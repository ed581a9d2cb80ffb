//! Which days share a partition.
//!
//! A day of the recent past is a partition of its own, so that replacing it
//! costs a day; of the older past a whole month is. Every partition costs each
//! query over all days a lock for its table and for every index of it, and a
//! server has about 6,400 of them unless it is told otherwise: 790 partitions
//! cannot even be put in place by one transaction (docs/loading.md has figures).

use arrow::temporal_conversions::date32_to_datetime;
use chrono::{Datelike, Months, NaiveDate};

/// A month becomes one partition when it ended so many days before the newest day.
const RECENT_DAYS: i32 = 62;

/// The days of one partition, counted from 1970-01-01: a day, or a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Period {
    pub(super) from: i32,
    /// The first day after it.
    pub(super) until: i32,
}

impl Period {
    /// The name of the partition of `table` that holds it.
    pub(super) fn partition(self, table: &str) -> String {
        format!("{table}_{}", self.to_string().replace('-', "_"))
    }
}

impl std::fmt::Display for Period {
    /// `2026-01-05`, or `2026-01` for a month.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let day = day_text(self.from);
        f.write_str(if self.until == self.from + 1 {
            &day
        } else {
            day.rsplit_once('-').map_or("", |it| it.0)
        })
    }
}

/// The periods that hold `days`, in order. The `newest` day decides which months are whole.
pub(super) fn layout(days: impl Iterator<Item = i32>, newest: i32) -> Vec<Period> {
    let mut periods: Vec<_> = days
        .map(|day| match month_of(day) {
            Some(month) if month.until - 1 + RECENT_DAYS <= newest => month,
            _ => Period { from: day, until: day + 1 },
        })
        .collect();
    periods.sort();
    periods.dedup();
    periods
}

/// The day as people write it.
pub(super) fn day_text(day: i32) -> String {
    date32_to_datetime(day).map_or_else(|| day.to_string(), |date| date.format("%Y-%m-%d").to_string())
}

/// The day's number, counted from 1970-01-01.
pub(super) fn day_number(date: NaiveDate) -> i32 {
    date.signed_duration_since(NaiveDate::default()).num_days() as i32
}

/// The month of a day; none beyond the calendar.
pub(super) fn month_of(day: i32) -> Option<Period> {
    let first = date32_to_datetime(day)?.date().with_day(1)?;
    let next = first.checked_add_months(Months::new(1))?;
    Some(Period { from: day_number(first), until: day_number(next) })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn day(text: &str) -> i32 {
        day_number(text.parse().unwrap())
    }

    fn names(first: &str, last: &str) -> Vec<String> {
        layout(day(first)..=day(last), day(last)).iter().map(Period::to_string).collect()
    }

    #[test]
    fn recent_days_stand_alone_and_old_months_together() {
        let periods = names("2026-01-05", "2026-04-03");
        assert_eq!(periods[0], "2026-01", "it ended 62 days before");
        assert_eq!(periods[1], "2026-02-01");
        assert_eq!(periods.last().unwrap(), "2026-04-03");
        assert_eq!(periods.len(), 1 + 28 + 31 + 3);
        assert_eq!(names("2026-01-05", "2026-04-02")[0], "2026-01-05", "a day too young");
    }

    #[test]
    fn many_years_are_few_partitions() {
        assert_eq!(names("2024-01-01", "2026-02-28").len(), 23 + 90);
        assert_eq!(names("2016-01-01", "2026-02-28").len(), 119 + 90);
    }

    #[test]
    fn every_day_has_exactly_one_period() {
        let days = day("2024-01-01")..=day("2026-02-28");
        let periods = layout(days.clone(), *days.end());
        for day in days {
            assert_eq!(periods.iter().filter(|it| (it.from..it.until).contains(&day)).count(), 1);
        }
    }

    #[test]
    fn a_partition_is_named_for_its_period() {
        let month = month_of(day("2026-01-05")).unwrap();
        assert_eq!(month.partition("fact_events"), "fact_events_2026_01");
        let single = Period { from: day("2026-01-05"), until: day("2026-01-06") };
        assert_eq!(single.partition("fact_events"), "fact_events_2026_01_05");
    }
}
