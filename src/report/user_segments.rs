//! The RFM segments: their share of the buyers beside their share of the revenue.

use super::About;
use super::canvas::{Anchor, Area, BAR_GAP, Canvas};
use super::column::Rows;
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Fewer buyers than this make no segments to speak of.
const FEW_BUYERS: f64 = 30.0;

/// Segments that have room; smaller ones are drawn as one.
const MOST: usize = 11;

/// The segment of people without an order.
const NO_PURCHASE: &str = "No purchase";

/// One segment of buyers.
struct Segment {
    name: String,
    buyers: f64,
    revenue: f64,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let names = rows.texts("rfm_segment")?;
    let (customers, revenue) = (rows.counts("customers")?, rows.numbers("revenue")?);
    let mut segments = Vec::new();
    let mut without_order = 0;
    for row in 0..rows.len() {
        if names[row] == NO_PURCHASE {
            without_order += customers[row];
        } else {
            let (buyers, revenue) = (customers[row] as f64, revenue[row]);
            segments.push(Segment { name: names[row].clone(), buyers, revenue });
        }
    }
    let all = Segment {
        name: "All buyers".to_owned(),
        buyers: segments.iter().map(|segment| segment.buyers).sum(),
        revenue: segments.iter().map(|segment| segment.revenue).sum(),
    };
    let as_of = rows.dates("as_of_date")?.into_iter().max();
    let caption = Caption {
        title: title(&segments, &all),
        subtitle: format!(
            "Share of {}{} by current RFM segment{}",
            format::plural(all.buyers as i64, "buyer"),
            if all.revenue > 0.0 {
                format!(" and of {} of revenue", about.money.compact(all.revenue))
            } else {
                String::new()
            },
            as_of.map_or_else(String::new, |date| format!(", {}", format::day(date))),
        ),
        note: format!(
            "Segments rank customers by recency, number and net revenue of their orders up to that day, so past \
             revenue helps to choose them. Left out: {}bots.",
            match without_order {
                0 => String::new(),
                some => format!("{} without an order, ", format::plural(some, "customer")),
            }
        ),
    };
    if all.buyers == 0.0 {
        theme::blank(
            canvas,
            &caption,
            "Nobody has ordered in this period, so there are no segments of buyers.",
        );
        return Ok(caption);
    }
    bars(canvas, theme::frame(canvas, &caption), &folded(segments), &all, about);
    Ok(caption)
}

/// The segment that stands out: most revenue where there is some, else most buyers.
fn title(segments: &[Segment], all: &Segment) -> String {
    if all.buyers > 0.0 && all.buyers < FEW_BUYERS {
        return format!(
            "{} so far, too few to tell segments apart",
            format::plural(all.buyers as i64, "buyer")
        );
    }
    let by = |value: fn(&Segment) -> f64| segments.iter().max_by(|a, b| value(a).total_cmp(&value(b)));
    if let Some(best) = by(|segment| segment.revenue).filter(|best| best.revenue > 0.0) {
        return format!(
            "{}: {} of buyers, {} of revenue",
            best.name,
            format::share(best.buyers, all.buyers),
            format::share(best.revenue, all.revenue)
        );
    }
    match by(|segment| segment.buyers) {
        Some(largest) if all.buyers > 0.0 => {
            format!("{}: {} of buyers", largest.name, format::share(largest.buyers, all.buyers))
        }
        _ => "No buyers in this period".to_owned(),
    }
}

/// At most [`MOST`] segments, the smallest ones as one.
fn folded(mut segments: Vec<Segment>) -> Vec<Segment> {
    if segments.len() > MOST {
        let rest = segments.split_off(MOST - 1);
        segments.push(Segment {
            name: format!("{} smaller segments", rest.len()),
            buyers: rest.iter().map(|segment| segment.buyers).sum(),
            revenue: rest.iter().map(|segment| segment.revenue).sum(),
        });
    }
    segments
}

/// Two bars for each segment, on one scale, so that they can be compared.
fn bars(canvas: &Canvas, area: Area, segments: &[Segment], all: &Segment, about: &About) {
    let has_money = all.revenue > 0.0;
    let longest = segments.iter().map(|segment| font::width(&segment.name, theme::LABEL)).fold(0.0, f64::max);
    let left = area.left + longest.min(area.width() * 0.26) + 22.0;
    let plots = Area { left, ..area }.columns(if has_money { &[1.0, 1.0] } else { &[1.0] }, 40.0);
    let largest = segments
        .iter()
        .map(|segment| {
            (segment.buyers / all.buyers).max(segment.revenue / all.revenue.max(f64::MIN_POSITIVE))
        })
        .fold(0.0, f64::max);
    let height = ((area.height() - 56.0) / segments.len() as f64).min(120.0);
    let thick = (height * 0.68).min(60.0);
    let heads = [("Share of buyers", theme::PEOPLE), ("Share of revenue", theme::REVENUE)];
    for (column, (plot, (head, color))) in plots.iter().zip(heads).enumerate() {
        canvas.text(plot.left, plot.top + 18.0, Anchor::Left, theme::PANEL.colored(color), head);
        let of = |segment: &Segment| match column {
            0 => (segment.buyers / all.buyers, format::count(segment.buyers)),
            _ => (segment.revenue / all.revenue, about.money.compact(segment.revenue)),
        };
        let beside = segments
            .iter()
            .map(|segment| {
                let (share, amount) = of(segment);
                font::width(&format::percent(share), theme::LABEL.bold())
                    + font::width(&amount, theme::AXIS)
                    + 3.0 * BAR_GAP
            })
            .fold(0.0, f64::max);
        for (position, segment) in segments.iter().enumerate() {
            let middle = plot.top + 56.0 + height * (position as f64 + 0.5);
            let (share, amount) = of(segment);
            let length = (plot.width() - beside) * share / largest;
            let percent = format::percent(share);
            canvas.bar(plot.left, middle, (length, thick), color, &percent);
            let x = plot.left + length + 2.0 * BAR_GAP + font::width(&percent, theme::LABEL.bold());
            canvas.text(x, middle, Anchor::Left, theme::AXIS, &amount);
            if column == 0 {
                let name = font::fit(&segment.name, theme::LABEL, left - area.left - 22.0);
                canvas.text(left - 22.0, middle, Anchor::Right, theme::LABEL, &name);
            }
        }
        let bottom = plot.top + 56.0 + height * segments.len() as f64;
        canvas.line(&[(plot.left, plot.top + 50.0), (plot.left, bottom)], theme::SOFT, 2);
    }
}
