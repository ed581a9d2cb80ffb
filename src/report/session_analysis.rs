//! How long sessions are, in events and in time, and what devices they come from.

use std::collections::BTreeMap;

use super::About;
use super::axis;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, VALUE_ROOM};
use super::{font, format};
use crate::error::Result;

/// The query puts sessions of more events than this into the next number.
const MOST_EVENTS: i64 = 30;

/// The duration buckets of the query, in its numbering.
const DURATIONS: [&str; 6] = ["one event", "< 1 min", "1–3 min", "3–10 min", "10–30 min", "30+ min"];

/// Devices that have room; rarer ones are drawn as one.
const MOST_DEVICES: usize = 5;

/// The sessions of one device type.
#[derive(Default)]
struct Device {
    name: String,
    sessions: f64,
    converted: f64,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (names, events) = (rows.texts("device_type")?, rows.counts("events")?);
    let (buckets, sessions) = (rows.counts("duration_bucket")?, rows.counts("sessions")?);
    let converted = rows.counts("converted_sessions")?;
    let mut lengths = vec![0.0; MOST_EVENTS as usize + 1];
    let mut durations = vec![0.0; DURATIONS.len()];
    let mut devices: BTreeMap<&str, Device> = BTreeMap::new();
    for row in 0..rows.len() {
        let count = sessions[row] as f64;
        lengths[(events[row].clamp(1, MOST_EVENTS + 1) - 1) as usize] += count;
        durations[buckets[row].clamp(0, DURATIONS.len() as i64 - 1) as usize] += count;
        let device = devices.entry(&names[row]).or_default();
        device.name = format::recorded(&names[row]);
        device.sessions += count;
        device.converted += converted[row] as f64;
    }
    let mut devices: Vec<Device> = devices.into_values().collect();
    devices.sort_by(|a, b| b.sessions.total_cmp(&a.sessions).then_with(|| a.name.cmp(&b.name)));
    let all: f64 = durations.iter().sum();
    let caption = Caption {
        title: title(&devices, &lengths),
        subtitle: format!(
            "Length of {} in events and in time, and their devices, {}",
            format::plural(all as i64, "session"),
            about.period.text()
        ),
        note:
            "A session ends after a pause longer than the session gap. Duration = first to last event, so a \
               session of one event has none. Bots are left out."
                .to_owned(),
    };
    if all == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let halves = body.rows(&[1.0, 1.0], 40.0);
    lengths_panel(canvas, halves[0], &lengths);
    let lower = halves[1].columns(&[1.0, 1.0], theme::GUTTER);
    durations_panel(canvas, lower[0], &durations, all);
    devices_panel(canvas, lower[1], folded(devices), all);
    Ok(caption)
}

/// What the largest device brings, in sessions and in orders; with one device, how long sessions are.
fn title(devices: &[Device], lengths: &[f64]) -> String {
    let sessions: f64 = devices.iter().map(|device| device.sessions).sum();
    let converted: f64 = devices.iter().map(|device| device.converted).sum();
    let Some(largest) = devices.first().filter(|_| sessions > 0.0) else {
        return "No sessions in this period".to_owned();
    };
    if devices.len() == 1 {
        return format!("The median session has {}", events_text(median(lengths)));
    }
    let share = format::share(largest.sessions, sessions);
    match format::ratio(largest.converted, converted) {
        None => format!("{} brings {share} of sessions", largest.name),
        Some(buying) => {
            // Five points apart is where a reader sees two different bars.
            let but = if (buying - largest.sessions / sessions).abs() >= 0.05 { "but" } else { "and" };
            format!(
                "{} brings {share} of sessions {but} {} of those with an order",
                largest.name,
                format::percent(buying)
            )
        }
    }
}

/// At most [`MOST_DEVICES`] devices, the rarest ones as one.
fn folded(mut devices: Vec<Device>) -> Vec<Device> {
    if devices.len() > MOST_DEVICES {
        let rest = devices.split_off(MOST_DEVICES - 1);
        devices.push(Device {
            name: format!("{} other types", rest.len()),
            sessions: rest.iter().map(|device| device.sessions).sum(),
            converted: rest.iter().map(|device| device.converted).sum(),
        });
    }
    devices
}

/// The position of the column that holds the session in the middle.
fn median(lengths: &[f64]) -> usize {
    let all: f64 = lengths.iter().sum();
    let sums = lengths.iter().scan(0.0, |sum, sessions| {
        *sum += sessions;
        Some(*sum)
    });
    sums.enumerate().find(|(_, sum)| sum * 2.0 >= all).map_or(0, |(position, _)| position)
}

/// A column in words: `7 events`.
fn events_text(position: usize) -> String {
    match position as i64 + 1 {
        events if events > MOST_EVENTS => format!("more than {MOST_EVENTS} events"),
        events => format::plural(events, "event"),
    }
}

/// Sessions by their number of events, one column for each.
fn lengths_panel(canvas: &Canvas, area: Area, lengths: &[f64]) {
    let half = median(lengths);
    canvas.text(area.left, area.top + 18.0, Anchor::Left, theme::PANEL.colored(theme::SESSIONS), "Sessions");
    let x = area.left + font::width("Sessions", theme::PANEL) + 9.0;
    canvas.text(x, area.top + 18.0, Anchor::Left, theme::LABEL, "by number of events");
    let plot = Area { top: area.top + 56.0, bottom: area.bottom - 40.0, ..area };
    let largest = lengths.iter().copied().fold(0.0, f64::max);
    let (plot, scale) = axis::values(canvas, plot, &axis::ticks(largest, 3, true), &format::tick);
    let step = plot.width() / lengths.len() as f64;
    for (position, sessions) in lengths.iter().enumerate() {
        let left = plot.left + step * position as f64;
        let bar = Area {
            left: left + 3.0,
            right: left + step - 3.0,
            top: scale.at(*sessions),
            bottom: plot.bottom,
        };
        let color = if position == half { theme::SESSIONS } else { theme::tint(theme::SESSIONS, 0.62) };
        canvas.fill(bar, color);
        let events = position as i64 + 1;
        if events == 1 || (events % 5 == 0 && events < MOST_EVENTS) || events > MOST_EVENTS {
            let label = if events > MOST_EVENTS { format!("> {MOST_EVENTS}") } else { events.to_string() };
            let half = font::width(&label, theme::AXIS) / 2.0;
            let x = (left + step / 2.0).min(plot.right - half);
            canvas.text(x, plot.bottom + 24.0, Anchor::Center, theme::AXIS, &label);
        }
    }
    let label = format!("median: {}", events_text(half));
    canvas.text(area.right, area.top + 18.0, Anchor::Right, theme::LABEL.bold(), &label);
}

/// Sessions by how long they last.
fn durations_panel(canvas: &Canvas, area: Area, durations: &[f64], all: f64) {
    canvas.text(area.left, area.top + 18.0, Anchor::Left, theme::PANEL.colored(theme::SESSIONS), "Sessions");
    let x = area.left + font::width("Sessions", theme::PANEL) + 9.0;
    canvas.text(x, area.top + 18.0, Anchor::Left, theme::LABEL, "by duration");
    let plot = Area { top: area.top + 76.0, bottom: area.bottom - 40.0, ..area };
    let largest = durations.iter().copied().fold(0.0, f64::max);
    let scale = axis::Scale::zero_based(largest, plot.bottom, plot.top);
    let step = plot.width() / durations.len() as f64;
    for (position, (sessions, name)) in durations.iter().zip(DURATIONS).enumerate() {
        let left = plot.left + step * position as f64;
        let bar = Area {
            left: left + 7.0,
            right: left + step - 7.0,
            top: scale.at(*sessions),
            bottom: plot.bottom,
        };
        canvas.fill(bar, theme::tint(theme::SESSIONS, if position == 0 { 0.45 } else { 1.0 }));
        let share = format::share(*sessions, all);
        canvas.text(bar.center(), bar.top - 18.0, Anchor::Center, theme::LABEL.bold(), &share);
        canvas.text(bar.center(), plot.bottom + 24.0, Anchor::Center, theme::AXIS, name);
    }
    canvas.line(&[(plot.left, plot.bottom), (plot.right, plot.bottom)], theme::SOFT, 2);
}

/// Sessions and conversion of each device.
fn devices_panel(canvas: &Canvas, area: Area, devices: Vec<Device>, all: f64) {
    let name_room = devices
        .iter()
        .map(|device| font::width(&device.name, theme::LABEL))
        .fold(0.0, f64::max)
        .min(area.width() * 0.3);
    let plots = Area { left: area.left + name_room + 18.0, ..area }.columns(&[1.0, 1.0], 30.0);
    let height = ((area.height() - 50.0) / devices.len().max(1) as f64).min(84.0);
    type Value = fn(&Device, f64) -> f64;
    let columns: [(&str, theme::Color, Value); 2] = [
        ("Sessions", theme::SESSIONS, |device, all| device.sessions / all),
        ("Conversion", theme::CONVERSION, |device, _| {
            format::ratio(device.converted, device.sessions).unwrap_or(0.0)
        }),
    ];
    for (plot, (head, color, value)) in plots.iter().zip(columns) {
        canvas.text(plot.left, plot.top + 18.0, Anchor::Left, theme::PANEL.colored(color), head);
        let values: Vec<f64> = devices.iter().map(|device| value(device, all)).collect();
        let largest = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        for (position, share) in values.iter().enumerate() {
            let middle = plot.top + 50.0 + height * (position as f64 + 0.5);
            let length = (plot.width() - VALUE_ROOM) * share / largest;
            canvas.bar(plot.left, middle, (length, height * 0.6), color, &format::percent(*share));
        }
        let bottom = plot.top + 50.0 + height * devices.len() as f64;
        canvas.line(&[(plot.left, plot.top + 44.0), (plot.left, bottom)], theme::SOFT, 2);
    }
    for (position, device) in devices.iter().enumerate() {
        let middle = area.top + 50.0 + height * (position as f64 + 0.5);
        let name = font::fit(&device.name, theme::LABEL, name_room);
        canvas.text(area.left + name_room, middle, Anchor::Right, theme::LABEL, &name);
    }
}
