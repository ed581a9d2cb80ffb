//! Who comes back: weekly cohorts down, weeks since the first session across.

use chrono::NaiveDate;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Cohorts and weeks that have room; the most recent cohorts are kept.
const MOST_COHORTS: usize = 12;
const MOST_WEEKS: usize = 12;

/// The customers first seen in one week.
struct Cohort {
    week: NaiveDate,
    size: f64,
    /// The whole week lies in the data.
    is_whole: bool,
    /// Weeks 1, 2, ... after the first.
    later: Vec<Week>,
}

/// How many of a cohort were active in a week, and whether that week is over.
#[derive(Clone, Copy)]
struct Week {
    active: f64,
    is_over: bool,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let cohorts = read(rows)?;
    let weeks = cohorts.iter().map(|cohort| cohort.later.len()).max().unwrap_or(0);
    let shown_from = cohorts.len().saturating_sub(MOST_COHORTS);
    let caption = Caption {
        title: title(&cohorts),
        subtitle: format!(
            "Share of the customers first seen in a week (Monday to Sunday) who come back in later weeks, {}",
            about.period.text()
        ),
        note: note(&cohorts, shown_from, weeks),
    };
    if weeks == 0 {
        let sentence = if cohorts.is_empty() {
            "There are no customers in this period."
        } else {
            "The data covers one week only; who comes back shows from the second week on."
        };
        theme::blank(canvas, &caption, sentence);
        return Ok(caption);
    }
    triangle(canvas, theme::frame(canvas, &caption), &cohorts, shown_from, weeks.min(MOST_WEEKS));
    Ok(caption)
}

/// What the marks mean that are there, and what is not shown.
fn note(cohorts: &[Cohort], shown_from: usize, weeks: usize) -> String {
    let mut note =
        "Each share is of the whole cohort; the first line is of all cohorts whose week is over.".to_owned();
    if cohorts.iter().any(|cohort| cohort.later.iter().any(|week| !week.is_over)) {
        note += " Striped: not over yet.";
    }
    if cohorts.iter().any(|cohort| !cohort.is_whole) {
        note += " Star: a week covered in part.";
    }
    if shown_from > 0 {
        note += &format!(" {} not shown.", format::plural(shown_from as i64, "older cohort"));
    }
    if weeks > MOST_WEEKS {
        note += &format!(" Weeks after the {MOST_WEEKS}th not shown.");
    }
    note + " Bots are left out."
}

/// The cohorts, oldest first.
fn read(rows: &Rows) -> Result<Vec<Cohort>> {
    let (weeks, periods) = (rows.dates("cohort_week")?, rows.counts("period_number")?);
    let (sizes, active) = (rows.counts("cohort_size")?, rows.counts("active_customers")?);
    let (over, whole) = (rows.flags("is_complete")?, rows.flags("is_cohort_complete")?);
    let mut cohorts: Vec<Cohort> = Vec::new();
    for row in 0..rows.len() {
        if cohorts.last().is_none_or(|cohort| cohort.week != weeks[row]) {
            cohorts.push(Cohort {
                week: weeks[row],
                size: sizes[row] as f64,
                is_whole: whole[row],
                later: Vec::new(),
            });
        }
        if let Some(cohort) = cohorts.last_mut().filter(|_| periods[row] > 0) {
            cohort.later.push(Week { active: active[row] as f64, is_over: over[row] });
        }
    }
    Ok(cohorts)
}

/// Customers of all cohorts whose week `later` is over: who came back, and how many there are.
fn total(cohorts: &[Cohort], later: usize) -> (f64, f64) {
    cohorts
        .iter()
        .filter_map(|cohort| Some((cohort.later.get(later).filter(|week| week.is_over)?.active, cohort.size)))
        .fold((0.0, 0.0), |sum, (active, size)| (sum.0 + active, sum.1 + size))
}

fn title(cohorts: &[Cohort]) -> String {
    let customers: f64 = cohorts.iter().map(|cohort| cohort.size).sum();
    let (back, of) = total(cohorts, 0);
    match format::ratio(back, of) {
        Some(share) if share > 0.0 => {
            format!("{} of new customers come back in the week after their first", format::percent(share))
        }
        Some(_) => {
            format!("None of {} came back in the week after", format::plural(of as i64, "new customer"))
        }
        None if customers == 0.0 => "No customers in this period".to_owned(),
        None => {
            format!("{}, and no later week that is over", format::plural(customers as i64, "new customer"))
        }
    }
}

/// One line for all cohorts, and one for each of the most recent.
fn triangle(canvas: &Canvas, area: Area, cohorts: &[Cohort], shown_from: usize, weeks: usize) {
    let shown = &cohorts[shown_from..];
    let share = |cohort: &Cohort, later: usize| {
        cohort.later.get(later).and_then(|week| format::ratio(week.active, cohort.size))
    };
    let largest = shown
        .iter()
        .flat_map(|cohort| (0..weeks).filter_map(|later| share(cohort, later)))
        .chain((0..weeks).filter_map(|later| {
            let (back, of) = total(cohorts, later);
            format::ratio(back, of)
        }))
        .fold(f64::MIN_POSITIVE, f64::max);
    let cells = Area { left: area.left + 360.0, top: area.top + 76.0, ..area };
    let width = (cells.width() / weeks as f64).min(260.0);
    let height = (cells.height() / (shown.len() as f64 + 1.3)).min(90.0);
    let head = area.top + 48.0;
    canvas.text(area.left, head, Anchor::Left, theme::AXIS.bold(), "First seen in the week of");
    canvas.text(cells.left - 16.0, head, Anchor::Right, theme::AXIS.bold(), "Size");
    canvas.text(
        cells.left,
        area.top + 14.0,
        Anchor::Left,
        theme::PANEL.colored(theme::PEOPLE),
        "Weeks later",
    );
    for later in 0..weeks {
        let x = cells.left + width * (later as f64 + 0.5);
        canvas.text(x, head, Anchor::Center, theme::AXIS.bold(), &(later + 1).to_string());
    }

    let cell = |later: usize, top: f64| {
        let left = cells.left + width * later as f64;
        Area { left: left + 2.0, right: left + width - 2.0, top: top + 2.0, bottom: top + height - 2.0 }
    };
    let write = |area: Area, share: f64| {
        let ground = theme::tint(theme::PEOPLE, 0.10 + 0.90 * share / largest);
        canvas.fill(area, ground);
        let kind = theme::LABEL.colored(theme::on(ground));
        canvas.text(area.center(), area.middle(), Anchor::Center, kind, &format::percent(share));
    };
    let customers: f64 = cohorts.iter().map(|cohort| cohort.size).sum();
    let name = |top: f64, name: &str, size: f64, kind: theme::Type| {
        let y = top + height / 2.0;
        canvas.text(area.left, y, Anchor::Left, kind, name);
        canvas.text(cells.left - 16.0, y, Anchor::Right, kind, &format::count(size));
    };
    name(cells.top, "All cohorts", customers, theme::LABEL.bold());
    for later in 0..weeks {
        let (back, of) = total(cohorts, later);
        if let Some(share) = format::ratio(back, of) {
            write(cell(later, cells.top), share);
        }
    }
    for (position, cohort) in shown.iter().enumerate() {
        let top = cells.top + height * (position as f64 + 1.3);
        let star = if cohort.is_whole { "" } else { " *" };
        name(top, &format!("{}{star}", format::day(cohort.week)), cohort.size, theme::LABEL);
        for later in 0..weeks {
            let Some(share) = share(cohort, later) else { continue };
            if cohort.later[later].is_over {
                write(cell(later, top), share);
                continue;
            }
            let place = cell(later, top);
            canvas.hatch(place, theme::PEOPLE);
            let text = format::percent(share);
            let half = font::width(&text, theme::LABEL) / 2.0 + 6.0;
            let ground = Area {
                left: place.center() - half,
                right: place.center() + half,
                top: (place.middle() - 17.0).max(place.top + 2.0),
                bottom: (place.middle() + 17.0).min(place.bottom - 2.0),
            };
            canvas.fill(ground, theme::PAGE);
            let kind = theme::LABEL.colored(theme::SOFT);
            canvas.text(place.center(), place.middle(), Anchor::Center, kind, &text);
        }
    }
}
