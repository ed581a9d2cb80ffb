//! What happened: how much in all, and a day that stands out.

use std::fmt::Write as _;

use super::super::About;
use super::super::column::Rows;
use super::super::format;
use super::days::Day;
use super::thresholds::{BEST_DAY, BEST_DAY_DAYS};
use crate::error::Result;

/// The first paragraph of the note.
pub(super) fn opening(figures: &Rows, days: &[Day], about: &About) -> Result<String> {
    let count = |name: &str| -> Result<i64> { Ok(figures.counts(name)?.first().copied().unwrap_or(0)) };
    let (sessions, visitors, orders) = (count("sessions")?, count("visitors")?, count("orders")?);
    if sessions == 0 {
        return Ok("There are no sessions in this period.".to_owned());
    }
    let mut text = format!(
        "In {} ({}), {} made {}",
        format::plural(about.period.days(), "day"),
        about.period.text(),
        format::plural(visitors, "visitor"),
        format::plural(sessions, "session"),
    );
    let revenue = figures.numbers("revenue")?.first().copied().unwrap_or(0.0);
    match orders {
        0 => text += "; nobody ordered.",
        _ => {
            let _ = write!(text, " and {}", format::plural(orders, "order"));
            if revenue > 0.0 {
                let _ = write!(text, ", for {} of revenue", about.money.full(revenue));
            }
            text.push('.');
        }
    }
    if let Some((day, times)) = best_day(days, |day| day.revenue) {
        let _ = write!(
            text,
            " The best day was {}, {}, with {}, {} times the average.",
            day.date.format("%A"),
            format::day(day.date),
            about.money.full(day.revenue),
            format::number(times)
        );
    }
    if let Some((day, times)) = best_day(days, |day| day.sessions) {
        let _ = write!(
            text,
            " The busiest was {}, {}, with {}, {} times the average.",
            day.date.format("%A"),
            format::day(day.date),
            format::plural(day.sessions as i64, "session"),
            format::number(times)
        );
    }
    Ok(format!("{text}{}", about.period.partial_note("not compared with the others")))
}

/// The whole day with the most, the first of equals, and how many times the
/// average whole day it is; nothing where that is not out of the ordinary.
fn best_day(days: &[Day], measure: fn(&Day) -> f64) -> Option<(&Day, f64)> {
    let whole: Vec<_> = days.iter().filter(|day| day.is_complete).collect();
    if whole.len() < BEST_DAY_DAYS {
        return None;
    }
    let mean = whole.iter().map(|day| measure(day)).sum::<f64>() / whole.len() as f64;
    let best = whole.into_iter().reduce(|best, day| if measure(day) > measure(best) { day } else { best })?;
    let times = format::ratio(measure(best), mean)?;
    (times >= BEST_DAY).then_some((best, times))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::days::tests::alike;
    use super::*;

    #[test]
    fn a_best_day_stands_out_from_enough_days() {
        let mut days = alike(8);
        assert_eq!(best_day(&days, |day| day.revenue), None);
        // 250 of a mean of 200 is 1.25 times; a cent less is not.
        for (day, revenue) in days.iter_mut().zip([250.0, 190.0, 190.0, 190.0, 190.0, 190.0, 200.0, 200.0]) {
            day.revenue = revenue;
        }
        let (day, times) = best_day(&days, |day| day.revenue).unwrap();
        assert_eq!((day.date, times), (days[0].date, 1.25));
        days[0].revenue = 249.99;
        assert_eq!(best_day(&days, |day| day.revenue), None);
        // A partial day is no day to be best, nor one of the seven.
        days[0].revenue = 900.0;
        days[0].is_complete = false;
        assert_eq!(best_day(&days, |day| day.revenue), None);
        days[1].revenue = 900.0;
        assert_eq!(best_day(&days, |day| day.revenue).unwrap().0.date, days[1].date);
        assert_eq!(best_day(&days[..7], |day| day.revenue), None);
    }

    #[test]
    fn nothing_has_no_best_day() {
        let mut days = alike(8);
        days.iter_mut().for_each(|day| day.revenue = 0.0);
        assert_eq!(best_day(&days, |day| day.revenue), None);
    }
}
