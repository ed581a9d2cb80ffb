//! `summary.md`: the key figures, two tables, and the pictures. Every figure
//! in it comes out of gold; a sentence stands there only when its figures exist.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use super::About;
use super::column::Rows;
use super::theme::Caption;
use super::{Options, format};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::lake::PartFile;
use crate::summary::TableSummary;

/// The name of the note's file.
const FILE: &str = "summary.md";

/// Lines a table may have; more are counted, not shown.
const MOST_LINES: usize = 12;

/// A picture that was drawn, and the words around it.
pub(super) struct Picture {
    pub(super) caption: Caption,
    pub(super) file: String,
}

/// Writes the note beside the pictures.
pub(super) fn write(
    engine: &dyn Engine,
    about: &About,
    pictures: &[Picture],
    options: &Options,
) -> Result<TableSummary> {
    let started = Instant::now();
    let figures = Rows::read(engine, "summary")?;
    let mut note = format!("# Clickstream summary, {}\n\n", about.period.text());
    note += &opening(engine, &figures, about)?;
    note += &key_figures(&figures, about)?;
    for (head, query) in [("Device", "summary_devices"), ("Channel", "summary_channels")] {
        note += &breakdown(head, &Rows::read(engine, query)?, about)?;
    }
    for picture in pictures {
        let caption = &picture.caption;
        let title = escaped(&caption.title);
        let (subtitle, alt) = (escaped(&caption.subtitle), title.replace(['[', ']'], ""));
        let _ = write!(note, "## {title}\n\n{subtitle}.\n\n![{alt}]({})\n\n", picture.file);
        let _ = write!(note, "{}\n\n", escaped(&caption.note));
    }
    let note = format!("{}\n", note.trim_end());
    let mut part = PartFile::create(options.dir.join(FILE))?;
    part.write_all(note.as_bytes()).map_err(Error::io("write", part.place()))?;
    let bytes = part.publish()?;
    let seconds = started.elapsed().as_secs_f64();
    Ok(TableSummary::new("report.summary", figures.len() as u64, bytes, seconds))
}

/// The first paragraph: what happened.
fn opening(engine: &dyn Engine, figures: &Rows, about: &About) -> Result<String> {
    let count = |name: &str| -> Result<i64> { Ok(figures.counts(name)?.first().copied().unwrap_or(0)) };
    let (sessions, visitors, orders) = (count("sessions")?, count("visitors")?, count("orders")?);
    if sessions == 0 {
        return Ok("There are no sessions in this period.\n\n".to_owned());
    }
    let mut text = format!(
        "In {} ({}), {} made {}",
        format::plural(about.period.days(), "day"),
        about.period.text(),
        format::plural(visitors, "visitor"),
        format::plural(sessions, "session"),
    );
    let revenue = figures.numbers("revenue")?.first().copied().unwrap_or(0.0);
    match orders {
        0 => text += "; nobody ordered.",
        _ => {
            let _ = write!(text, " and {}", format::plural(orders, "order"));
            if revenue > 0.0 {
                let _ = write!(text, ", for {} of revenue", about.money.full(revenue));
            }
            text.push('.');
        }
    }
    let days = Rows::read(engine, "daily_trends")?;
    let (dates, whole) = (days.dates("date")?, days.flags("is_complete")?);
    let (sessions, revenue) = (days.counts("sessions")?, days.numbers("revenue")?);
    let best = |value: &dyn Fn(usize) -> f64| {
        (0..days.len())
            .filter(|day| whole[*day] && value(*day) > 0.0)
            .max_by(|a, b| value(*a).total_cmp(&value(*b)).then_with(|| b.cmp(a)))
    };
    if let Some(day) = best(&|day| revenue[day]).filter(|_| days.len() > 1) {
        let _ = write!(
            text,
            " The best day was {}, {}, with {}.",
            dates[day].format("%A"),
            format::day(dates[day]),
            about.money.full(revenue[day])
        );
    }
    if let Some(day) = best(&|day| sessions[day] as f64).filter(|_| days.len() > 1) {
        let _ = write!(
            text,
            " The busiest was {}, {}, with {}.",
            dates[day].format("%A"),
            format::day(dates[day]),
            format::plural(sessions[day], "session")
        );
    }
    Ok(format!("{text}{}\n\n", about.period.partial_note("not compared with the others")))
}

/// The table of key figures, each with what it is made of.
fn key_figures(figures: &Rows, about: &About) -> Result<String> {
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
fn breakdown(head: &str, rows: &Rows, about: &About) -> Result<String> {
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

/// Text of the data that must not become Markdown.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '|' | '*' | '_' | '`' | '<' | '>' | '[' | ']' | '#' | '\\' => safe.extend(['\\', character]),
            control if control.is_control() => safe.push(' '),
            other => safe.push(other),
        }
    }
    safe
}
