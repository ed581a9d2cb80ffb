//! Sessions that get as far as each step, counted in two ways that are never mixed.

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// A step and how many sessions got there.
struct Step {
    name: String,
    sessions: f64,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (kinds, names) = (rows.texts("funnel_kind")?, rows.texts("step_name")?);
    let sessions = rows.counts("sessions")?;
    let steps = |kind: &str| -> Vec<Step> {
        (0..rows.len())
            .filter(|row| kinds[*row] == kind)
            .map(|row| Step { name: names[row].clone(), sessions: sessions[row] as f64 })
            .collect()
    };
    let (reached, strict) = (steps("reached"), steps("strict"));
    let caption = Caption {
        title: title(&reached),
        subtitle: format!(
            "Sessions that get as far as each step, and those lost on the way, {}",
            about.period.text()
        ),
        note:
            "Reached: the step or any later one was seen, so an order without a cart counts. In order: every \
               step was seen, one after the other. Bots are left out."
                .to_owned(),
    };
    if reached.first().is_none_or(|step| step.sessions == 0.0) {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let halves = body.columns(&[1.25, 1.0], theme::GUTTER);
    funnel(canvas, halves[0], "Reached the step", &reached, true);
    funnel(canvas, halves[1], "Steps in order", &strict, false);
    Ok(caption)
}

/// The step that loses the largest share of the sessions before it.
fn title(steps: &[Step]) -> String {
    let (Some(all), Some(order)) = (steps.first(), steps.last()) else {
        return "No sessions in this period".to_owned();
    };
    if all.sessions == 0.0 {
        return "No sessions in this period".to_owned();
    }
    if order.sessions == 0.0 {
        return format!("No order in {}", format::plural(all.sessions as i64, "session"));
    }
    let buying = format::share(order.sessions, all.sessions);
    let worst = steps
        .windows(2)
        .filter_map(|pair| {
            let lost = format::ratio(pair[0].sessions - pair[1].sessions, pair[0].sessions)?;
            Some((lost, &pair[0], &pair[1]))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .filter(|(lost, ..)| *lost > 0.0);
    match worst {
        Some((lost, from, to)) => format!(
            "{buying} of sessions order; {} to {} loses most, {}",
            from.name.to_lowercase(),
            to.name.to_lowercase(),
            format::percent(lost)
        ),
        None => format!("{buying} of sessions order"),
    }
}

/// One kind of funnel: a bar for each step, and between two what was lost.
fn funnel(canvas: &Canvas, area: Area, name: &str, steps: &[Step], named: bool) {
    canvas.text(area.left, area.top + 18.0, Anchor::Left, theme::PANEL, name);
    let widest = steps.iter().map(|step| font::width(&step.name, theme::LABEL)).fold(0.0, f64::max);
    let left = if named { area.left + widest + 22.0 } else { area.left };
    let all = steps.first().map_or(0.0, |step| step.sessions).max(1.0);
    // Room at the right for the widest pair of numbers, so that even a full bar has its own outside.
    let numbers = |step: &Step| (format::count(step.sessions), format::share(step.sessions, all));
    let beside = steps
        .iter()
        .map(|step| {
            let (sessions, share) = numbers(step);
            font::width(&sessions, theme::LABEL.bold()) + font::width(&share, theme::LABEL) + 40.0
        })
        .fold(0.0, f64::max);
    let room = area.right - left - beside;
    // A step is a bar and the loss below it; the last step has no loss.
    let bar_share = 0.56;
    let height = (area.height() - 56.0) / (steps.len().max(1) as f64 - 1.0 + bar_share);
    let thick = height * bar_share;
    for (position, step) in steps.iter().enumerate() {
        let top = area.top + 56.0 + height * position as f64;
        let middle = top + thick / 2.0;
        let right = left + room * step.sessions / all;
        let strong = if position + 1 == steps.len() { theme::CONVERSION } else { theme::SESSIONS };
        let color = if named { strong } else { theme::tint(strong, 0.65) };
        if named {
            canvas.text(left - 22.0, middle, Anchor::Right, theme::LABEL, &step.name);
        }
        canvas.fill(Area { left, right: left + room, top, bottom: top + thick }, theme::VOID);
        canvas.fill(Area { left, right, top, bottom: top + thick }, color);
        let (sessions, share) = numbers(step);
        let x = left + room + 16.0;
        canvas.text(x, middle, Anchor::Left, theme::LABEL.bold(), &sessions);
        let x = x + font::width(&sessions, theme::LABEL.bold()) + 12.0;
        canvas.text(x, middle, Anchor::Left, theme::LABEL.colored(theme::SOFT), &share);
        if let Some(next) = steps.get(position + 1) {
            let lost = step.sessions - next.sessions;
            let text = match format::ratio(lost, step.sessions) {
                Some(share) if lost > 0.0 => {
                    format!("{} lost ({})", format::percent(share), format::count(lost))
                }
                Some(_) => "none lost".to_owned(),
                None => continue,
            };
            let y = top + thick + (height - thick) / 2.0;
            canvas.polygon(
                &[(left + 4.0, y - 5.0), (left + 18.0, y - 5.0), (left + 11.0, y + 6.0)],
                theme::SOFT,
            );
            canvas.text(left + 30.0, y, Anchor::Left, theme::AXIS, &text);
        }
    }
}
