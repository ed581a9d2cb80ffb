//! A measure over days: thin for each day, thick for the week up to it.

use super::axis::{self, DayScale};
use super::canvas::{Anchor, Area, Canvas};
use super::{font, format, theme};
use chrono::NaiveDate;

/// Days over which the thick line averages: a whole week, so that weekdays do not show.
pub(super) const WINDOW: usize = 7;

/// A time longer than this is drawn by its means alone.
const MOST_DAYS: usize = 200;

/// Days over which such a long time is averaged: four weeks, so that years are seen rather than weeks.
const LONG_WINDOW: usize = 28;

/// Days over which so many days are averaged.
pub(super) fn window(days: usize) -> usize {
    if days > MOST_DAYS { LONG_WINDOW } else { WINDOW }
}

/// A rate of fewer cases a day than this jumps about; where weeks can be drawn, its days are not.
const FEW_CASES: f64 = 5.0;

/// One line of a panel: per day a part and a whole, `part / whole` being drawn.
pub(super) struct Series {
    /// The numerator of each day.
    pub(super) part: Vec<f64>,
    /// The denominator of each day; ones for a count per day.
    pub(super) whole: Vec<f64>,
    /// The measure's colour.
    pub(super) color: theme::Color,
}

impl Series {
    /// A count per day.
    pub(super) fn count(part: Vec<f64>, color: theme::Color) -> Self {
        Self { whole: vec![1.0; part.len()], part, color }
    }

    /// The value of one day.
    fn day(&self, day: usize) -> Option<f64> {
        format::ratio(self.part[day], self.whole[day])
    }

    /// The value of the week (or four) that ends with that day: sums divided, never rates averaged.
    fn week(&self, day: usize, whole_days: &[bool]) -> Option<f64> {
        let from = (day + 1).checked_sub(window(self.part.len()))?;
        let days = from..=day;
        if !whole_days[days.clone()].iter().all(|whole| *whole) {
            return None;
        }
        format::ratio(self.part[days.clone()].iter().sum(), self.whole[days].iter().sum())
    }

    /// Its days in one line: the mean of the week up to each where there are weeks, else each day.
    fn smooth(&self, days: usize) -> Vec<(usize, f64)> {
        let whole = vec![true; self.part.len()];
        let value = |day: usize| if days > WINDOW { self.week(day, &whole) } else { self.day(day) };
        (0..days.min(self.part.len())).filter_map(|day| Some((day, value(day)?))).collect()
    }

    /// The largest value that will be drawn for a day.
    fn shown(&self, day: usize, days: &Days) -> Option<f64> {
        if days.dates.len() <= MOST_DAYS { self.day(day) } else { self.week(day, &days.whole) }
    }

    /// A rate whose days say little.
    fn is_jumpy(&self) -> bool {
        let cases: f64 = self.whole.iter().sum();
        self.whole.iter().any(|whole| *whole != 1.0) && cases < FEW_CASES * self.whole.len() as f64
    }

    /// Draws the days and the weeks; of a long time the weeks alone, for its days would be a wall.
    fn draw(&self, canvas: &Canvas, days: &Days, at: &dyn Fn(usize, f64) -> (f64, f64)) {
        let count = days.dates.len();
        let weekly = |day: usize| self.week(day, &days.whole).map(|value| at(day, value));
        let daily = |day: usize| self.day(day).filter(|_| days.whole[day]).map(|value| at(day, value));
        let weeks = runs(count, &weekly);
        let has_weeks = weeks.iter().any(|run| run.len() > 1);
        if count > MOST_DAYS || (has_weeks && self.is_jumpy()) {
            weeks.iter().for_each(|run| canvas.line(run, self.color, 3));
            return;
        }
        let (color, width) = if has_weeks { (theme::tint(self.color, 0.5), 2) } else { (self.color, 4) };
        for run in runs(count, &daily) {
            canvas.line(&run, color, width);
            if count <= 10 || run.len() == 1 {
                run.iter().for_each(|point| canvas.dot(*point, if has_weeks { 4 } else { 7 }, color));
            }
        }
        if has_weeks {
            weeks.iter().for_each(|run| canvas.line(run, self.color, 5));
        }
        for day in (0..count).filter(|day| !days.whole[*day]) {
            if let Some(value) = self.day(day) {
                canvas.ring(at(day, value), 6, self.color);
            }
        }
    }
}

/// The days, and which of them the data covers whole.
pub(super) struct Days {
    /// In order, without gaps.
    pub(super) dates: Vec<NaiveDate>,
    /// False for a day that is covered in part.
    pub(super) whole: Vec<bool>,
}

impl Days {
    /// How the days are drawn, as the end of a sentence.
    pub(super) fn text(&self) -> &'static str {
        match self.dates.len() {
            few if few <= WINDOW => "",
            some if some <= MOST_DAYS => ". Thin: each day; thick: mean of the 7 days up to it",
            _ => ". Mean of the 28 days up to each day",
        }
    }
}

/// What becomes of days that are not covered whole in so many days, in words.
pub(super) fn partial_text(days: i64) -> &'static str {
    if days <= MOST_DAYS as i64 { "hollow, and in no mean" } else { "in no mean" }
}

/// One measure over the days.
pub(super) struct Panel<'a> {
    /// Its name in pieces, each in the colour of its line; ink for the rest.
    pub(super) names: Vec<(&'static str, theme::Color)>,
    /// The figure of the whole period.
    pub(super) total: String,
    /// Its lines, the most important one last.
    pub(super) lines: Vec<Series>,
    /// The same of the period before, drawn behind it.
    pub(super) before: Option<Series>,
    /// How values are written along the axis.
    pub(super) write: Box<dyn Fn(f64) -> String + 'a>,
    /// What is said where all values are zero.
    pub(super) nothing: &'static str,
}

impl Panel<'_> {
    /// Draws the name, the figure and the lines.
    pub(super) fn draw(&self, canvas: &Canvas, area: Area, days: &Days) {
        let (Some(first), Some(last)) = (days.dates.first(), days.dates.last()) else { return };
        self.head(canvas, area);
        let room = Area { top: area.top + 58.0, bottom: area.bottom - axis::DAYS_HEIGHT, ..area };
        let before: Vec<(usize, f64)> =
            self.before.iter().flat_map(|line| line.smooth(days.dates.len())).collect();
        let largest = (0..days.dates.len())
            .flat_map(|day| self.lines.iter().filter_map(move |line| line.shown(day, days)))
            .chain(before.iter().copied().map(|(_, value)| value))
            .fold(0.0, f64::max);
        if largest == 0.0 {
            canvas.fill(room, theme::VOID);
            canvas.text(room.center(), room.middle(), Anchor::Center, theme::AXIS, self.nothing);
            return;
        }
        let whole_numbers = self.lines.iter().all(|line| line.whole.iter().all(|whole| *whole == 1.0));
        let ticks = axis::ticks(largest, 3, whole_numbers);
        let (plot, values) = axis::values(canvas, room, &ticks, &self.write);
        let columns = DayScale::new(*first, *last, plot);
        axis::days(canvas, plot, &columns, *first, *last);
        let behind: Vec<(f64, f64)> =
            before.iter().map(|(day, value)| (columns.at(days.dates[*day]), values.at(*value))).collect();
        canvas.line(&behind, theme::BACK, 3);
        for line in &self.lines {
            line.draw(canvas, days, &|day, value| (columns.at(days.dates[day]), values.at(value)));
        }
    }

    fn head(&self, canvas: &Canvas, area: Area) {
        let y = area.top + 18.0;
        let mut x = area.left;
        for (name, color) in &self.names {
            let kind = if *color == theme::INK { theme::LABEL } else { theme::PANEL.colored(*color) };
            canvas.text(x, y, Anchor::Left, kind, name);
            x += font::width(name, kind) + 9.0;
        }
        canvas.text(area.right, y, Anchor::Right, theme::LABEL.bold(), &self.total);
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
