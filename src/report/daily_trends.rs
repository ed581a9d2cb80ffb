//! Visitors and sessions, revenue, conversion and order value, day by day.

use super::About;
use super::canvas::{Area, Canvas};
use super::column::Rows;
use super::format;
use super::theme::{self, Caption};
use super::trend::{self, Days, Panel, Series};
use crate::error::Result;

/// Fewer orders than this in a week are too few to call a change of revenue one.
const FEW_ORDERS: f64 = 30.0;

/// A smaller change from week to week is called level.
const LEVEL: f64 = 0.02;

/// The columns of the query, as numbers.
struct Measures {
    visitors: Vec<f64>,
    sessions: Vec<f64>,
    converted: Vec<f64>,
    orders: Vec<f64>,
    priced: Vec<f64>,
    revenue: Vec<f64>,
}

impl Measures {
    fn read(rows: &Rows) -> Result<Self> {
        let floats = |name: &str| -> Result<Vec<f64>> {
            Ok(rows.counts(name)?.into_iter().map(|value| value as f64).collect())
        };
        Ok(Self {
            visitors: floats("visitors")?,
            sessions: floats("sessions")?,
            converted: floats("converted_sessions")?,
            orders: floats("orders")?,
            priced: floats("priced_orders")?,
            revenue: rows.numbers("revenue")?,
        })
    }
}

fn sum(values: &[f64]) -> f64 {
    values.iter().sum()
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let days = Days { dates: rows.dates("date")?, whole: rows.flags("is_complete")? };
    let measures = Measures::read(rows)?;
    let before = rows.before.as_deref().map(Measures::read).transpose()?;
    let caption = Caption {
        title: before
            .as_ref()
            .and_then(|before| title_against(&measures, before, days.dates.len()))
            .unwrap_or_else(|| title(&days, &measures)),
        subtitle: format!(
            "{}, in business time{}{}",
            about.period.text(),
            days.text(),
            about.before.as_ref().map_or_else(String::new, |before| format!("; grey: {}", before.text()))
        ),
        note: format!(
            "Conversion = sessions with an order / sessions. Order value = revenue / orders with a price. Bots are \
             left out.{}",
            about.period.partial_note(trend::partial_text(about.period.days()))
        ),
    };
    if sum(&measures.sessions) == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let areas: Vec<Area> =
        body.rows(&[1.0, 1.0], 44.0).iter().flat_map(|row| row.columns(&[1.0, 1.0], theme::GUTTER)).collect();
    let mut panels = panels(measures, about);
    if let Some(before) = before {
        let [traffic, sales, conversion, order_value] = &mut panels;
        let sold = if sum(&before.revenue) > 0.0 { before.revenue.clone() } else { before.orders };
        traffic.before = Some(Series::count(before.sessions.clone(), theme::BACK));
        sales.before = Some(Series::count(sold, theme::BACK));
        conversion.before =
            Some(Series { part: before.converted, whole: before.sessions, color: theme::BACK });
        order_value.before = Some(Series { part: before.revenue, whole: before.priced, color: theme::BACK });
    }
    for (panel, area) in panels.iter().zip(areas) {
        panel.draw(canvas, area, &days);
    }
    Ok(caption)
}

/// The four panels. A log without prices shows orders instead of revenue.
fn panels(measures: Measures, about: &About) -> [Panel<'_>; 4] {
    let Measures { visitors, sessions, converted, orders, priced, revenue } = measures;
    let money = |value: f64| about.money.tick(value);
    let has_orders = sum(&orders) > 0.0;
    let has_money = sum(&revenue) > 0.0;
    let traffic = Panel {
        names: vec![("Sessions", theme::SESSIONS), ("and visitors", theme::PEOPLE), ("per day", theme::INK)],
        total: format::plural(sum(&sessions) as i64, "session"),
        lines: vec![Series::count(visitors, theme::PEOPLE), Series::count(sessions.clone(), theme::SESSIONS)],
        before: None,
        write: Box::new(format::tick),
        nothing: "no sessions in this period",
    };
    let sales = if has_orders && !has_money {
        Panel {
            names: vec![("Orders", theme::REVENUE), ("per day", theme::INK)],
            total: format::plural(sum(&orders) as i64, "order"),
            lines: vec![Series::count(orders, theme::REVENUE)],
            before: None,
            write: Box::new(format::tick),
            nothing: "no orders in this period",
        }
    } else {
        Panel {
            names: vec![("Revenue", theme::REVENUE), ("per day", theme::INK)],
            total: format!("{} in all", about.money.brief(sum(&revenue))),
            lines: vec![Series::count(revenue.clone(), theme::REVENUE)],
            before: None,
            write: Box::new(money),
            nothing: "no orders in this period",
        }
    };
    let conversion = Panel {
        names: vec![("Conversion", theme::CONVERSION), ("share of sessions with an order", theme::INK)],
        total: format!("{} overall", format::share(sum(&converted), sum(&sessions))),
        lines: vec![Series { part: converted, whole: sessions, color: theme::CONVERSION }],
        before: None,
        write: Box::new(format::percent_tick),
        nothing: "no orders in this period",
    };
    let order_value = Panel {
        names: vec![("Order value", theme::ORDER_VALUE), ("revenue per order", theme::INK)],
        total: format::ratio(sum(&revenue), sum(&priced))
            .filter(|_| has_money)
            .map_or_else(String::new, |value| format!("{} overall", about.money.brief(value))),
        lines: vec![Series { part: revenue, whole: priced, color: theme::ORDER_VALUE }],
        before: None,
        write: Box::new(money),
        nothing: if has_orders { "the orders have no prices" } else { "no orders in this period" },
    };
    [traffic, sales, conversion, order_value]
}

/// The period against the one before, where both have enough to compare.
fn title_against(now: &Measures, before: &Measures, days: usize) -> Option<String> {
    let enough = sum(&now.orders).min(sum(&before.orders)) >= FEW_ORDERS;
    let has_money = enough && sum(&now.revenue) > 0.0 && sum(&before.revenue) > 0.0;
    let (what, now, before) = match has_money {
        true => ("Revenue", &now.revenue, &before.revenue),
        false => ("Traffic", &now.sessions, &before.sessions),
    };
    let change = format::ratio(sum(now), sum(before))? - 1.0;
    let size = format::percent(change.abs());
    let than = match days {
        1 => "the day before".to_owned(),
        days => format!("the {days} days before"),
    };
    Some(match change {
        up if up >= LEVEL => format!("{what} is {size} above {than}"),
        down if down <= -LEVEL => format!("{what} is {size} below {than}"),
        _ => format!("{what} is level with {than}"),
    })
}

/// The last whole days, as many as the lines average over, against as many before them where they are there; else
/// the totals.
fn title(days: &Days, measures: &Measures) -> String {
    let Measures { sessions, converted, orders, revenue, .. } = measures;
    if sum(sessions) == 0.0 {
        return "No sessions in this period".to_owned();
    }
    let whole: Vec<usize> = (0..days.dates.len()).filter(|day| days.whole[*day]).collect();
    let window = trend::window(days.dates.len());
    let Some(from) = whole.len().checked_sub(2 * window) else {
        let sessions_text = format::plural(sum(sessions) as i64, "session");
        return match sum(converted) {
            0.0 => format!("{sessions_text}, none with an order"),
            some => format!("{sessions_text}, {} with an order", format::share(some, sum(sessions))),
        };
    };
    let week = |values: &[f64], from: usize| -> f64 {
        whole[from..from + window].iter().map(|day| values[*day]).sum()
    };
    let enough_orders =
        [from, from + window].into_iter().all(|from| week(orders, from) >= FEW_ORDERS) && sum(revenue) > 0.0;
    let (what, values) = if enough_orders { ("Revenue", revenue) } else { ("Traffic", sessions) };
    let Some(ratio) = format::ratio(week(values, from + window), week(values, from)) else {
        return format!("{what} has come back in the last {window} days");
    };
    let size = format::percent((ratio - 1.0).abs());
    match ratio - 1.0 {
        up if up >= LEVEL => format!("{what} of the last {window} days is {size} above the {window} before"),
        down if down <= -LEVEL => {
            format!("{what} of the last {window} days is {size} below the {window} before")
        }
        _ => format!("{what} of the last {window} days is level with the {window} before"),
    }
}
