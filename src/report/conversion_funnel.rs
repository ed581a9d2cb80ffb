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
    state: State,
}

/// What can be said of a step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    /// Its sessions are known.
    Known,
    /// The data holds no event of it: a source that does not record checkouts, for instance.
    Unrecorded,
    /// It would have to follow a step that is not recorded.
    Unknowable,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let reached = steps(rows, "reached")?;
    let mut strict = steps(rows, "strict")?;
    if let Some(first) = strict.iter().position(|step| step.state == State::Unrecorded) {
        strict[first + 1..].iter_mut().for_each(|step| step.state = State::Unknowable);
    }
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

/// The steps of one kind, in order. The last one, the order, is always known: none is none.
fn steps(rows: &Rows, kind: &str) -> Result<Vec<Step>> {
    let (kinds, names) = (rows.texts("funnel_kind")?, rows.texts("step_name")?);
    let (events, sessions) = (rows.counts("events")?, rows.counts("sessions")?);
    let mut steps: Vec<Step> = (0..rows.len())
        .filter(|row| kinds[*row] == kind)
        .map(|row| Step {
            name: names[row].clone(),
            sessions: sessions[row] as f64,
            state: if events[row] > 0 { State::Known } else { State::Unrecorded },
        })
        .collect();
    if let Some(order) = steps.last_mut() {
        order.state = State::Known;
    }
    Ok(steps)
}

/// The step that loses the largest share of the sessions before it.
fn title(steps: &[Step]) -> String {
    let known: Vec<&Step> = steps.iter().filter(|step| step.state == State::Known).collect();
    let (Some(all), Some(order)) = (known.first(), known.last()) else {
        return "No sessions in this period".to_owned();
    };
    if steps.first().is_none_or(|step| step.sessions == 0.0) {
        return "No sessions in this period".to_owned();
    }
    if order.sessions == 0.0 {
        return format!("No order in {}", format::plural(all.sessions as i64, "session"));
    }
    let buying = format::share(order.sessions, all.sessions);
    let worst = known
        .windows(2)
        .filter_map(|pair| Some((lost(pair[0], pair[1])?, pair[0], pair[1])))
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

/// The share of a step's sessions that do not get to the next.
fn lost(from: &Step, to: &Step) -> Option<f64> {
    format::ratio(from.sessions - to.sessions, from.sessions)
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
        let track = Area { left, right: left + room, top, bottom: top + thick };
        let middle = track.middle();
        if named {
            canvas.text(left - 22.0, middle, Anchor::Right, theme::LABEL, &step.name);
        }
        canvas.fill(track, theme::VOID);
        let why = match step.state {
            State::Known => None,
            State::Unrecorded => Some("none recorded"),
            State::Unknowable => Some("needs the step before it"),
        };
        if let Some(why) = why {
            canvas.text(left + 14.0, middle, Anchor::Left, theme::AXIS, why);
            continue;
        }
        let strong = if position + 1 == steps.len() { theme::CONVERSION } else { theme::SESSIONS };
        let color = if named { strong } else { theme::tint(strong, 0.65) };
        canvas.fill(Area { right: left + room * step.sessions / all, ..track }, color);
        let (sessions, share) = numbers(step);
        let x = track.right + 16.0;
        canvas.text(x, middle, Anchor::Left, theme::LABEL.bold(), &sessions);
        let x = x + font::width(&sessions, theme::LABEL.bold()) + 12.0;
        canvas.text(x, middle, Anchor::Left, theme::LABEL.colored(theme::SOFT), &share);
        let next = steps[position + 1..].iter().find(|step| step.state == State::Known);
        if let Some((next, share)) = next.and_then(|next| Some((next, lost(step, next)?))) {
            let text = if share > 0.0 {
                format!("{} lost ({})", format::percent(share), format::count(step.sessions - next.sessions))
            } else {
                "none lost".to_owned()
            };
            let y = track.bottom + (height - thick) / 2.0;
            canvas.polygon(
                &[(left + 4.0, y - 5.0), (left + 18.0, y - 5.0), (left + 11.0, y + 6.0)],
                theme::SOFT,
            );
            canvas.text(left + 30.0, y, Anchor::Left, theme::AXIS, &text);
        }
    }
}
