//! The days of the data, and which of them can be compared.

use chrono::NaiveDate;

use super::super::column::Rows;
use super::thresholds::{COMPARED_DAYS, YEAR_DAYS};
use crate::engine::Engine;
use crate::error::Result;

/// What one day brought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Day {
    pub(super) date: NaiveDate,
    /// The data covers the day whole.
    pub(super) is_complete: bool,
    pub(super) sessions: f64,
    pub(super) converted_sessions: f64,
    pub(super) cart_sessions: f64,
    pub(super) abandoned_sessions: f64,
    pub(super) orders: f64,
    pub(super) priced_orders: f64,
    pub(super) revenue: f64,
}

impl Day {
    /// The days of gold, in their order.
    pub(super) fn read(engine: &dyn Engine) -> Result<Vec<Day>> {
        let rows = Rows::read(engine, "summary_days")?;
        let (dates, whole, revenue) =
            (rows.dates("date")?, rows.flags("is_complete")?, rows.numbers("revenue")?);
        let (sessions, converted) = (rows.counts("sessions")?, rows.counts("converted_sessions")?);
        let (carts, abandoned) = (rows.counts("cart_sessions")?, rows.counts("abandoned_sessions")?);
        let (orders, priced) = (rows.counts("orders")?, rows.counts("priced_orders")?);
        let day = |row: usize| Day {
            date: dates[row],
            is_complete: whole[row],
            sessions: sessions[row] as f64,
            converted_sessions: converted[row] as f64,
            cart_sessions: carts[row] as f64,
            abandoned_sessions: abandoned[row] as f64,
            orders: orders[row] as f64,
            priced_orders: priced[row] as f64,
            revenue: revenue[row],
        };
        Ok((0..rows.len()).map(day).collect())
    }
}

/// Two periods that can be compared: equally many whole days of the same weekdays.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Pair<'a> {
    pub(super) now: &'a [Day],
    pub(super) before: &'a [Day],
}

impl<'a> Pair<'a> {
    /// The latest whole days with as many right before them; nothing where two
    /// whole weeks beside each other are not there.
    pub(super) fn latest(days: &'a [Day]) -> Option<Self> {
        COMPARED_DAYS.iter().find_map(|length| Self::apart(days, *length, *length))
    }

    /// The same days as `self.now`, and those a year of whole weeks earlier.
    pub(super) fn year_before(days: &'a [Day], length: usize) -> Option<Self> {
        Self::apart(days, length, YEAR_DAYS)
    }

    /// The latest `length` whole days, and as many that lie `apart` days earlier.
    fn apart(days: &'a [Day], length: usize, apart: usize) -> Option<Self> {
        let end = days.iter().rposition(|day| day.is_complete)? + 1;
        let now = days.get(end.checked_sub(length)?..end)?;
        let before = days.get(end.checked_sub(length + apart)?..end - apart)?;
        let is_dense = |part: &[Day]| part.windows(2).all(|two| (two[1].date - two[0].date).num_days() == 1);
        let is_whole = |part: &[Day]| part.iter().all(|day| day.is_complete) && is_dense(part);
        let is_apart = (now[0].date - before[0].date).num_days() == apart as i64;
        (is_whole(now) && is_whole(before) && is_apart).then_some(Self { now, before })
    }

    /// Both sums of a measure, the later first.
    pub(super) fn sums(&self, measure: fn(&Day) -> f64) -> (f64, f64) {
        (self.now.iter().map(measure).sum(), self.before.iter().map(measure).sum())
    }

    /// How many standard errors the days' differences, weekday by weekday, lie from none.
    pub(super) fn certainty(&self, measure: fn(&Day) -> f64) -> f64 {
        let differences: Vec<f64> =
            self.now.iter().zip(self.before).map(|(now, before)| measure(now) - measure(before)).collect();
        let count = differences.len() as f64;
        let mean = differences.iter().sum::<f64>() / count;
        let spread = differences.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / (count - 1.0);
        match (mean == 0.0, spread == 0.0) {
            (true, _) => 0.0,
            (false, true) => f64::INFINITY,
            _ => mean.abs() / (spread / count).sqrt(),
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// So many whole days from Monday, 5 January 2026 on, all alike: 100
    /// sessions, 10 of them with an order of 50, 20 with a cart.
    pub(in super::super) fn alike(count: usize) -> Vec<Day> {
        let first = NaiveDate::from_ymd_opt(2026, 1, 5).unwrap();
        let day = |date| Day {
            date,
            is_complete: true,
            sessions: 100.0,
            converted_sessions: 10.0,
            cart_sessions: 20.0,
            abandoned_sessions: 10.0,
            orders: 10.0,
            priced_orders: 10.0,
            revenue: 500.0,
        };
        first.iter_days().take(count).map(day).collect()
    }

    #[test]
    fn four_weeks_are_compared_where_they_are_there_else_one() {
        let length = |days: &[Day]| Pair::latest(days).map(|pair| (pair.now.len(), pair.before.len()));
        assert_eq!(length(&alike(56)), Some((28, 28)));
        assert_eq!(length(&alike(55)), Some((7, 7)));
        assert_eq!(length(&alike(14)), Some((7, 7)));
        assert_eq!(length(&alike(13)), None);
        assert_eq!(length(&[]), None);
    }

    #[test]
    fn a_partial_day_is_in_no_period() {
        let mut days = alike(15);
        days[14].is_complete = false;
        let pair = Pair::latest(&days).unwrap();
        assert_eq!(pair.now[6].date, days[13].date);
        days[0].is_complete = false;
        assert_eq!(Pair::latest(&days), None);
        let mut days = alike(14);
        days.iter_mut().for_each(|day| day.is_complete = false);
        assert_eq!(Pair::latest(&days), None);
    }

    #[test]
    fn a_gap_between_the_days_is_no_week() {
        let mut days = alike(20);
        days.remove(10);
        assert_eq!(Pair::latest(&days), None);
        days.remove(0);
        assert!(Pair::latest(&alike(20)).is_some());
    }

    #[test]
    fn a_year_before_has_the_same_weekdays() {
        let days = alike(364 + 28);
        let pair = Pair::year_before(&days, 28).unwrap();
        assert_eq!(pair.before[0].date, days[0].date);
        assert_eq!(pair.now[0].date.format("%A").to_string(), pair.before[0].date.format("%A").to_string());
        assert_eq!(Pair::year_before(&days[1..], 28), None);
    }

    #[test]
    fn certainty_grows_with_a_steady_difference() {
        let mut days = alike(14);
        let sessions = |day: &Day| day.sessions;
        assert_eq!(Pair::latest(&days).unwrap().certainty(sessions), 0.0);
        days[7..].iter_mut().for_each(|day| day.sessions = 90.0);
        assert_eq!(Pair::latest(&days).unwrap().certainty(sessions), f64::INFINITY);
        // Differences -20, 0, -20, 0, -20, 0, -10: mean -10, spread 100, error sqrt(100 / 7).
        for (day, sessions) in days[7..].iter_mut().zip([80.0, 100.0, 80.0, 100.0, 80.0, 100.0, 90.0]) {
            day.sessions = sessions;
        }
        let certainty = Pair::latest(&days).unwrap().certainty(sessions);
        assert!((certainty - 10.0 / (100.0_f64 / 7.0).sqrt()).abs() < 1e-9, "{certainty}");
    }
}
