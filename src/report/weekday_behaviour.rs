//! How the days of the week differ: traffic, conversion, order value, carts left behind.

use super::About;
use super::canvas::{Area, Canvas};
use super::column::Rows;
use super::columns::{Column, Columns};
use super::format;
use super::theme::{self, Caption};
use crate::error::Result;

const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Fewer orders than this on a weekday are too few to call it better than another.
const FEW_ORDERS: f64 = 30.0;

/// A smaller difference in traffic is not worth a sentence.
const LEVEL: f64 = 0.05;

/// Sums of a weekday.
#[derive(Default, Clone, Copy)]
struct Day {
    days: f64,
    sessions: f64,
    converted: f64,
    carts: f64,
    abandoned: f64,
    priced: f64,
    revenue: f64,
}

impl Day {
    fn per_day(&self) -> Option<f64> {
        format::ratio(self.sessions, self.days)
    }

    fn rate(&self) -> Option<f64> {
        format::ratio(self.converted, self.sessions)
    }

    /// The variance of the rate.
    fn variance(&self) -> f64 {
        self.rate().map_or(0.0, |rate| rate * (1.0 - rate) / self.sessions)
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let mut week = [Day::default(); 7];
    let (weekdays, days) = (rows.counts("day_of_week")?, rows.floats("days")?);
    let (sessions, converted) = (rows.floats("sessions")?, rows.floats("converted_sessions")?);
    let (carts, abandoned) = (rows.floats("cart_sessions")?, rows.floats("abandoned_sessions")?);
    let (priced, revenue) = (rows.floats("priced_orders")?, rows.numbers("revenue")?);
    for row in 0..rows.len() {
        week[(weekdays[row] - 1).clamp(0, 6) as usize] = Day {
            days: days[row],
            sessions: sessions[row],
            converted: converted[row],
            carts: carts[row],
            abandoned: abandoned[row],
            priced: priced[row],
            revenue: revenue[row],
        };
    }
    let all_partial = about.period.partial.len() as i64 == about.period.days();
    let caption = Caption {
        title: title(&week),
        subtitle: format!(
            "Means of the days of the week, {}, in business time; full colour: the highest",
            about.period.text()
        ),
        note: format!(
            "Conversion = sessions with an order / sessions. Order value = revenue / orders with a price. Abandoned = \
             cart sessions without an order / cart sessions. Bots are left out.{}",
            about.period.partial_note(if all_partial { "shown for want of whole days" } else { "left out" })
        ),
    };
    if week.iter().all(|day| day.sessions == 0.0) {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    panels(canvas, theme::frame(canvas, &caption), &week, about);
    Ok(caption)
}

/// The day with the most sessions; beside it the one that converts best, if it surely does.
fn title(week: &[Day; 7]) -> String {
    let known = || week.iter().enumerate().filter(|(_, day)| day.sessions > 0.0);
    let by = |of: fn(&Day) -> Option<f64>| {
        known().max_by(|a, b| of(a.1).unwrap_or(0.0).total_cmp(&of(b.1).unwrap_or(0.0)).then(b.0.cmp(&a.0)))
    };
    let Some((busiest, most)) = by(Day::per_day) else { return "No sessions in this period".to_owned() };
    if known().count() == 1 {
        return format!("All sessions are of a {}", DAYS[busiest]);
    }
    let quiet = known().min_by(|a, b| a.1.per_day().unwrap_or(0.0).total_cmp(&b.1.per_day().unwrap_or(0.0)));
    let Some((_, quiet)) = quiet else { return "No sessions in this period".to_owned() };
    let (high, low) = (most.per_day().unwrap_or(0.0), quiet.per_day().unwrap_or(0.0));
    // Chance alone moves a count by its root.
    let is_sure = high - low > 3.0 * (high / most.days + low / quiet.days).sqrt();
    let traffic = match format::ratio(high, low) {
        Some(ratio) if ratio - 1.0 >= LEVEL && is_sure => {
            format!("{} is busiest, {} above the quietest day", DAYS[busiest], format::percent(ratio - 1.0))
        }
        _ => "Traffic is level over the week".to_owned(),
    };
    let enough = known().all(|(_, day)| day.converted >= FEW_ORDERS);
    let Some((best, good)) = by(Day::rate).filter(|_| enough) else { return traffic };
    let worst = known().min_by(|a, b| a.1.rate().unwrap_or(0.0).total_cmp(&b.1.rate().unwrap_or(0.0)));
    let Some((low, poor)) = worst else { return traffic };
    let difference = good.rate().unwrap_or(0.0) - poor.rate().unwrap_or(0.0);
    // The best and the worst of seven are further apart by chance alone than two days picked beforehand.
    if difference < 3.0 * (good.variance() + poor.variance()).sqrt() {
        return traffic;
    }
    format!(
        "{} converts best at {}, {} worst at {}",
        DAYS[best],
        format::percent(good.rate().unwrap_or(0.0)),
        DAYS[low],
        format::percent(poor.rate().unwrap_or(0.0))
    )
}

fn panels(canvas: &Canvas, area: Area, week: &[Day; 7], about: &About) {
    let areas: Vec<Area> =
        area.rows(&[1.0, 1.0], 36.0).iter().flat_map(|row| row.columns(&[1.0, 1.0], theme::GUTTER)).collect();
    let columns = |of: &dyn Fn(&Day) -> Option<f64>| -> Vec<Column> {
        let largest = week.iter().filter_map(of).fold(0.0, f64::max);
        let column = |(day, name): (&Day, &str)| Column {
            name: name.chars().take(3).collect(),
            value: of(day),
            is_strong: of(day) == Some(largest),
        };
        week.iter().zip(DAYS).map(column).collect()
    };
    let sum = |of: fn(&Day) -> f64| week.iter().map(of).sum::<f64>();
    let mean = format::side_by_side(&week.iter().filter_map(Day::per_day).collect::<Vec<_>>());
    let money = |value: f64| about.money.compact(value);
    let sessions = Columns {
        head: vec![("Sessions", theme::SESSIONS), ("per day", theme::INK)],
        figure: format!("mean {}", mean(sum(|day| day.sessions) / sum(|day| day.days).max(1.0))),
        columns: columns(&Day::per_day),
        write: &mean,
        has_values: true,
        is_range: false,
        nothing: "no sessions in this period",
    };
    let conversion = Columns {
        head: vec![("Conversion", theme::CONVERSION), ("share of sessions with an order", theme::INK)],
        figure: format::share(sum(|day| day.converted), sum(|day| day.sessions)),
        columns: columns(&Day::rate),
        write: &format::percent,
        has_values: true,
        is_range: false,
        nothing: "no orders in this period",
    };
    let order_value = Columns {
        head: vec![("Order value", theme::ORDER_VALUE), ("revenue per order", theme::INK)],
        figure: format::ratio(sum(|day| day.revenue), sum(|day| day.priced))
            .filter(|value| *value > 0.0)
            .map_or_else(String::new, money),
        columns: columns(&|day| format::ratio(day.revenue, day.priced)),
        write: &money,
        has_values: true,
        is_range: false,
        nothing: "no orders with a price in this period",
    };
    let abandoned = Columns {
        head: vec![("Abandoned", theme::ABANDONED), ("share of cart sessions", theme::INK)],
        figure: format::share(sum(|day| day.abandoned), sum(|day| day.carts)),
        columns: columns(&|day| format::ratio(day.abandoned, day.carts)),
        write: &format::percent,
        has_values: true,
        is_range: false,
        nothing: "no cart was left behind",
    };
    for (panel, area) in [sessions, conversion, order_value, abandoned].iter().zip(areas) {
        panel.draw(canvas, area);
    }
}
