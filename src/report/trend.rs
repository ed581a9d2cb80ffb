//! A measure over days: thin for each day, thick for the week up to it.

use chrono::NaiveDate;
use plotters::style::RGBColor;

use super::axis::{self, DayScale};
use super::canvas::{Anchor, Area, Canvas};
use super::{font, format, theme};

/// Days over which the thick line averages: a whole week, so that weekdays do not show.
pub(super) const WINDOW: usize = 7;

/// One line of a panel: per day a part and a whole, `part / whole` being drawn.
pub(super) struct Series {
    /// The numerator of each day.
    pub(super) part: Vec<f64>,
    /// The denominator of each day; ones for a count per day.
    pub(super) whole: Vec<f64>,
    /// The measure's colour.
    pub(super) color: RGBColor,
}

impl Series {
    /// A count per day.
    pub(super) fn count(part: Vec<f64>, color: RGBColor) -> Self {
        Self { whole: vec![1.0; part.len()], part, color }
    }

    /// The value of one day.
    fn day(&self, day: usize) -> Option<f64> {
        format::ratio(self.part[day], self.whole[day])
    }

    /// The value of the week that ends with that day: sums divided, never rates averaged.
    fn week(&self, day: usize, whole_days: &[bool]) -> Option<f64> {
        let from = (day + 1).checked_sub(WINDOW)?;
        let days = from..=day;
        if !whole_days[days.clone()].iter().all(|whole| *whole) {
            return None;
        }
        format::ratio(self.part[days.clone()].iter().sum(), self.whole[days].iter().sum())
    }
}

/// The days, and which of them the data covers whole.
pub(super) struct Days {
    /// In order, without gaps.
    pub(super) dates: Vec<NaiveDate>,
    /// False for a day that is covered in part.
    pub(super) whole: Vec<bool>,
}

/// One measure: its name in its colour, its total, its lines.
pub(super) fn panel(
    canvas: &Canvas,
    area: Area,
    names: &[(&str, RGBColor)],
    total: &str,
    days: &Days,
    lines: &[Series],
    write: &dyn Fn(f64) -> String,
) {
    let (Some(first), Some(last)) = (days.dates.first(), days.dates.last()) else { return };
    let y = area.top + 18.0;
    let mut x = area.left;
    for (name, color) in names {
        let kind = theme::PANEL.colored(*color);
        let kind = if *color == theme::INK { theme::LABEL } else { kind };
        canvas.text(x, y, Anchor::Left, kind, name);
        x += font::width(name, kind) + 9.0;
    }
    canvas.text(area.right, y, Anchor::Right, theme::LABEL.bold(), total);

    let count = days.dates.len();
    let values = |day: usize| lines.iter().filter_map(move |line| line.day(day));
    let largest = (0..count).flat_map(values).fold(0.0, f64::max);
    let room = Area { top: area.top + 58.0, bottom: area.bottom - axis::DAYS_HEIGHT, ..area };
    let whole_numbers = lines.iter().all(|line| line.whole.iter().all(|whole| *whole == 1.0));
    let (plot, scale) = axis::values(canvas, room, &axis::ticks(largest, 3, whole_numbers), write);
    let columns = DayScale::new(*first, *last, plot);
    axis::days(canvas, plot, &columns, *first, *last);
    if largest == 0.0 {
        canvas.text(plot.center(), plot.middle(), Anchor::Center, theme::AXIS, "none in this period");
        return;
    }
    let point = |day: usize, value: f64| (columns.at(days.dates[day]), scale.at(value));
    for line in lines {
        let daily = |day: usize| line.day(day).filter(|_| days.whole[day]).map(|value| point(day, value));
        let weekly = |day: usize| line.week(day, &days.whole).map(|value| point(day, value));
        let has_weeks = (0..count).filter(|day| weekly(*day).is_some()).count() > 1;
        let (color, width) = if has_weeks { (theme::tint(line.color, 0.45), 2) } else { (line.color, 4) };
        for run in runs(count, &daily) {
            canvas.line(&run, color, width);
            if count <= 10 || run.len() == 1 {
                run.iter().for_each(|at| canvas.dot(*at, if has_weeks { 4 } else { 6 }, color));
            }
        }
        if has_weeks {
            runs(count, &weekly).iter().for_each(|run| canvas.line(run, line.color, 5));
        }
        for day in (0..count).filter(|day| !days.whole[*day]) {
            if let Some(value) = line.day(day) {
                canvas.ring(point(day, value), 6, line.color);
            }
        }
    }
}

/// The stretches of neighbouring days that have a point.
fn runs(count: usize, at: &dyn Fn(usize) -> Option<(f64, f64)>) -> Vec<Vec<(f64, f64)>> {
    let mut runs = vec![Vec::new()];
    for day in 0..count {
        match (at(day), runs.last_mut()) {
            (Some(point), Some(run)) => run.push(point),
            (None, Some(run)) if !run.is_empty() => runs.push(Vec::new()),
            _ => {}
        }
    }
    runs.retain(|run| !run.is_empty());
    runs
}
