//! The tables of the note: the key figures, and what each device and channel brings.

use std::fmt::Write as _;

use super::super::About;
use super::super::column::Rows;
use super::super::format;
use super::escaped;
use crate::error::Result;

/// Lines a table may have; more are counted, not shown.
const MOST_LINES: usize = 12;

/// The table of key figures, each with what it is made of.
pub(super) fn key_figures(figures: &Rows, about: &About) -> Result<String> {
    let number =
        |name: &str| -> Result<f64> { Ok(figures.counts(name)?.first().copied().unwrap_or(0) as f64) };
    let money = |name: &str| -> Result<f64> { Ok(figures.numbers(name)?.first().copied().unwrap_or(0.0)) };
    let (sessions, converted) = (number("sessions")?, number("converted_sessions")?);
    let (orders, priced) = (number("orders")?, number("priced_orders")?);
    let (carts, abandoned) = (number("cart_sessions")?, number("abandoned_sessions")?);
    let (revenue, refunds) = (money("revenue")?, money("refund_amount")?);
    let or_dash =
        |value: Option<f64>, text: &dyn Fn(f64) -> String| value.map_or_else(|| "–".to_owned(), text);
    let amount =
        |value: f64| if priced > 0.0 || value > 0.0 { about.money.full(value) } else { "–".to_owned() };
    let events_each = or_dash(format::ratio(number("events")?, sessions), &format::number);
    let minutes = format::ratio(number("session_seconds")? / 60.0, sessions);
    let lines = [
        ("Visitors", format::count(number("visitors")?), "devices or cookies, bots left out".to_owned()),
        (
            "Customers",
            format::count(number("customers")?),
            format!("accounts ({}), and visitors who never logged in", format::count(number("accounts")?)),
        ),
        ("Sessions", format::count(sessions), format!("{events_each} events each")),
        (
            "Mean duration",
            or_dash(minutes, &|minutes| format!("{} min", format::number(minutes))),
            "first to last event".to_owned(),
        ),
        (
            "Bounce rate",
            format::share(number("bounced_sessions")?, sessions),
            "sessions of one event / sessions".to_owned(),
        ),
        (
            "Conversion",
            format::share(converted, sessions),
            format!("sessions with an order ({}) / sessions", format::count(converted)),
        ),
        ("Orders", format::count(orders), format!("{} units", format::count(number("units")?))),
        ("Revenue", amount(revenue), "before refunds, without tax and shipping".to_owned()),
        ("Refunds", amount(refunds), format!("{} of revenue", format::share(refunds, revenue))),
        (
            "Order value",
            or_dash(format::ratio(revenue, priced), &|value| about.money.full(value)),
            format!("revenue / orders with a price ({})", format::count(priced)),
        ),
        (
            "Cart abandonment",
            format::share(abandoned, carts),
            format!("cart sessions without an order ({}) / cart sessions", format::count(abandoned)),
        ),
        (
            "Left in carts",
            amount(money("potential_lost_revenue")?),
            "potential: a later session may still buy".to_owned(),
        ),
    ];
    let mut table = "## Key figures\n\n| Figure | Value | What it is |\n|---|---:|---|\n".to_owned();
    for (name, value, meaning) in lines {
        let _ = writeln!(table, "| {name} | {value} | {meaning} |");
    }
    Ok(format!("{table}\n"))
}

/// A table of sessions, conversion, abandonment and revenue by one thing.
pub(super) fn breakdown(head: &str, rows: &Rows, about: &About) -> Result<String> {
    if rows.is_empty() {
        return Ok(String::new());
    }
    let (names, sessions) = (rows.texts("name")?, rows.counts("sessions")?);
    let (converted, revenue) = (rows.counts("converted_sessions")?, rows.numbers("revenue")?);
    let (carts, abandoned) = (rows.counts("cart_sessions")?, rows.counts("abandoned_sessions")?);
    let all_sessions: i64 = sessions.iter().sum();
    let all_revenue: f64 = revenue.iter().sum();
    let mut table = format!(
        "## By {}\n\n| {head} | Sessions | Share | Conversion | Abandonment | Revenue | Share |\n\
         |---|---:|---:|---:|---:|---:|---:|\n",
        head.to_lowercase()
    );
    for row in 0..rows.len().min(MOST_LINES) {
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {} | {} | {} |",
            escaped(&format::capitalized(&names[row])),
            format::count(sessions[row] as f64),
            format::share(sessions[row] as f64, all_sessions as f64),
            format::share(converted[row] as f64, sessions[row] as f64),
            format::share(abandoned[row] as f64, carts[row] as f64),
            if all_revenue > 0.0 { about.money.full(revenue[row]) } else { "–".to_owned() },
            format::share(revenue[row], all_revenue),
        );
    }
    if rows.len() > MOST_LINES {
        let _ = writeln!(table, "\n{} more are not shown.", format::count((rows.len() - MOST_LINES) as f64));
    }
    Ok(format!("{table}\n"))
}
