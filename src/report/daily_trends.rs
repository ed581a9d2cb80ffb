//! Visitors and sessions, revenue, conversion and order value, day by day.

use super::About;
use super::canvas::{Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::trend::{self, Days, Series, WINDOW};
use super::format;
use crate::error::Result;

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let days = Days { dates: rows.dates("date")?, whole: rows.flags("is_complete")? };
    let floats = |name: &str| -> Result<Vec<f64>> {
        Ok(rows.counts(name)?.into_iter().map(|value| value as f64).collect())
    };
    let (visitors, sessions) = (floats("visitors")?, floats("sessions")?);
    let (converted, orders) = (floats("converted_sessions")?, floats("priced_orders")?);
    let revenue = rows.numbers("revenue")?;
    let sum = |values: &[f64]| values.iter().sum::<f64>();
    let caption = caption(&days, &sessions, &converted, &revenue, about);
    if sum(&sessions) == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let panels: Vec<Area> = body
        .rows(&[1.0, 1.0], 44.0)
        .iter()
        .flat_map(|row| row.columns(&[1.0, 1.0], theme::GUTTER))
        .collect();

    let total = format!("{} sessions", format::count(sum(&sessions)));
    let names = [("Sessions", theme::SESSIONS), ("and visitors", theme::PEOPLE), ("per day", theme::INK)];
    let lines = [
        Series::count(visitors, theme::PEOPLE),
        Series::count(sessions.clone(), theme::SESSIONS),
    ];
    trend::panel(canvas, panels[0], &names, &total, &days, &lines, &format::compact);

    let total = format!("{} in all", about.money.compact(sum(&revenue)));
    let lines = [Series::count(revenue.clone(), theme::REVENUE)];
    let names = [("Revenue", theme::REVENUE), ("per day", theme::INK)];
    trend::panel(canvas, panels[1], &names, &total, &days, &lines, &|value| about.money.tick(value));

    let total = format!("{} overall", format::share(sum(&converted), sum(&sessions)));
    let lines = [Series { part: converted, whole: sessions, color: theme::CONVERSION }];
    let names = [("Conversion", theme::CONVERSION), ("share of sessions with an order", theme::INK)];
    trend::panel(canvas, panels[2], &names, &total, &days, &lines, &format::percent_tick);

    let total = format::ratio(sum(&revenue), sum(&orders))
        .map_or_else(String::new, |value| format!("{} overall", about.money.full(value)));
    let lines = [Series { part: revenue, whole: orders, color: theme::ORDER_VALUE }];
    let names = [("Order value", theme::ORDER_VALUE), ("revenue per order", theme::INK)];
    trend::panel(canvas, panels[3], &names, &total, &days, &lines, &|value| about.money.tick(value));
    Ok(caption)
}

/// The message: the last week against the one before where there are two, else the totals.
fn caption(days: &Days, sessions: &[f64], converted: &[f64], revenue: &[f64], about: &About) -> Caption {
    let whole: Vec<usize> = (0..days.dates.len()).filter(|day| days.whole[*day]).collect();
    let sum = |values: &[f64], of: &[usize]| of.iter().map(|day| values[*day]).sum::<f64>();
    let all: Vec<usize> = (0..days.dates.len()).collect();
    let has_money = revenue.iter().sum::<f64>() > 0.0;
    let (what, values) = if has_money { ("Revenue", revenue) } else { ("Traffic", sessions) };
    let title = match whole.len().checked_sub(2 * WINDOW) {
        _ if sum(sessions, &all) == 0.0 => "No sessions in this period".to_owned(),
        Some(from) if sum(values, &whole[from..from + WINDOW]) > 0.0 => {
            let (before, last) = (sum(values, &whole[from..from + WINDOW]), sum(values, &whole[from + WINDOW..]));
            let change = last / before - 1.0;
            let size = format::percent(change.abs());
            match change {
                up if up >= 0.02 => format!("{what} of the last week is {size} above the week before"),
                down if down <= -0.02 => format!("{what} of the last week is {size} below the week before"),
                _ => format!("{what} of the last week is level with the week before"),
            }
        }
        _ => {
            let sessions_text = format::plural(sum(sessions, &all) as i64, "session");
            let buying = format::share(sum(converted, &all), sum(sessions, &all));
            format!("{sessions_text}, {buying} of them with an order")
        }
    };
    let lines = if days.dates.len() > WINDOW { " Thin: each day; thick: the 7 days up to it." } else { "" };
    Caption {
        title,
        subtitle: format!("Day by day, {}, in business time.{lines}", about.period.text()),
        note: format!(
            "Conversion = sessions with an order / sessions. Order value = revenue / priced orders. Bots are \
             left out.{}",
            about.period.partial_note("hollow and outside the averages")
        ),
    }
}
