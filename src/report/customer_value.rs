//! What a customer has brought so many weeks or months after the first visit:
//! one line for each cohort, a thick one for all.

use chrono::NaiveDate;

use super::About;
use super::axis::{self, Scale};
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// From so many days on, cohorts are of months.
const MONTHLY_FROM: i64 = 120;

/// Fewer customers than this are no cohort to speak of.
const FEW_CUSTOMERS: f64 = 50.0;

/// The customers first seen in a week or month, and what they brought in each after it.
struct Cohort {
    start: NaiveDate,
    size: f64,
    /// Cumulated revenue by period 0, 1, ...
    brought: Vec<f64>,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let unit = if about.period.days() >= MONTHLY_FROM { "month" } else { "week" };
    let cohorts = read(rows, unit)?;
    let mean = mean(&cohorts);
    let customers: f64 = cohorts.iter().map(|cohort| cohort.size).sum();
    let caption = Caption {
        title: title(&mean, customers, unit, about),
        subtitle: format!(
            "Revenue per customer so far, a line for each {unit} of first visits, thick: all, {}",
            about.period.text()
        ),
        note: format!(
            "Revenue before refunds of all customers of a cohort, buyers or not / its customers. Only {unit}s that \
             are over. The first cohort holds those who came before the data began. Bots are left out."
        ),
    };
    let largest = cohorts
        .iter()
        .flat_map(|cohort| cohort.brought.iter().map(|sum| sum / cohort.size))
        .chain(mean.iter().copied())
        .fold(0.0, f64::max);
    if largest == 0.0 {
        let why = match customers {
            0.0 => format!("No {unit} of first visits is over yet."),
            _ => "Nobody has brought any revenue.".to_owned(),
        };
        theme::blank(canvas, &caption, &why);
        return Ok(caption);
    }
    curves(canvas, theme::frame(canvas, &caption), &cohorts, &mean, largest, unit, about);
    Ok(caption)
}

fn read(rows: &Rows, unit: &str) -> Result<Vec<Cohort>> {
    let (units, starts) = (rows.texts("unit")?, rows.dates("cohort_start")?);
    let (sizes, revenue) = (rows.floats("cohort_size")?, rows.numbers("revenue")?);
    let periods = rows.counts("period_number")?;
    let mut cohorts: Vec<Cohort> = Vec::new();
    for row in (0..rows.len()).filter(|row| units[*row] == unit && sizes[*row] > 0.0) {
        if cohorts.last().is_none_or(|cohort| cohort.start != starts[row]) {
            cohorts.push(Cohort { start: starts[row], size: sizes[row], brought: Vec::new() });
        }
        // A period that is not over ends the curve.
        if let Some(cohort) = cohorts.last_mut().filter(|cohort| cohort.brought.len() as i64 == periods[row])
        {
            let before = cohort.brought.last().copied().unwrap_or(0.0);
            cohort.brought.push(before + revenue[row]);
        }
    }
    cohorts.retain(|cohort| !cohort.brought.is_empty());
    Ok(cohorts)
}

/// Of all cohorts that are so old: what they brought up to then, by their customers; as
/// long as half of all customers are so old.
fn mean(cohorts: &[Cohort]) -> Vec<f64> {
    let longest = cohorts.iter().map(|cohort| cohort.brought.len()).max().unwrap_or(0);
    let customers: f64 = cohorts.iter().map(|cohort| cohort.size).sum();
    (0..longest)
        .map_while(|period| {
            let old = cohorts.iter().filter(|cohort| cohort.brought.len() > period);
            let (brought, size) =
                old.fold((0.0, 0.0), |sum, cohort| (sum.0 + cohort.brought[period], sum.1 + cohort.size));
            format::ratio(brought, size).filter(|_| size * 2.0 >= customers)
        })
        .collect()
}

fn title(mean: &[f64], customers: f64, unit: &str, about: &About) -> String {
    match mean {
        [.., last] if *last > 0.0 && customers >= FEW_CUSTOMERS => {
            let after = match mean.len() as i64 {
                1 => format!("In its first {unit}"),
                more => format!("In its first {}", format::plural(more, unit)),
            };
            match (mean.len(), mean[0]) {
                (2.., first) if first > 0.0 => format!(
                    "{after} a customer brings {}, {} of it in the first",
                    about.money.compact(*last),
                    format::percent(first / last)
                ),
                _ => format!("{after} a customer brings {}", about.money.compact(*last)),
            }
        }
        _ if customers == 0.0 => "No customers to follow in this period".to_owned(),
        [.., last] if *last > 0.0 => {
            format!(
                "{} so far, {} each",
                format::plural(customers as i64, "customer"),
                about.money.compact(*last)
            )
        }
        _ => format!("No revenue from {}", format::plural(customers as i64, "customer")),
    }
}

fn curves(
    canvas: &Canvas,
    area: Area,
    cohorts: &[Cohort],
    mean: &[f64],
    largest: f64,
    unit: &str,
    about: &About,
) {
    let periods = cohorts.iter().map(|cohort| cohort.brought.len()).max().unwrap_or(1);
    let name = |cohort: &Cohort| match unit {
        "month" => cohort.start.format("%b %Y").to_string(),
        _ => format::short_day(cohort.start),
    };
    let name_room =
        cohorts.iter().map(|cohort| font::width(&name(cohort), theme::AXIS)).fold(0.0, f64::max).max(60.0)
            + 26.0;
    let room =
        Area { top: area.top + 16.0, bottom: area.bottom - 46.0, right: area.right - name_room, ..area };
    let ticks = axis::ticks(largest, 5, false);
    let (plot, values) = axis::values(canvas, room, &ticks, &|value| about.money.tick(value));
    let across = Scale::zero_based((periods.max(2) - 1) as f64, plot.left + 24.0, plot.right);
    let mut free_from = f64::NEG_INFINITY;
    for period in 0..periods {
        let label = if period == 0 { format!("first {unit}") } else { format!("+{period}") };
        let half = font::width(&label, theme::AXIS) / 2.0;
        let x = across.at(period as f64).max(plot.left + half);
        if x - half > free_from && x + half < area.right {
            canvas.text(x, plot.bottom + 26.0, Anchor::Center, theme::AXIS, &label);
            free_from = x + half + 18.0;
        }
    }
    let points = |sums: &mut dyn Iterator<Item = f64>| -> Vec<(f64, f64)> {
        sums.enumerate().map(|(period, value)| (across.at(period as f64), values.at(value))).collect()
    };
    let mut ends: Vec<(f64, f64, String, bool)> = Vec::new();
    let mut lines: Vec<Vec<(f64, f64)>> = Vec::new();
    for cohort in cohorts {
        let line = points(&mut cohort.brought.iter().map(|sum| sum / cohort.size));
        canvas.line(&line, theme::tint(theme::ORDER_VALUE, 0.45), 2);
        if let Some((x, y)) = line.last().copied() {
            canvas.dot((x, y), 4, theme::tint(theme::ORDER_VALUE, 0.6));
            ends.push((x, y, name(cohort), false));
        }
        lines.push(line);
    }
    let line = points(&mut mean.iter().copied());
    canvas.line(&line, theme::ORDER_VALUE, 5);
    if let Some((x, y)) = line.last().copied() {
        canvas.dot((x, y), 7, theme::ORDER_VALUE);
        ends.push((x, y, "all".to_owned(), true));
    }
    lines.push(line);
    names(canvas, plot, ends, &lines);
}

/// The names at the ends of the lines, as many as have room: that of all first,
/// then the oldest cohorts, whose lines are longest.
fn names(canvas: &Canvas, plot: Area, mut ends: Vec<(f64, f64, String, bool)>, lines: &[Vec<(f64, f64)>]) {
    ends.sort_by(|a, b| b.3.cmp(&a.3).then_with(|| b.0.total_cmp(&a.0)));
    let mut taken: Vec<Area> = Vec::new();
    for (x, y, name, is_all) in ends {
        let kind = if is_all { theme::LABEL.bold().colored(theme::ORDER_VALUE) } else { theme::AXIS };
        let width = font::width(&name, kind);
        // Beside the end where it has room, else above or below it.
        let beside = Area { left: x + 10.0, right: x + 22.0 + width, top: y - 15.0, bottom: y + 15.0 };
        let by = |shift: f64| Area {
            left: x - width / 2.0 - 4.0,
            right: x + width / 2.0 + 4.0,
            top: y + shift - 13.0,
            bottom: y + shift + 13.0,
        };
        let meets = |place: &Area, other: &Area| {
            place.left < other.right
                && other.left < place.right
                && place.top < other.bottom
                && other.top < place.bottom
        };
        // No line runs through a name; that of all is worth it.
        let crosses = |place: &Area, line: &Vec<(f64, f64)>| {
            line.windows(2).any(|pair| {
                let ((x0, y0), (x1, y1)) = (pair[0], pair[1]);
                (0..=64).any(|step| {
                    let share = f64::from(step) / 64.0;
                    let (x, y) = (x0 + (x1 - x0) * share, y0 + (y1 - y0) * share);
                    place.left < x && x < place.right && place.top < y && y < place.bottom
                })
            })
        };
        let places = [beside, by(-24.0), by(24.0)];
        let free = places.into_iter().find(|place| {
            place.left >= plot.left
                && place.bottom <= plot.bottom
                && !taken.iter().any(|other| meets(place, other))
                && (is_all || !lines.iter().any(|line| crosses(place, line)))
        });
        let Some(place) = free else { continue };
        canvas.text(place.left + 4.0, place.middle(), Anchor::Left, kind, &name);
        taken.push(place);
    }
}
