//! What became of every row received: kept, repeated, or in quarantine and why.

use std::collections::BTreeMap;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Reasons that have room; rarer ones are drawn as one.
const MOST_REASONS: usize = 7;

/// What became of the rows of one kind.
#[derive(Default)]
struct Fate {
    received: f64,
    kept: f64,
    duplicates: f64,
    quarantined: f64,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, _: &About) -> Result<Caption> {
    let (kinds, fates, reasons) = (rows.texts("kind")?, rows.texts("fate")?, rows.texts("reasons")?);
    let counts = rows.floats("rows")?;
    let mut by_kind: BTreeMap<&str, Fate> = BTreeMap::new();
    let mut by_reason: Vec<(String, &str, f64)> = Vec::new();
    for row in 0..rows.len() {
        let fate = by_kind.entry(&kinds[row]).or_default();
        match fates[row].as_str() {
            "received" => fate.received += counts[row],
            "kept" => fate.kept += counts[row],
            "duplicate" => fate.duplicates += counts[row],
            _ => {
                fate.quarantined += counts[row];
                by_reason.push((reasons[row].clone(), &kinds[row], counts[row]));
            }
        }
    }
    by_kind.retain(|_, fate| fate.received + fate.kept > 0.0);
    by_reason.sort_by(|a, b| b.2.total_cmp(&a.2).then_with(|| a.0.cmp(&b.0)));
    let sum = |of: fn(&Fate) -> f64| by_kind.values().map(of).sum::<f64>();
    let (received, quarantined) = (sum(|fate| fate.received), sum(|fate| fate.quarantined));
    let caption = Caption {
        title: title(received, sum(|fate| fate.duplicates), quarantined, by_reason.first()),
        subtitle: format!("What became of {}, over all days of the data", format::plural(received as i64, "row")),
        note: "Kept: one row in silver. Repeated: copies of a kept row, or older versions of it. In quarantine: kept \
               with file, line and reasons in silver.quarantine. The parts add up to what was received."
            .to_owned(),
    };
    if received == 0.0 {
        theme::blank(canvas, &caption, "No row has been received yet.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    if by_reason.is_empty() {
        bars(canvas, body, &by_kind);
    } else {
        let parts = body.columns(&[1.0, 1.2], theme::GUTTER);
        bars(canvas, parts[0], &by_kind);
        table(canvas, parts[1], by_reason, quarantined);
    }
    Ok(caption)
}

/// The largest loss, or that there is none.
fn title(received: f64, duplicates: f64, quarantined: f64, reason: Option<&(String, &str, f64)>) -> String {
    if received == 0.0 {
        return "No rows were received".to_owned();
    }
    match (quarantined, reason) {
        (0.0, _) if duplicates == 0.0 => {
            format!("All {} rows received are kept", format::count(received))
        }
        (0.0, _) => format!("No row is in quarantine; {} repeat others", format::share(duplicates, received)),
        (some, Some((reason, _, rows))) => format!(
            "{} of rows are in quarantine, {} for {}",
            format::share(some, received),
            if *rows == some { "all".to_owned() } else { format!("{} of them", format::share(*rows, some)) },
            // What follows a colon are the particulars of one row.
            reason.split(':').next().unwrap_or(reason).replace('_', " ")
        ),
        (some, None) => format!("{} of rows are in quarantine", format::share(some, received)),
    }
}

/// A bar for each kind of rows, as long as all that were received, and its parts in words.
fn bars(canvas: &Canvas, area: Area, by_kind: &BTreeMap<&str, Fate>) {
    let height = (area.height() / by_kind.len().max(1) as f64).min(190.0);
    type Part = (&'static str, theme::Color, fn(&Fate) -> f64);
    let parts: [Part; 3] = [
        ("kept", theme::SESSIONS, |fate| fate.kept),
        ("repeated", theme::BACK, |fate| fate.duplicates),
        ("in quarantine", theme::ABANDONED, |fate| fate.quarantined),
    ];
    for (place, (kind, fate)) in by_kind.iter().enumerate() {
        let top = area.top + height * place as f64;
        canvas.text(area.left, top + 18.0, Anchor::Left, theme::PANEL, &format::capitalized(kind));
        let received = format!("{} received", format::count(fate.received));
        canvas.text(area.right, top + 18.0, Anchor::Right, theme::LABEL, &received);
        let track = Area { top: top + 42.0, bottom: top + (height * 0.55).min(92.0), ..area };
        canvas.fill(track, theme::VOID);
        let whole = parts.iter().map(|(.., of)| of(fate)).sum::<f64>().max(1.0);
        let mut left = track.left;
        let mut word_left = area.left;
        for (word, color, of) in parts {
            let rows = of(fate);
            if rows == 0.0 {
                continue;
            }
            // What is there is seen, however little.
            let right = (left + (track.width() * rows / whole).max(2.0)).min(track.right);
            canvas.fill(Area { left, right, ..track }, color);
            left = right;
            let text = format!("{} {word}", format::share(rows, whole));
            let kind = theme::AXIS.bold().colored(color);
            let text = font::fit(&text, kind, (area.right - word_left).max(0.0));
            canvas.text(word_left, track.bottom + 22.0, Anchor::Left, kind, &text);
            word_left += font::width(&text, kind) + 22.0;
        }
    }
}

fn table(canvas: &Canvas, area: Area, mut reasons: Vec<(String, &str, f64)>, all: f64) {
    let rest = if reasons.len() > MOST_REASONS { reasons.split_off(MOST_REASONS - 1) } else { Vec::new() };
    let mut lines: Vec<Line> = reasons
        .iter()
        .map(|(reason, kind, _)| Line { detail: (*kind).to_owned(), ..Line::new(reason.replace('_', " ")) })
        .collect();
    let mut values: Vec<f64> = reasons.iter().map(|(.., rows)| *rows).collect();
    if !rest.is_empty() {
        lines.push(Line::rest(rest.len(), "reasons"));
        values.push(rest.iter().map(|(.., rows)| *rows).sum());
    }
    let cell = |rows: &f64| Cell::bar(*rows, format::compact(*rows)).with_detail(format::share(*rows, all));
    let column = Column {
        head: vec![("In quarantine", theme::ABANDONED), ("by reason", theme::INK)],
        share: 0.5,
        cells: values.iter().map(cell).collect(),
    };
    ranking::draw(canvas, area, &lines, 0.5, &[column]);
}
