//! What orders are worth: how many there are of each size.

use super::About;
use super::axis;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::columns::{Column, Columns};
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Columns that are aimed at.
const COLUMNS: usize = 30;

/// The rarest largest orders share one column.
const SHOWN: f64 = 0.97;

/// Fewer orders than this say nothing of the dearest tenth.
const FEW_ORDERS: f64 = 30.0;

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (values, orders) = (rows.numbers("revenue")?, rows.floats("orders")?);
    let all: f64 = orders.iter().sum();
    let revenue: f64 = values.iter().zip(&orders).map(|(value, orders)| value * orders).sum();
    let caption = Caption {
        title: title(&values, &orders, about),
        subtitle: match revenue {
            0.0 => about.period.text(),
            _ => format!(
                "{} with a price by their value, {}",
                format::plural(all as i64, "order"),
                about.period.text()
            ),
        },
        note: "Value = revenue of an order, before refunds, without tax and shipping. Median = half of the orders are \
               worth less. Bots are left out."
            .to_owned(),
    };
    if revenue == 0.0 {
        let why = if all > 0.0 {
            "The orders have no prices."
        } else {
            "Nobody ordered in this period, or the orders have no prices."
        };
        theme::blank(canvas, &caption, why);
        return Ok(caption);
    }
    histogram(canvas, theme::frame(canvas, &caption), &values, &orders, about);
    Ok(caption)
}

/// The value that so large a share of the orders does not pass; values come in order.
fn quantile(values: &[f64], orders: &[f64], share: f64) -> f64 {
    let all: f64 = orders.iter().sum();
    let mut sum = 0.0;
    for (value, orders) in values.iter().zip(orders) {
        sum += orders;
        if sum >= share * all {
            return *value;
        }
    }
    0.0
}

fn title(values: &[f64], orders: &[f64], about: &About) -> String {
    let all: f64 = orders.iter().sum();
    let revenue: f64 = values.iter().zip(orders).map(|(value, orders)| value * orders).sum();
    if revenue == 0.0 {
        return "No orders with a price in this period".to_owned();
    }
    let median = about.money.compact(quantile(values, orders, 0.5));
    if all < FEW_ORDERS {
        return format!("Half of the orders are worth {median} or less");
    }
    let mut left = all * 0.1;
    let mut dearest = 0.0;
    for (value, orders) in values.iter().zip(orders).rev() {
        let taken = orders.min(left);
        dearest += taken * value;
        left -= taken;
    }
    format!(
        "The dearest tenth of orders brings {} of revenue; the median is {median}",
        format::share(dearest, revenue)
    )
}

fn histogram(canvas: &Canvas, area: Area, values: &[f64], orders: &[f64], about: &About) {
    let all: f64 = orders.iter().sum();
    let revenue: f64 = values.iter().zip(orders).map(|(value, orders)| value * orders).sum();
    let shown = quantile(values, orders, SHOWN);
    let ticks = axis::ticks(shown, COLUMNS, false);
    let width = ticks.get(1).copied().unwrap_or(1.0);
    // One more than the ticks' spaces: whatever is larger.
    let count = (ticks.len() - 1).max(1);
    let mut sums = vec![0.0; count + 1];
    for (value, orders) in values.iter().zip(orders) {
        let place = ((value / width).floor().max(0.0) as usize).min(count);
        sums[place] += orders;
    }
    let has_rest = sums[count] > 0.0;
    if !has_rest {
        sums.pop();
    }
    let median = quantile(values, orders, 0.5);
    let median_place = ((median / width).floor() as usize).min(count);
    // A column is named by the value it begins with, where that is a round number of columns.
    let every =
        axis::ticks(shown, 6, false).get(1).map_or(1, |step| (step / width).round().max(1.0) as usize);
    let name = |place: usize| match place {
        rest if has_rest && rest == count => format!("≥ {}", about.money.tick(width * count as f64)),
        // One close to the last would stand in its name.
        near if near % every == 0 && (!has_rest || near + 2 < count) => about.money.tick(width * near as f64),
        _ => String::new(),
    };
    let columns = sums.iter().enumerate().map(|(place, orders)| Column {
        name: name(place),
        value: Some(*orders),
        is_strong: place == median_place,
    });
    let panel = Columns {
        head: vec![("Orders", theme::ORDER_VALUE), ("by value; full colour: the median’s", theme::INK)],
        figure: format!(
            "median {}, mean {}",
            about.money.compact(median),
            about.money.compact(revenue / all)
        ),
        columns: columns.collect(),
        write: &|value| format::tick(value),
        has_values: false,
        is_range: true,
        nothing: "no orders in this period",
    };
    let (plot, step) = panel.draw(canvas, area);
    // Where the mean lies, if it lies within what is shown.
    let mean = revenue / all / width;
    if mean < count as f64 && step > 0.0 {
        let x = plot.left + step * mean;
        canvas.line(&[(x, plot.top), (x, plot.bottom)], theme::INK, 2);
        let right = font::width("mean", theme::LABEL) + 12.0 + x < plot.right;
        let (shift, anchor) = if right { (10.0, Anchor::Left) } else { (-10.0, Anchor::Right) };
        canvas.text(x + shift, plot.top + 14.0, anchor, theme::LABEL, "mean");
    }
}
