//! Axes: scales that start at zero, round ticks, days along the bottom.

use chrono::{Datelike, Days, NaiveDate};

use super::canvas::{Anchor, Area, Canvas};
use super::{font, format, theme};

/// Values to pixels along a straight line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    from: f64,
    to: f64,
    largest: f64,
}

impl Scale {
    /// Zero lies at pixel `from`, `largest` at pixel `to`.
    pub(super) fn zero_based(largest: f64, from: f64, to: f64) -> Self {
        Self { from, to, largest: if largest > 0.0 { largest } else { 1.0 } }
    }

    /// The pixel of a value.
    pub(super) fn at(&self, value: f64) -> f64 {
        self.from + (self.to - self.from) * value / self.largest
    }
}

/// Round numbers from zero up to the first that is not below `largest`, about
/// `count` of them; `whole` keeps the steps at 1 or more.
pub(super) fn ticks(largest: f64, count: usize, whole: bool) -> Vec<f64> {
    let largest = if largest.is_finite() && largest > 0.0 { largest } else { 1.0 };
    let rough = largest / count.max(1) as f64;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 2.5, 5.0, 10.0]
        .into_iter()
        .map(|factor| factor * power)
        .filter(|step| !whole || step.fract() == 0.0)
        .find(|step| *step >= rough * 0.999)
        .unwrap_or(power * 10.0);
    let step = if whole { step.max(1.0) } else { step };
    let steps = (largest / step - 1e-9).ceil().max(1.0) as usize;
    (0..=steps).map(|position| position as f64 * step).collect()
}

/// The least room for values at the left, so that panels one above the other line up.
const LABEL_ROOM: f64 = 78.0;

/// Draws grid lines with their values at the left and hands out the area
/// right of the values and the scale up its height.
pub(super) fn values(
    canvas: &Canvas,
    area: Area,
    ticks: &[f64],
    write: &dyn Fn(f64) -> String,
) -> (Area, Scale) {
    let labels: Vec<String> = ticks.iter().map(|tick| write(*tick)).collect();
    let widest = labels.iter().map(|label| font::width(label, theme::AXIS)).fold(LABEL_ROOM, f64::max);
    let plot = Area { left: area.left + widest + 14.0, ..area };
    let scale = Scale::zero_based(ticks.last().copied().unwrap_or(1.0), plot.bottom, plot.top);
    for (tick, label) in ticks.iter().zip(&labels) {
        let y = scale.at(*tick);
        let (color, width) = if *tick == 0.0 { (theme::SOFT, 2) } else { (theme::GRID, 1) };
        canvas.line(&[(plot.left, y), (plot.right, y)], color, width);
        canvas.text(plot.left - 14.0, y, Anchor::Right, theme::AXIS, label);
    }
    (plot, scale)
}

/// Height below a plot that [`days`] writes into.
pub(super) const DAYS_HEIGHT: f64 = 38.0;

/// Days along the bottom of a plot: as many names as have room.
#[derive(Debug, Clone, Copy)]
pub(super) struct DayScale {
    first: NaiveDate,
    left: f64,
    /// Pixels per day.
    pub(super) step: f64,
}

impl DayScale {
    /// Every day gets a column of the same width.
    pub(super) fn new(first: NaiveDate, last: NaiveDate, plot: Area) -> Self {
        let days = (last - first).num_days() + 1;
        Self { first, left: plot.left, step: plot.width() / days.max(1) as f64 }
    }

    /// The middle of a day's column.
    pub(super) fn at(&self, date: NaiveDate) -> f64 {
        self.left + ((date - self.first).num_days() as f64 + 0.5) * self.step
    }
}

/// Writes the days below the plot.
pub(super) fn days(canvas: &Canvas, plot: Area, scale: &DayScale, first: NaiveDate, last: NaiveDate) {
    let y = plot.bottom + DAYS_HEIGHT / 2.0 + 6.0;
    let mut free_from = f64::NEG_INFINITY;
    for (date, label) in day_labels(first, last, plot.width()) {
        let half = font::width(&label, theme::AXIS) / 2.0;
        let x = scale.at(date);
        canvas.line(&[(x, plot.bottom), (x, plot.bottom + 7.0)], theme::SOFT, 1);
        // A name that would stand out at a side is moved in; one without room is left out.
        let x = x.min(plot.right - half).max(plot.left + half);
        if x - half > free_from {
            canvas.text(x, y, Anchor::Center, theme::AXIS, &label);
            free_from = x + half + 16.0;
        }
    }
}

/// The days to name: the finest even step whose names fit.
fn day_labels(first: NaiveDate, last: NaiveDate, room: f64) -> Vec<(NaiveDate, String)> {
    let all: Vec<NaiveDate> = first.iter_days().take_while(|date| *date <= last).collect();
    let widest = font::width("30 Sep", theme::AXIS) + 26.0;
    let most = (room / widest).max(1.0) as usize;
    let every = |keep: &dyn Fn(&NaiveDate) -> bool| -> Option<Vec<NaiveDate>> {
        let kept: Vec<NaiveDate> = all.iter().copied().filter(|date| keep(date)).collect();
        (kept.len() <= most && !kept.is_empty()).then_some(kept)
    };
    let since = |date: &NaiveDate| (*date - first).num_days();
    let monday = first.checked_add_days(Days::new(7 - u64::from(first.weekday().num_days_from_monday())));
    let weeks = |date: &NaiveDate| monday.map_or(0, |monday| (*date - monday).num_days());
    let by_day = every(&|_| true)
        .or_else(|| every(&|date| since(date) % 2 == 0).filter(|kept| kept.len() < 8))
        .or_else(|| every(&|date| weeks(date) % 7 == 0))
        .or_else(|| every(&|date| weeks(date) % 14 == 0));
    if let Some(kept) = by_day {
        return kept.into_iter().map(|date| (date, format::short_day(date))).collect();
    }
    for months in [1, 2, 3, 6, 12] {
        if let Some(kept) = every(&|date| date.day() == 1 && date.month0() % months == 0) {
            return kept
                .into_iter()
                .map(|date| {
                    let pattern = if date.month() == 1 { "%Y" } else { "%b" };
                    (date, date.format(pattern).to_string())
                })
                .collect();
        }
    }
    let years = (last.year() - first.year()) as usize / most + 1;
    all.iter()
        .filter(|date| date.ordinal() == 1 && (date.year() as usize).is_multiple_of(years))
        .map(|date| (*date, date.year().to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn ticks_are_round_and_reach_the_largest_value() {
        assert_eq!(ticks(87.0, 4, true), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(ticks(3.0, 4, true), [0.0, 1.0, 2.0, 3.0]);
        assert_eq!(ticks(0.0, 4, true), [0.0, 1.0]);
        assert_eq!(ticks(f64::NAN, 4, false).first(), Some(&0.0));
        for largest in [0.01, 0.9, 1.0, 42.0, 999.0, 1e6, 1.23e12] {
            let ticks = ticks(largest, 4, false);
            assert!(*ticks.last().unwrap() >= largest * 0.999 && ticks.len() <= 7, "{largest}: {ticks:?}");
        }
    }

    #[test]
    fn days_are_named_without_crowding() {
        let first = NaiveDate::from_ymd_opt(2023, 1, 31).unwrap();
        for days in [1_u64, 2, 9, 30, 100, 400, 1_100, 20_000] {
            let last = first.checked_add_days(Days::new(days - 1)).unwrap();
            for room in [80.0, 600.0, 1_400.0] {
                let labels = day_labels(first, last, room);
                assert!(
                    labels.len() as f64 * 60.0 <= room.max(120.0),
                    "{days} days in {room}: {}",
                    labels.len()
                );
            }
            assert!(!day_labels(first, last, 600.0).is_empty(), "{days} days have no name");
        }
    }
}
