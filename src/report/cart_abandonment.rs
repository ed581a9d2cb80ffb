//! Carts left behind: how often, what they held, day by day and by device.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, VALUE_ROOM};
use super::trend::{self, Days, Panel, Series};
use super::{font, format};
use crate::error::Result;

/// Devices that have room; those with fewer carts are drawn as one.
const MOST_DEVICES: usize = 5;

/// Sums of a day or of a device.
#[derive(Default, Clone)]
struct Carts {
    carts: f64,
    abandoned: f64,
    lost: f64,
}

impl Carts {
    fn add(&mut self, other: &Self) {
        self.carts += other.carts;
        self.abandoned += other.abandoned;
        self.lost += other.lost;
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (dates, whole, names) = (rows.dates("date")?, rows.flags("is_complete")?, rows.texts("device_type")?);
    let (carts, abandoned) = (rows.counts("cart_sessions")?, rows.counts("abandoned_sessions")?);
    let lost = rows.numbers("potential_lost_revenue")?;
    let mut by_day: BTreeMap<NaiveDate, (bool, Carts)> = BTreeMap::new();
    let mut by_device: BTreeMap<&str, Carts> = BTreeMap::new();
    let mut all = Carts::default();
    for row in 0..rows.len() {
        let sums = Carts { carts: carts[row] as f64, abandoned: abandoned[row] as f64, lost: lost[row] };
        let day = by_day.entry(dates[row]).or_insert((whole[row], Carts::default()));
        day.1.add(&sums);
        by_device.entry(&names[row]).or_default().add(&sums);
        all.add(&sums);
    }
    let caption = caption(&all, about);
    if all.carts == 0.0 {
        theme::blank(canvas, &caption, "Nothing was put into a cart in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let halves = body.columns(&[1.45, 1.0], theme::GUTTER);
    over_time(canvas, halves[0], &by_day, &all, about);
    let mut devices: Vec<(String, Carts)> = by_device
        .into_iter()
        .filter(|(_, sums)| sums.carts > 0.0)
        .map(|(name, sums)| (format::recorded(name), sums))
        .collect();
    devices.sort_by(|a, b| b.1.carts.total_cmp(&a.1.carts).then_with(|| a.0.cmp(&b.0)));
    on_devices(canvas, halves[1], folded(devices), about);
    Ok(caption)
}

fn caption(all: &Carts, about: &About) -> Caption {
    let title = match format::ratio(all.abandoned, all.carts) {
        None => "No carts in this period".to_owned(),
        Some(rate) if all.lost > 0.0 => format!(
            "{} of sessions with a cart leave it behind, with goods worth {}",
            format::percent(rate),
            about.money.compact(all.lost)
        ),
        Some(rate) => format!("{} of sessions with a cart leave it behind", format::percent(rate)),
    };
    Caption {
        title,
        subtitle: format!(
            "{}{}, {}, in business time",
            format::plural(all.carts as i64, "cart session"),
            if all.lost > 0.0 { " and the value left in them" } else { "" },
            about.period.text()
        ),
        note: format!(
            "Abandoned = something was put into the cart, and the session has no order. The value is potential: a \
             later session may still buy. Bots are left out.{}",
            about.period.partial_note(trend::partial_text(about.period.days()))
        ),
    }
}

/// The rate and the value, day by day; days without a cart stay empty.
fn over_time(
    canvas: &Canvas,
    area: Area,
    by_day: &BTreeMap<NaiveDate, (bool, Carts)>,
    all: &Carts,
    about: &About,
) {
    let Some((first, last)) = about.period.ends else { return };
    let dates: Vec<NaiveDate> = first.iter_days().take_while(|date| *date <= last).collect();
    let none = (true, Carts::default());
    let sums: Vec<&(bool, Carts)> = dates.iter().map(|date| by_day.get(date).unwrap_or(&none)).collect();
    let values = |of: fn(&Carts) -> f64| -> Vec<f64> { sums.iter().map(|day| of(&day.1)).collect() };
    let rate = Series {
        part: values(|carts| carts.abandoned),
        whole: values(|carts| carts.carts),
        color: theme::ABANDONED,
    };
    let lost = Series::count(values(|carts| carts.lost), theme::ABANDONED);
    let days = Days { whole: sums.iter().map(|day| day.0).collect(), dates };
    let has_value = all.lost > 0.0;
    let panels = area.rows(if has_value { &[1.0, 1.0] } else { &[1.0] }, 44.0);
    let rate = Panel {
        names: vec![("Abandoned", theme::ABANDONED), ("share of cart sessions", theme::INK)],
        total: format!("{} overall", format::share(all.abandoned, all.carts)),
        lines: vec![rate],
        before: None,
        write: Box::new(format::percent_tick),
        nothing: "no cart was left behind",
    };
    let lost = Panel {
        names: vec![("Value left behind", theme::ABANDONED), ("per day", theme::INK)],
        total: format!("{} in all", about.money.brief(all.lost)),
        lines: vec![lost],
        before: None,
        write: Box::new(|value| about.money.tick(value)),
        nothing: "the carts have no prices",
    };
    for (panel, area) in [rate, lost].iter().zip(panels) {
        panel.draw(canvas, area, &days);
    }
}

/// At most [`MOST_DEVICES`] devices, those with the fewest carts as one.
fn folded(mut devices: Vec<(String, Carts)>) -> Vec<(String, Carts)> {
    if devices.len() > MOST_DEVICES {
        let rest = devices.split_off(MOST_DEVICES - 1);
        let mut sums = Carts::default();
        rest.iter().for_each(|(_, other)| sums.add(other));
        devices.push((format!("{} other types", rest.len()), sums));
    }
    devices
}

/// The rate of each device, on a scale to 100%, with carts and value in words.
fn on_devices(canvas: &Canvas, area: Area, devices: Vec<(String, Carts)>, about: &About) {
    let heads = [("Abandoned", theme::PANEL.colored(theme::ABANDONED)), ("by device", theme::LABEL)];
    let mut x = area.left;
    for (head, kind) in heads {
        canvas.text(x, area.top + 18.0, Anchor::Left, kind, head);
        x += font::width(head, kind) + 9.0;
    }
    let top = area.top + 58.0;
    let height = ((area.bottom - top) / devices.len().max(1) as f64).min(190.0);
    let room = area.width() - VALUE_ROOM;
    for (position, (name, sums)) in devices.iter().enumerate() {
        let y = top + height * position as f64;
        let rate = sums.abandoned / sums.carts;
        let mut words =
            format!("{} of {} carts", format::compact(sums.abandoned), format::compact(sums.carts));
        if sums.lost > 0.0 {
            words = format!("{words}, {}", about.money.compact(sums.lost));
        }
        let words_width = font::width(&words, theme::AXIS);
        let name = font::fit(name, theme::LABEL, area.width() - words_width - 20.0);
        canvas.text(area.left, y + 16.0, Anchor::Left, theme::LABEL, &name);
        canvas.text(area.right, y + 16.0, Anchor::Right, theme::AXIS, &words);
        let track = Area {
            left: area.left,
            right: area.left + room,
            top: y + 36.0,
            bottom: y + 36.0 + (height * 0.42).min(64.0),
        };
        canvas.fill(track, theme::VOID);
        canvas.fill(Area { right: track.left + room * rate, ..track }, theme::ABANDONED);
        let label = format::percent(rate);
        canvas.text(area.right, track.middle(), Anchor::Right, theme::LABEL.bold(), &label);
    }
}
