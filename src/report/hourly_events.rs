//! What visitors do at which hour: a row of columns for each kind of event, on a scale of its own.

use std::collections::BTreeMap;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, Color};
use super::{font, format};
use crate::error::Result;

const HOURS: usize = 24;

/// Kinds that have room; rarer ones are left out, and said so.
const MOST_KINDS: usize = 9;

/// Fewer events than this have no peak to speak of.
const FEW_EVENTS: f64 = 100.0;

/// A kind of event: its name and its mean per day in each hour.
struct Kind {
    name: String,
    event_type: String,
    hours: [f64; HOURS],
    events: f64,
}

impl Kind {
    /// The fullest hour, the earliest of several.
    fn peak(&self) -> usize {
        (0..HOURS).fold(0, |best, hour| if self.hours[hour] > self.hours[best] { hour } else { best })
    }

    /// One hour has more than another, beyond what chance would make of the highest of 24.
    fn surely_more(&self, hour: usize, other: usize) -> bool {
        let (more, less) = (self.hours[hour] * self.days(), self.hours[other] * self.days());
        more - less > 3.0 * (more + less).sqrt()
    }

    /// The fullest hour has more than the mean one, beyond what chance would make of the highest of 24.
    fn has_peak(&self) -> bool {
        let (most, mean) = (self.hours[self.peak()] * self.days(), self.events / HOURS as f64);
        most - mean > 3.0 * (most + mean).sqrt()
    }

    /// How many days the means are of.
    fn days(&self) -> f64 {
        format::ratio(self.events, self.per_day()).unwrap_or(0.0)
    }

    fn per_day(&self) -> f64 {
        self.hours.iter().sum()
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (types, labels, hours) = (rows.texts("event_type")?, rows.texts("label")?, rows.counts("hour")?);
    let (days, events) = (rows.floats("days")?, rows.floats("events")?);
    let mut kinds: BTreeMap<&str, Kind> = BTreeMap::new();
    for row in 0..rows.len() {
        let kind = kinds.entry(&types[row]).or_insert_with(|| Kind {
            name: labels[row].clone(),
            event_type: types[row].clone(),
            hours: [0.0; HOURS],
            events: 0.0,
        });
        kind.hours[hours[row].clamp(0, HOURS as i64 - 1) as usize] += events[row] / days[row].max(1.0);
        kind.events += events[row];
    }
    let mut kinds: Vec<Kind> = kinds.into_values().collect();
    kinds.sort_by(|a, b| b.events.total_cmp(&a.events).then_with(|| a.name.cmp(&b.name)));
    let left_out = kinds.len().saturating_sub(MOST_KINDS);
    let all_partial = about.period.partial.len() as i64 == about.period.days();
    let caption = Caption {
        title: if all_partial { title_of_part(&kinds) } else { title(&kinds) },
        subtitle: format!(
            "Events in each hour of the day, mean per day, {}, in business time; each row on its own scale",
            about.period.text()
        ),
        note: format!(
            "Full colour: the fullest hour. Bots and what servers do are left out.{}{}",
            if left_out > 0 {
                format!(" {} not shown.", format::plural(left_out as i64, "rarer kind"))
            } else {
                String::new()
            },
            about.period.partial_note(if all_partial { "shown for want of whole days" } else { "left out" })
        ),
    };
    kinds.truncate(MOST_KINDS);
    if kinds.is_empty() {
        theme::blank(canvas, &caption, "There are no events in this period.");
        return Ok(caption);
    }
    strips(canvas, theme::frame(canvas, &caption), &kinds);
    Ok(caption)
}

/// Of a log without a whole day: no hour is the fullest where others are missing.
fn title_of_part(kinds: &[Kind]) -> String {
    match kinds.iter().map(|kind| kind.events).sum::<f64>() {
        0.0 => "No events in this period".to_owned(),
        events => format!("{} in the hours that the data cover", format::plural(events as i64, "event")),
    }
}

/// When most is looked at, and when most is bought.
fn title(kinds: &[Kind]) -> String {
    let Some(largest) = kinds.first() else { return "No events in this period".to_owned() };
    let bought = kinds.iter().find(|kind| kind.event_type == "purchase" && kind.events >= FEW_EVENTS);
    let looked = kinds.iter().find(|kind| kind.event_type == "product_view" && kind.events >= FEW_EVENTS);
    match (looked, bought) {
        (Some(looked), _) if !looked.has_peak() => "Product views have no clear peak in the day".to_owned(),
        (Some(looked), Some(bought)) if bought.surely_more(bought.peak(), looked.peak()) => {
            format!("Product views peak at {}:00, purchases at {}:00", looked.peak(), bought.peak())
        }
        (Some(looked), Some(bought)) if looked.peak() == bought.peak() => {
            format!("Looking and buying both peak at {}:00", looked.peak())
        }
        // Purchases are fewer, so their highest hour is often an accident.
        (Some(looked), Some(_)) => {
            format!("Product views peak at {}:00; purchases have no clear peak", looked.peak())
        }
        _ if !largest.has_peak() => format!("{} events have no clear peak in the day", largest.name),
        _ => format!("{} events peak at {}:00", largest.name, largest.peak()),
    }
}

fn color(event_type: &str) -> Color {
    match event_type {
        "purchase" => theme::CONVERSION,
        "add_to_cart" | "checkout" => theme::REVENUE,
        "remove_from_cart" => theme::ABANDONED,
        _ => theme::SESSIONS,
    }
}

fn strips(canvas: &Canvas, area: Area, kinds: &[Kind]) {
    let names = kinds.iter().map(|kind| font::width(&kind.name, theme::LABEL)).fold(0.0, f64::max);
    let names = names.min(area.width() * 0.2);
    let all: f64 = kinds.iter().map(Kind::per_day).sum();
    // A kind that is rarer than once in ten days keeps two figures.
    let usual: Vec<f64> = kinds.iter().map(Kind::per_day).collect();
    let write = format::side_by_side(&usual);
    let figures: Vec<(String, String)> = kinds
        .iter()
        .map(|kind| {
            let per_day = kind.per_day();
            let text = if per_day < 0.995 { format::figures(per_day) } else { write(per_day) };
            (text, format::share(per_day, all))
        })
        .collect();
    let head = "Per day";
    let widest = |of: fn(&(String, String)) -> &String, kind: theme::Type| {
        figures.iter().map(|figure| font::width(of(figure), kind)).fold(0.0, f64::max)
    };
    let count_width =
        widest(|figure| &figure.0, theme::LABEL.bold()).max(font::width(head, theme::AXIS.bold()));
    let share_width = widest(|figure| &figure.1, theme::AXIS);
    let plot = Area {
        left: area.left + names + 22.0,
        right: area.right - count_width - share_width - 42.0,
        top: area.top + 40.0,
        bottom: area.bottom - 40.0,
    };
    let count_right = area.right - share_width - 14.0;
    canvas.text(count_right, area.top + 16.0, Anchor::Right, theme::AXIS.bold(), head);
    let height = (plot.height() / kinds.len() as f64).min(130.0);
    let step = plot.width() / HOURS as f64;
    for (row, (kind, (count, share))) in kinds.iter().zip(&figures).enumerate() {
        let strip = Area {
            top: plot.top + height * row as f64 + height * 0.16,
            bottom: plot.top + height * (row + 1) as f64,
            ..plot
        };
        let (peak, middle) = (kind.peak(), strip.middle());
        let name = font::fit(&kind.name, theme::LABEL, names);
        canvas.text(area.left, middle, Anchor::Left, theme::LABEL, &name);
        for (hour, mean) in kind.hours.iter().enumerate() {
            let left = strip.left + step * hour as f64;
            let share = mean / kind.hours[peak].max(f64::MIN_POSITIVE);
            let bar = Area {
                left: left + 2.0,
                right: left + step - 2.0,
                top: strip.bottom - strip.height() * share,
                bottom: strip.bottom,
            };
            let color = color(&kind.event_type);
            canvas.fill(bar, if hour == peak { color } else { theme::tint(color, 0.5) });
        }
        canvas.line(&[(strip.left, strip.bottom), (strip.right, strip.bottom)], theme::GRID, 2);
        canvas.text(count_right, middle, Anchor::Right, theme::LABEL.bold(), count);
        canvas.text(area.right, middle, Anchor::Right, theme::AXIS, share);
    }
    let bottom = plot.top + height * kinds.len() as f64;
    for hour in (0..HOURS).step_by(3) {
        let x = plot.left + step * hour as f64;
        canvas.line(&[(x, bottom + 2.0), (x, bottom + 10.0)], theme::SOFT, 1);
        canvas.text(x + 6.0, bottom + 24.0, Anchor::Left, theme::AXIS, &format!("{hour}:00"));
    }
}
