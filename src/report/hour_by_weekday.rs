//! When sessions start: hours across, weekdays down, the darker the more.

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, VALUE_ROOM};
use super::{font, format};
use crate::error::Result;

const HOURS: usize = 24;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Mean sessions per weekday and hour; nothing for a weekday that the data lacks.
type Week = [Option<[f64; HOURS]>; 7];

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (weekdays, hours) = (rows.counts("day_of_week")?, rows.counts("hour")?);
    let (days, sessions) = (rows.counts("days")?, rows.counts("sessions")?);
    let mut week: Week = Default::default();
    // How many days of each weekday the means are of.
    let mut weekdays_seen = [0.0_f64; DAYS.len()];
    for row in 0..rows.len() {
        let day = (weekdays[row] - 1).clamp(0, 6) as usize;
        let hour = hours[row].clamp(0, HOURS as i64 - 1) as usize;
        week[day].get_or_insert([0.0; HOURS])[hour] += sessions[row] as f64 / days[row].max(1) as f64;
        weekdays_seen[day] = weekdays_seen[day].max(days[row] as f64);
    }
    let all_partial = about.period.partial.len() as i64 == about.period.days();
    let partial = if all_partial { "shown for want of whole days" } else { "left out" };
    let caption = Caption {
        title: if all_partial { title_of_part(sessions.iter().sum()) } else { title(&week, &weekdays_seen) },
        subtitle: format!(
            "Sessions that start in each hour of the week, mean per day, {}, in business time",
            about.period.text()
        ),
        note: format!("Bots are left out.{}", about.period.partial_note(partial)),
    };
    if week.iter().all(Option::is_none) {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    map(canvas, theme::frame(canvas, &caption), &week);
    Ok(caption)
}

/// The fullest cell of the week.
fn peak(week: &Week) -> Option<(usize, usize, f64)> {
    let cells = week.iter().enumerate().flat_map(|(day, hours)| {
        hours
            .iter()
            .flat_map(move |hours| hours.iter().enumerate().map(move |(hour, mean)| (day, hour, *mean)))
    });
    cells.max_by(|a, b| a.2.total_cmp(&b.2).then_with(|| (b.0, b.1).cmp(&(a.0, a.1))))
}

/// The busiest hour, where it has more than the mean one beyond what chance would make of the highest of 168.
fn title(week: &Week, weekdays_seen: &[f64; DAYS.len()]) -> String {
    let hours = week.iter().flatten().flatten();
    let mean = hours.clone().sum::<f64>() / hours.count().max(1) as f64;
    let is_clear = |day: usize, most: f64| {
        (most - mean) * weekdays_seen[day] > 3.0 * ((most + mean) * weekdays_seen[day]).sqrt()
    };
    match peak(week) {
        None => "No sessions in this period".to_owned(),
        Some((day, _, most)) if !is_clear(day, most) => {
            "No hour of the week is clearly the busiest".to_owned()
        }
        Some((day, hour, mean)) => format!(
            "Busiest hour: {} {hour}:00–{}:00, {} on average",
            DAYS[day],
            hour + 1,
            sessions_text(mean)
        ),
    }
}

/// Of a log without a whole day: no hour is the busiest where others are missing.
fn title_of_part(sessions: i64) -> String {
    match sessions {
        0 => "No sessions in this period".to_owned(),
        some => format!("{} in the hours that the data cover", format::plural(some, "session")),
    }
}

/// A mean in words: `39 sessions`, `2.3 sessions`.
fn sessions_text(mean: f64) -> String {
    let number = if mean >= 9.95 { format::count(mean) } else { format::number(mean) };
    let noun = if number == "1" { "session" } else { "sessions" };
    format!("{number} {noun}")
}

/// The map, the weekdays' totals beside it, the scale of colours below.
fn map(canvas: &Canvas, area: Area, week: &Week) {
    let Some((peak_day, peak_hour, largest)) = peak(week) else { return };
    let names = DAYS.iter().map(|name| font::width(name, theme::LABEL)).fold(0.0, f64::max) + 18.0;
    let cells = Area {
        left: area.left + names,
        top: area.top + 38.0,
        right: area.right - 250.0,
        bottom: area.bottom - 84.0,
    };
    let (width, height) = (cells.width() / HOURS as f64, cells.height() / DAYS.len() as f64);
    let shade = |mean: f64| theme::tint(theme::SESSIONS, 0.06 + 0.94 * mean / largest);
    let totals: Vec<f64> = week.iter().map(|hours| hours.map_or(0.0, |hours| hours.iter().sum())).collect();
    let fullest = totals.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let bars = Area { left: cells.right + 28.0, right: area.right, ..cells };
    canvas.text(bars.left, area.top + 14.0, Anchor::Left, theme::AXIS.bold(), "Sessions per day");
    for (day, hours) in week.iter().enumerate() {
        let top = cells.top + height * day as f64;
        let middle = top + height / 2.0;
        canvas.text(cells.left - 18.0, middle, Anchor::Right, theme::LABEL, DAYS[day]);
        let Some(hours) = hours else {
            let row = Area { top: top + 2.0, bottom: top + height - 2.0, ..cells };
            canvas.fill(row, theme::VOID);
            canvas.text(row.center(), middle, Anchor::Center, theme::AXIS, "no sessions");
            continue;
        };
        for (hour, mean) in hours.iter().enumerate() {
            let left = cells.left + width * hour as f64;
            let cell = Area {
                left: left + 1.0,
                right: left + width - 1.0,
                top: top + 1.0,
                bottom: top + height - 1.0,
            };
            canvas.fill(cell, shade(*mean));
            if (day, hour) == (peak_day, peak_hour) {
                canvas.outline(cell, theme::CONVERSION, 5);
            }
        }
        let length = (bars.width() - VALUE_ROOM) * totals[day] / fullest;
        canvas.bar(
            bars.left,
            middle,
            (length, height * 0.56),
            theme::SESSIONS,
            &format::compact(totals[day]),
        );
    }
    canvas.line(&[(bars.left, cells.top), (bars.left, cells.bottom)], theme::SOFT, 2);
    for hour in (0..HOURS).step_by(3) {
        let x = cells.left + width * hour as f64;
        let label = format!("{hour}:00");
        canvas.line(&[(x, cells.top - 10.0), (x, cells.top - 2.0)], theme::SOFT, 1);
        canvas.text(x + 6.0, area.top + 14.0, Anchor::Left, theme::AXIS, &label);
    }
    legend(canvas, Area { top: cells.bottom + 30.0, bottom: cells.bottom + 54.0, ..cells }, largest, &shade);
}

/// The scale of colours, from nothing to the largest mean.
fn legend(canvas: &Canvas, area: Area, largest: f64, shade: &dyn Fn(f64) -> theme::Color) {
    let y = area.middle();
    canvas.text(area.left, y, Anchor::Left, theme::AXIS, "0");
    let left = area.left + 26.0;
    let steps = 48;
    let width = 7.0;
    for step in 0..steps {
        let from = left + width * f64::from(step);
        let block = Area { left: from, right: from + width, ..area };
        canvas.fill(block, shade(largest * f64::from(step) / f64::from(steps - 1)));
    }
    let right = left + width * f64::from(steps) + 12.0;
    let label = format!("{} an hour; outlined: the busiest", sessions_text(largest));
    canvas.text(right, y, Anchor::Left, theme::AXIS, &label);
}
