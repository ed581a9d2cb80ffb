//! New beside returning: visitors in sessions and conversion, customers in orders and their value.

use super::About;
use super::canvas::{Area, Canvas};
use super::column::Rows;
use super::format;
use super::theme::{self, Caption};
use super::trend::{self, Days, Panel, Series};
use crate::error::Result;

/// Fewer orders than this are too few to divide.
const FEW_ORDERS: f64 = 30.0;

/// A smaller difference between two shares is not worth a "but".
const APART: f64 = 0.05;

/// Sums of each day of one kind of people.
struct Kind {
    sessions: Vec<f64>,
    converted: Vec<f64>,
    orders: Vec<f64>,
    priced: Vec<f64>,
    revenue: Vec<f64>,
}

impl Kind {
    fn read(rows: &Rows, visits: &str, orders: &str) -> Result<Self> {
        Ok(Self {
            sessions: rows.floats(&format!("{visits}_sessions"))?,
            converted: rows.floats(&format!("{visits}_converted"))?,
            orders: rows.floats(&format!("{orders}_orders"))?,
            priced: rows.floats(&format!("{orders}_priced"))?,
            revenue: rows.numbers(&format!("{orders}_revenue"))?,
        })
    }
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let days = Days { dates: rows.dates("date")?, whole: rows.flags("is_complete")? };
    let new = Kind::read(rows, "new", "first")?;
    let returning = Kind::read(rows, "returning", "repeat")?;
    let caption = Caption {
        title: title(&new, &returning),
        subtitle: format!("{}, in business time{}", about.period.text(), days.text()),
        note: format!(
            "New visitor: the device’s first session in the data. First order: the customer’s first in the data, so \
             its first weeks hold too many. Bots are left out.{}",
            about.period.partial_note(trend::partial_text(about.period.days()))
        ),
    };
    if sum(&new.sessions) + sum(&returning.sessions) == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let areas: Vec<Area> =
        body.rows(&[1.0, 1.0], 44.0).iter().flat_map(|row| row.columns(&[1.0, 1.0], theme::GUTTER)).collect();
    for (panel, area) in panels(new, returning, about).iter().zip(areas) {
        panel.draw(canvas, area, &days);
    }
    Ok(caption)
}

/// What repeat orders bring, in orders and in money.
fn title(new: &Kind, returning: &Kind) -> String {
    let sessions = sum(&new.sessions) + sum(&returning.sessions);
    let orders = sum(&new.orders) + sum(&returning.orders);
    let revenue = sum(&new.revenue) + sum(&returning.revenue);
    if sessions == 0.0 {
        return "No sessions in this period".to_owned();
    }
    if orders < FEW_ORDERS {
        return format!(
            "{} of sessions are of returning visitors",
            format::share(sum(&returning.sessions), sessions)
        );
    }
    let of_orders = sum(&returning.orders) / orders;
    let text = format!("Repeat orders are {} of all", format::percent(of_orders));
    match format::ratio(sum(&returning.revenue), revenue) {
        Some(share) if (share - of_orders).abs() >= APART => {
            format!("{text} but {} of revenue", format::percent(share))
        }
        Some(share) => format!("{text} and {} of revenue", format::percent(share)),
        None => text,
    }
}

fn panels(new: Kind, returning: Kind, about: &About) -> [Panel<'_>; 4] {
    let (fresh, known) = (theme::CONVERSION, theme::SESSIONS);
    let rate = |part: &[f64], whole: &[f64]| format::share(sum(part), sum(whole));
    let value = |kind: &Kind| {
        let value = format::ratio(sum(&kind.revenue), sum(&kind.priced)).filter(|value| *value > 0.0);
        value.map_or_else(|| "–".to_owned(), |value| about.money.compact(value))
    };
    let counts =
        |new: f64, returning: f64| format!("{} : {}", format::compact(new), format::compact(returning));
    let has_orders = sum(&new.orders) + sum(&returning.orders) > 0.0;
    let sessions = Panel {
        names: vec![("New", fresh), ("and returning", known), ("sessions per day", theme::INK)],
        total: counts(sum(&new.sessions), sum(&returning.sessions)),
        lines: vec![
            Series::count(new.sessions.clone(), fresh),
            Series::count(returning.sessions.clone(), known),
        ],
        before: None,
        write: Box::new(format::tick),
        nothing: "no sessions in this period",
    };
    let conversion = Panel {
        names: vec![("New", fresh), ("and returning", known), ("conversion", theme::INK)],
        total: format!(
            "{} : {}",
            rate(&new.converted, &new.sessions),
            rate(&returning.converted, &returning.sessions)
        ),
        lines: vec![
            Series { part: new.converted.clone(), whole: new.sessions.clone(), color: fresh },
            Series { part: returning.converted.clone(), whole: returning.sessions.clone(), color: known },
        ],
        before: None,
        write: Box::new(format::percent_tick),
        nothing: "no orders in this period",
    };
    let orders = Panel {
        names: vec![("First", fresh), ("and repeat", known), ("orders per day", theme::INK)],
        total: counts(sum(&new.orders), sum(&returning.orders)),
        lines: vec![Series::count(new.orders.clone(), fresh), Series::count(returning.orders.clone(), known)],
        before: None,
        write: Box::new(format::tick),
        nothing: "no orders in this period",
    };
    let order_value = Panel {
        names: vec![("First", fresh), ("and repeat", known), ("order value", theme::INK)],
        total: format!("{} : {}", value(&new), value(&returning)),
        lines: vec![
            Series { part: new.revenue, whole: new.priced, color: fresh },
            Series { part: returning.revenue, whole: returning.priced, color: known },
        ],
        before: None,
        write: Box::new(|value| about.money.tick(value)),
        nothing: if has_orders { "the orders have no prices" } else { "no orders in this period" },
    };
    [sessions, orders, conversion, order_value]
}
