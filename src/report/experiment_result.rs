//! An experiment: the share of visitors that buy in each variant, and how far
//! each is from the control, with what chance alone would leave open.

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, Color};
use super::{font, format};
use crate::error::Result;

/// 95% of a normal distribution lie within so many standard deviations.
const Z: f64 = 1.959_964;

/// Variants that have room.
const MOST: usize = 8;

/// A variant: how many visitors saw it, and how many of them bought.
#[derive(Clone)]
struct Variant {
    name: String,
    visitors: f64,
    buyers: f64,
}

/// A value and the interval that holds the true one in 95 of 100 such experiments.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Estimate {
    low: f64,
    value: f64,
    high: f64,
}

impl Variant {
    /// The share that buys, with Wilson's interval, which holds for few buyers too.
    fn rate(&self) -> Estimate {
        let n = self.visitors.max(1.0);
        let share = self.buyers / n;
        let middle = (share + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
        let half = Z / (1.0 + Z * Z / n) * (share * (1.0 - share) / n + Z * Z / (4.0 * n * n)).sqrt();
        Estimate { low: (middle - half).max(0.0), value: share, high: (middle + half).min(1.0) }
    }

    /// How much more of it buys than of the control, with Newcombe's interval.
    fn against(&self, control: &Self) -> Estimate {
        let (own, other) = (self.rate(), control.rate());
        let value = own.value - other.value;
        let below = ((own.value - own.low).powi(2) + (other.high - other.value).powi(2)).sqrt();
        let above = ((own.high - own.value).powi(2) + (other.value - other.low).powi(2)).sqrt();
        Estimate { low: value - below, value, high: value + above }
    }
}

impl Estimate {
    /// Zero is outside.
    fn is_sure(self) -> bool {
        self.low > 0.0 || self.high < 0.0
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (experiments, names) = (rows.texts("experiment")?, rows.texts("variant")?);
    let (visitors, buyers) = (rows.floats("visitors")?, rows.floats("converted_visitors")?);
    let mixed = rows.floats("mixed_visitors")?;
    let size = |experiment: &str| -> f64 {
        (0..rows.len()).filter(|row| experiments[*row] == experiment).map(|row| visitors[row]).sum()
    };
    // Of several experiments the largest is told.
    let told = experiments.iter().max_by(|a, b| size(a).total_cmp(&size(b)).then_with(|| b.cmp(a)));
    let own = |row: &usize| Some(&experiments[*row]) == told;
    let mut variants: Vec<Variant> = (0..rows.len())
        .filter(own)
        .filter(|row| visitors[*row] > 0.0)
        .map(|row| Variant { name: names[row].clone(), visitors: visitors[row], buyers: buyers[row] })
        .collect();
    let control = variants.iter().position(|variant| is_control(&variant.name)).unwrap_or(0);
    if control > 0 {
        variants[..=control].rotate_right(1);
    }
    let hidden = variants.len().saturating_sub(MOST);
    variants.truncate(MOST);
    let left_out: f64 = (0..rows.len()).filter(own).map(|row| mixed[row]).sum();
    let mut others: Vec<&String> = experiments.iter().collect();
    others.dedup();
    let caption = Caption {
        title: title(&variants),
        subtitle: match told {
            None => about.period.text(),
            Some(experiment) => format!(
                "Experiment {}: share of {} that order, {}",
                experiment.replace('_', " "),
                format::plural(
                    variants.iter().map(|variant| variant.visitors).sum::<f64>() as i64,
                    "visitor"
                ),
                about.period.text()
            ),
        },
        note: note(left_out, hidden, others.len()),
    };
    if variants.is_empty() {
        theme::blank(canvas, &caption, "The data hold no experiment, or none of these days belongs to one.");
        return Ok(caption);
    }
    let parts = theme::frame(canvas, &caption).columns(&[1.15, 1.0], theme::GUTTER);
    rates(canvas, parts[0], &variants);
    differences(canvas, parts[1], &variants);
    Ok(caption)
}

fn note(left_out: f64, hidden: usize, experiments: usize) -> String {
    let mut note = "Lines: 95% intervals (Wilson; Newcombe for the difference). Decide on a day \
                    planned beforehand: looking every day finds effects that are none."
        .to_owned();
    if left_out > 0.0 {
        note += &format!(
            " {} saw several variants and are left out.",
            format::plural(left_out as i64, "visitor")
        );
    }
    if hidden > 0 {
        note += &format!(" {} not shown.", format::plural(hidden as i64, "more variant"));
    }
    if experiments > 1 {
        note += &format!(" The largest of {experiments} experiments.");
    }
    note + " Bots are left out."
}

fn is_control(name: &str) -> bool {
    ["control", "a", "base", "baseline", "original", "off"].contains(&name.to_lowercase().as_str())
}

/// The variant furthest from the control, where chance hardly makes the difference.
fn title(variants: &[Variant]) -> String {
    let Some((control, others)) = variants.split_first() else {
        return "No experiment in this period".to_owned();
    };
    if others.is_empty() {
        return format!("Only one variant was seen: {}", control.name);
    }
    let effects = others.iter().map(|variant| (variant, variant.against(control)));
    let sure = effects.clone().filter(|(_, effect)| effect.is_sure());
    let widest =
        |a: &(&Variant, Estimate), b: &(&Variant, Estimate)| a.1.value.abs().total_cmp(&b.1.value.abs());
    if let Some((variant, effect)) = sure.max_by(widest) {
        let more = if effect.value > 0.0 { "more" } else { "fewer" };
        return format!(
            "{} makes {more} visitors buy: {} against {} ({})",
            format::capitalized(&variant.name),
            format::percent_fine(variant.rate().value),
            format::percent_fine(control.rate().value),
            format::points(effect.value)
        );
    }
    match effects.max_by(widest) {
        Some((variant, effect)) => format!(
            "No sure effect: {} is {}, give or take {}",
            variant.name,
            format::points(effect.value),
            format::points((effect.high - effect.low) / 2.0).trim_start_matches(['+', '±', '–'])
        ),
        None => String::new(),
    }
}

/// A dot with its interval, and the value above it.
fn whisker(canvas: &Canvas, y: f64, [low, value, high]: [f64; 3], color: Color, text: &str, room: Area) {
    canvas.line(&[(low, y), (high, y)], color, 5);
    for end in [low, high] {
        canvas.line(&[(end, y - 11.0), (end, y + 11.0)], color, 3);
    }
    canvas.dot((value, y), 10, color);
    let half = font::width(text, theme::LABEL.bold()) / 2.0;
    let x = value.min(room.right - half).max(room.left + half);
    // No grid line runs through the value.
    let ground = Area { left: x - half - 5.0, right: x + half + 5.0, top: y - 45.0, bottom: y - 15.0 };
    canvas.fill(ground, theme::PAGE);
    canvas.text(x, y - 30.0, Anchor::Center, theme::LABEL.bold().colored(color), text);
}

fn line_height(area: Area, lines: usize) -> f64 {
    ((area.bottom - area.top - theme::HEAD - 40.0) / lines.max(1) as f64).min(220.0)
}

fn rates(canvas: &Canvas, area: Area, variants: &[Variant]) {
    theme::head(canvas, area, &[("Buyers", theme::CONVERSION), ("share of visitors", theme::INK)], "");
    let height = line_height(area, variants.len());
    let names = variants.iter().map(|variant| font::width(&variant.name, theme::LABEL)).fold(90.0, f64::max);
    let names = names.min(area.width() * 0.3);
    let plot = Area {
        left: area.left + names + 26.0,
        top: area.top + theme::HEAD,
        right: area.right - 16.0,
        ..area
    };
    let largest = variants.iter().map(|variant| variant.rate().high).fold(f64::MIN_POSITIVE, f64::max);
    let ticks = super::axis::ticks(largest, 4, false);
    let top = ticks.last().copied().unwrap_or(1.0);
    let x = |share: f64| plot.left + plot.width() * share / top;
    let bottom = plot.top + height * variants.len() as f64;
    scale(canvas, plot, bottom, &ticks, &x, &format::percent_tick);
    for (line, variant) in variants.iter().enumerate() {
        let y = plot.top + height * (line as f64 + 0.5) + 10.0;
        let rate = variant.rate();
        let name = font::fit(&variant.name, theme::LABEL, names);
        canvas.text(area.left, y - 13.0, Anchor::Left, theme::LABEL, &name);
        let count = font::fit(&format::compact(variant.visitors), theme::AXIS, names);
        canvas.text(area.left, y + 15.0, Anchor::Left, theme::AXIS, &count);
        let color = if line == 0 { theme::SOFT } else { theme::CONVERSION };
        whisker(
            canvas,
            y,
            [rate.low, rate.value, rate.high].map(x),
            color,
            &format::percent_fine(rate.value),
            plot,
        );
    }
}

fn differences(canvas: &Canvas, area: Area, variants: &[Variant]) {
    let Some((control, others)) = variants.split_first().filter(|(_, others)| !others.is_empty()) else {
        return;
    };
    let head = format!("against {}, in percentage points", control.name);
    theme::head(canvas, area, &[("Difference", theme::CONVERSION), (&head, theme::INK)], "");
    let height = line_height(area, variants.len());
    let plot = Area { left: area.left + 20.0, top: area.top + theme::HEAD, right: area.right - 20.0, ..area };
    let effects: Vec<Estimate> = others.iter().map(|variant| variant.against(control)).collect();
    let widest = effects
        .iter()
        .map(|effect| effect.low.abs().max(effect.high.abs()))
        .fold(f64::MIN_POSITIVE, f64::max);
    let half = super::axis::ticks(widest * 100.0, 2, false);
    let top = half.last().copied().unwrap_or(1.0) / 100.0;
    let ticks: Vec<f64> = half
        .iter()
        .skip(1)
        .rev()
        .map(|tick| -tick / 100.0)
        .chain(half.iter().map(|tick| tick / 100.0))
        .collect();
    let x = |share: f64| plot.center() + plot.width() / 2.0 * share / top;
    let bottom = plot.top + height * variants.len() as f64;
    let write = |share: f64| match share * 100.0 {
        zero if zero.abs() < 1e-9 => "0".to_owned(),
        more if more > 0.0 => format!("+{}", format::number(more)),
        less => format!("–{}", format::number(-less)),
    };
    scale(canvas, plot, bottom, &ticks, &x, &write);
    canvas.line(&[(plot.center(), plot.top), (plot.center(), bottom)], theme::INK, 2);
    for (line, effect) in effects.iter().enumerate() {
        // Beside its rate: the control has the first line.
        let y = plot.top + height * (line as f64 + 1.5) + 10.0;
        let color = if effect.is_sure() { theme::CONVERSION } else { theme::SOFT };
        whisker(
            canvas,
            y,
            [effect.low, effect.value, effect.high].map(x),
            color,
            &format::points(effect.value),
            plot,
        );
    }
}

/// Grid lines down to `bottom`, with their values below, as many as have room.
fn scale(
    canvas: &Canvas,
    plot: Area,
    bottom: f64,
    ticks: &[f64],
    x: &dyn Fn(f64) -> f64,
    write: &dyn Fn(f64) -> String,
) {
    let mut free_from = f64::NEG_INFINITY;
    for tick in ticks {
        let at = x(*tick);
        canvas.line(&[(at, plot.top), (at, bottom)], theme::GRID, 1);
        let label = write(*tick);
        let half = font::width(&label, theme::AXIS) / 2.0;
        if at - half > free_from {
            canvas.text(at, bottom + 22.0, Anchor::Center, theme::AXIS, &label);
            free_from = at + half + 12.0;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn variant(visitors: f64, buyers: f64) -> Variant {
        Variant { name: "b".into(), visitors, buyers }
    }

    fn near(found: Estimate, low: f64, high: f64) -> bool {
        (found.low - low).abs() < 0.0005 && (found.high - high).abs() < 0.0005
    }

    /// Newcombe (1998), table II, example (a): 56/70 against 48/80 by method 10.
    #[test]
    fn intervals_are_those_of_the_literature() {
        let difference = variant(70.0, 56.0).against(&variant(80.0, 48.0));
        assert!(near(difference, 0.0524, 0.3339), "{difference:?}");
        // Newcombe (1998), single proportion: 81/263 by Wilson without continuity correction.
        assert!(near(variant(263.0, 81.0).rate(), 0.2553, 0.3662), "{:?}", variant(263.0, 81.0).rate());
        let none = variant(20.0, 0.0).rate();
        assert!(none.low == 0.0 && near(none, 0.0, 0.1611), "{none:?}");
    }

    #[test]
    fn an_effect_is_claimed_only_where_zero_is_outside() {
        let control = variant(1_000.0, 100.0);
        assert!(!variant(1_000.0, 110.0).against(&control).is_sure());
        assert!(variant(1_000.0, 160.0).against(&control).is_sure());
        assert!(
            title(&[control.clone(), variant(1_000.0, 110.0)])
                .starts_with("No sure effect: b is +1.0 points")
        );
        assert!(
            title(&[control, variant(1_000.0, 160.0)])
                .starts_with("B makes more visitors buy: 16.0% against 10.0%")
        );
    }
}
