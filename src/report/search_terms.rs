//! What visitors search for, and how often a session that searched for it buys.

use super::About;
use super::canvas::Canvas;
use super::column::Rows;
use super::format;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use crate::error::Result;

/// Fewer orders than this on either side are too few to hold two rates against each other.
const FEW_ORDERS: f64 = 30.0;

/// Fewer sessions than this say nothing of how many of them order.
const FEW_SESSIONS: f64 = 30.0;

/// Sessions of one kind, and those of them that order.
#[derive(Clone, Copy)]
struct Visits {
    sessions: f64,
    converted: f64,
}

impl Visits {
    fn rate(self) -> Option<f64> {
        format::ratio(self.converted, self.sessions)
    }

    /// The variance of the rate.
    fn variance(self) -> f64 {
        self.rate().map_or(0.0, |rate| rate * (1.0 - rate) / self.sessions)
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let first = |name: &str| -> Result<f64> { Ok(rows.floats(name)?.first().copied().unwrap_or(0.0)) };
    let (all, converted) = (first("all_sessions")?, first("all_converted")?);
    let searching =
        Visits { sessions: first("searching_sessions")?, converted: first("searching_converted")? };
    let others = Visits { sessions: all - searching.sessions, converted: converted - searching.converted };
    let (terms, searches) = (rows.texts("term")?, rows.floats("searches")?);
    let caption = Caption {
        title: title(searching, others, all),
        subtitle: match rows.len() {
            0 => about.period.text(),
            some => format!(
                "{} of {} for {}, {}",
                if some > 1 { format!("The {some} commonest") } else { "All".to_owned() },
                format::plural(first("all_searches")? as i64, "search"),
                format::plural(first("all_terms")? as i64, "term"),
                about.period.text()
            ),
        },
        note: "Terms in small letters. Conversion = sessions that search for the term and order / sessions that \
               search for it, a dash: of fewer than 30; what they order may be something else. Bots are left out."
            .to_owned(),
    };
    if rows.is_empty() {
        theme::blank(canvas, &caption, "Nobody searched in this period, or the source does not record it.");
        return Ok(caption);
    }
    let (sessions, bought) = (rows.floats("sessions")?, rows.floats("converted_sessions")?);
    let lines: Vec<Line> = terms.iter().map(Line::new).collect();
    let cells = |cell: &dyn Fn(usize) -> Cell| (0..rows.len()).map(cell).collect::<Vec<_>>();
    let columns = [
        Column {
            head: vec![("Searches", theme::SESSIONS)],
            share: 0.34,
            cells: cells(&|row| Cell::bar(searches[row], format::compact(searches[row]))),
        },
        Column {
            head: vec![("Sessions", theme::SESSIONS)],
            share: 0.11,
            cells: cells(&|row| Cell::Text(format::compact(sessions[row]))),
        },
        Column {
            head: vec![("Conversion", theme::CONVERSION)],
            share: 0.26,
            cells: cells(&|row| match format::ratio(bought[row], sessions[row]) {
                Some(rate) if sessions[row] >= FEW_SESSIONS => Cell::bar(rate, format::percent(rate)),
                _ => Cell::None,
            }),
        },
    ];
    ranking::draw(canvas, theme::frame(canvas, &caption), &lines, 0.29, &columns);
    Ok(caption)
}

/// Whether those who search buy more, where chance alone would hardly make the difference.
fn title(searching: Visits, others: Visits, all: f64) -> String {
    if searching.sessions == 0.0 {
        return "No searches in this period".to_owned();
    }
    let share = format::share(searching.sessions, all);
    let enough = searching.converted >= FEW_ORDERS && others.converted >= FEW_ORDERS;
    let Some((own, other)) = searching.rate().zip(others.rate()).filter(|_| enough) else {
        return format!("{share} of sessions search");
    };
    let error = (searching.variance() + others.variance()).sqrt();
    let (own_text, other_text) = (format::percent(own), format::percent(other));
    if (own - other).abs() < 2.0 * error || own_text == other_text {
        return format!("{share} of sessions search; they order about as often as the others");
    }
    format!("{share} of sessions search; {own_text} of them order, {other_text} of the others")
}
