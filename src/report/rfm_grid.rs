//! Buyers by how lately and how often they ordered: a field for each pair of scores.

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Scores go from 1 to 5, 5 being best.
const SCORES: usize = 5;

/// Fewer buyers than this make no segments to speak of.
const FEW_BUYERS: f64 = 30.0;

/// What the buyers of a field are and bring.
#[derive(Default, Clone)]
struct Field {
    buyers: f64,
    revenue: f64,
}

/// The fields that make one segment: recency scores, frequency scores, name.
const SEGMENTS: [([usize; 2], [usize; 2], &str); 9] = [
    ([4, 5], [4, 5], "Champions"),
    ([4, 5], [2, 3], "Potential loyalists"),
    ([4, 5], [1, 1], "New customers"),
    ([3, 3], [4, 5], "Loyal"),
    ([3, 3], [2, 3], "Needs attention"),
    ([3, 3], [1, 1], "About to sleep"),
    ([1, 2], [4, 5], "At risk, cannot lose them"),
    ([1, 2], [2, 3], "At risk"),
    ([1, 2], [1, 1], "Hibernating"),
];

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, _: &About) -> Result<Caption> {
    let (recency, frequency) = (rows.counts("r_score")?, rows.counts("f_score")?);
    let (buyers, revenue) = (rows.floats("customers")?, rows.numbers("revenue")?);
    let mut fields = vec![Field::default(); SCORES * SCORES];
    for row in 0..rows.len() {
        let place = place(score(recency[row]), score(frequency[row]));
        fields[place].buyers += buyers[row];
        fields[place].revenue += revenue[row];
    }
    let all = Field {
        buyers: fields.iter().map(|field| field.buyers).sum(),
        revenue: fields.iter().map(|field| field.revenue).sum(),
    };
    let as_of = rows.dates("as_of_date")?.into_iter().max();
    let caption = Caption {
        title: title(&fields, &all),
        subtitle: format!(
            "{} by recency and frequency of their orders{}; large: buyers{}",
            format::plural(all.buyers as i64, "buyer"),
            as_of.map_or_else(String::new, |date| format!(" up to {}", format::day(date))),
            if all.revenue > 0.0 { ", small: their share of revenue" } else { "" }
        ),
        note: "A score is a fifth of the ranking, 5 the best, over all days of the data; buyers who are equal have \
               equal scores, so some stay empty. Bots are left out."
            .to_owned(),
    };
    if all.buyers == 0.0 {
        theme::blank(canvas, &caption, "Nobody has ordered, so there are no buyers to score.");
        return Ok(caption);
    }
    grid(canvas, theme::frame(canvas, &caption), &fields, &all);
    Ok(caption)
}

/// A score that is one.
fn score(score: i64) -> usize {
    score.clamp(1, SCORES as i64) as usize
}

fn place(recency: usize, frequency: usize) -> usize {
    (frequency - 1) * SCORES + recency - 1
}

/// The fields of a segment.
fn of_segment(recency: [usize; 2], frequency: [usize; 2]) -> impl Iterator<Item = usize> {
    (frequency[0]..=frequency[1]).flat_map(move |f| (recency[0]..=recency[1]).map(move |r| place(r, f)))
}

/// How many buyers are at the best and at the worst end; where there are none, the segment that brings most.
fn title(fields: &[Field], all: &Field) -> String {
    if all.buyers == 0.0 {
        return "No buyers in this period".to_owned();
    }
    if all.buyers < FEW_BUYERS {
        return format!("{} so far, too few to compare", format::plural(all.buyers as i64, "buyer"));
    }
    let sums = SEGMENTS.map(|(recency, frequency, name)| {
        let sum = |of: fn(&Field) -> f64| {
            of_segment(recency, frequency).map(|place| of(&fields[place])).sum::<f64>()
        };
        (name, sum(|field| field.buyers), sum(|field| field.revenue))
    });
    let is_recent = |score: usize| (1..=SCORES).any(|frequency| fields[place(score, frequency)].buyers > 0.0);
    if (1..=SCORES).filter(|score| is_recent(*score)).count() == 1 {
        return format!("All {} ordered equally lately", format::plural(all.buyers as i64, "buyer"));
    }
    // The two ends of the grid, which say most; user_segments says what segments bring.
    let buyers_of = |name: &str| sums.iter().find(|sum| sum.0 == name).map_or(0.0, |sum| sum.1) / all.buyers;
    let (best, worst) = (buyers_of("Champions"), buyers_of("Hibernating"));
    if best > 0.0 && worst > 0.0 {
        return format!(
            "{} of buyers order often and lately, {} seldom and long ago",
            format::percent(best),
            format::percent(worst)
        );
    }
    if all.revenue > 0.0 {
        let best = sums.iter().max_by(|a, b| a.2.total_cmp(&b.2).then_with(|| b.0.cmp(a.0)));
        if let Some((name, buyers, revenue)) = best {
            let (buyers, revenue) =
                (format::share(*buyers, all.buyers), format::share(*revenue, all.revenue));
            return format!("{name}: {buyers} of buyers bring {revenue} of revenue");
        }
    }
    let most = sums.iter().max_by(|a, b| a.1.total_cmp(&b.1).then_with(|| b.0.cmp(a.0)));
    most.map_or_else(String::new, |(name, buyers, _)| {
        format!("{name}: {} of buyers", format::share(*buyers, all.buyers))
    })
}

/// The bands of scores that segments are made of, lowest first.
const RECENCY: [[usize; 2]; 3] = [[1, 2], [3, 3], [4, 5]];
const FREQUENCY: [[usize; 2]; 3] = [[4, 5], [2, 3], [1, 1]];

fn grid(canvas: &Canvas, area: Area, fields: &[Field], all: &Field) {
    let side = Area { right: area.left + 190.0, ..area };
    let body = Area { left: side.right, bottom: area.bottom - 34.0, ..area };
    let columns = body.columns(&[2.0, 1.0, 2.0], 18.0);
    // Each band of fields has a line for the names of its segments.
    let name_height = 34.0;
    let field_height = (body.height() - 3.0 * name_height - 2.0 * 10.0) / SCORES as f64;
    let largest = fields.iter().map(|field| field.buyers).fold(f64::MIN_POSITIVE, f64::max);
    let mut top = body.top;
    for frequency in FREQUENCY {
        let bottom = top + name_height + field_height * (frequency[1] - frequency[0] + 1) as f64;
        for (recency, column) in RECENCY.iter().zip(&columns) {
            let found = SEGMENTS.iter().find(|(r, f, _)| r == recency && *f == frequency);
            let name = found.map_or("", |(_, _, name)| name);
            let name = font::fit(name, theme::AXIS.bold(), column.width());
            canvas.text(column.left, top + name_height / 2.0, Anchor::Left, theme::AXIS.bold(), &name);
            let block = Area { top: top + name_height, bottom, ..*column };
            block_of(canvas, block, *recency, frequency, fields, all, largest);
        }
        for score in frequency[0]..=frequency[1] {
            let y = top + name_height + field_height * ((frequency[1] - score) as f64 + 0.5);
            canvas.text(side.right - 20.0, y, Anchor::Right, theme::LABEL.bold(), &score.to_string());
        }
        top = bottom + 10.0;
    }
    canvas.text(side.left, body.top + name_height / 2.0, Anchor::Left, theme::LABEL, "Frequency");
    canvas.text(side.left, area.bottom - 14.0, Anchor::Left, theme::LABEL, "Recency");
    for (recency, column) in RECENCY.iter().zip(&columns) {
        let step = column.width() / (recency[1] - recency[0] + 1) as f64;
        for (position, score) in (recency[0]..=recency[1]).enumerate() {
            let x = column.left + step * (position as f64 + 0.5);
            canvas.text(x, area.bottom - 14.0, Anchor::Center, theme::LABEL.bold(), &score.to_string());
        }
    }
}

/// The fields of one segment, the better frequency above.
fn block_of(
    canvas: &Canvas,
    area: Area,
    recency: [usize; 2],
    frequency: [usize; 2],
    fields: &[Field],
    all: &Field,
    largest: f64,
) {
    let across = (recency[1] - recency[0] + 1) as f64;
    let down = (frequency[1] - frequency[0] + 1) as f64;
    let (width, height) = (area.width() / across, area.height() / down);
    for (row, f) in (frequency[0]..=frequency[1]).rev().enumerate() {
        for (column, r) in (recency[0]..=recency[1]).enumerate() {
            let left = area.left + width * column as f64;
            let top = area.top + height * row as f64;
            let cell = Area { left, top, right: left + width, bottom: top + height }.inset(1.5);
            let field = &fields[place(r, f)];
            if field.buyers == 0.0 {
                canvas.fill(cell, theme::VOID);
                continue;
            }
            let ground = theme::tint(theme::PEOPLE, 0.12 + 0.88 * field.buyers / largest);
            canvas.fill(cell, ground);
            let ink = theme::on(ground);
            let buyers = format::compact(field.buyers);
            let share =
                if all.revenue > 0.0 { format::share(field.revenue, all.revenue) } else { String::new() };
            let (large, small) = (theme::PANEL.colored(ink), theme::AXIS.colored(ink));
            let both = font::width(&buyers, large) + 14.0 + font::width(&share, small);
            // One above the other where there is room, else side by side, else the buyers alone.
            if share.is_empty() || (cell.height() < 70.0 && both > cell.width() - 16.0) {
                canvas.text(cell.center(), cell.middle(), Anchor::Center, large, &buyers);
            } else if cell.height() >= 70.0 {
                canvas.text(cell.center(), cell.middle() - 15.0, Anchor::Center, large, &buyers);
                canvas.text(cell.center(), cell.middle() + 16.0, Anchor::Center, small, &share);
            } else {
                let x = cell.center() - both / 2.0;
                canvas.text(x, cell.middle(), Anchor::Left, large, &buyers);
                canvas.text(x + both, cell.middle(), Anchor::Right, small, &share);
            }
        }
    }
}
