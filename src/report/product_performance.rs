//! The best products: what they earn, how often they are seen, how often seeing becomes buying.

use super::About;
use super::canvas::{Anchor, Area, BAR_GAP, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, VALUE_ROOM};
use super::{font, format};
use crate::error::Result;

/// One product of the best.
struct Product {
    name: String,
    category: String,
    amount: f64,
    views: f64,
    viewing_sessions: f64,
    buying_sessions: f64,
}

/// Fewer viewing sessions than this say nothing of how many of them buy.
const FEW_SESSIONS: f64 = 30.0;

/// What the products are ranked by: the first of revenue, units and views that the data has.
struct Measure {
    column: &'static str,
    head: &'static str,
    color: theme::Color,
    total: f64,
}

impl Measure {
    /// Something was bought, so that there is a conversion to show.
    fn has_sales(&self) -> bool {
        self.column != "views"
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let first = |values: Vec<f64>| values.first().copied().unwrap_or(0.0);
    let floats = |name: &str| -> Result<Vec<f64>> {
        Ok(rows.counts(name)?.into_iter().map(|value| value as f64).collect())
    };
    let (revenue, units) = (first(rows.numbers("all_revenue")?), first(floats("all_units")?));
    let measure = if revenue > 0.0 {
        Measure { column: "revenue", head: "Revenue", color: theme::REVENUE, total: revenue }
    } else if units > 0.0 {
        Measure { column: "units", head: "Units sold", color: theme::REVENUE, total: units }
    } else {
        Measure { column: "views", head: "Views", color: theme::SESSIONS, total: first(floats("all_views")?) }
    };
    let amounts =
        if measure.column == "revenue" { rows.numbers("revenue")? } else { floats(measure.column)? };
    let (names, categories) = (rows.texts("product_name")?, rows.texts("category")?);
    let (views, viewing, buying) =
        (floats("views")?, floats("viewing_sessions")?, floats("buying_sessions")?);
    let products: Vec<Product> = (0..rows.len())
        .filter(|row| amounts[*row] > 0.0)
        .map(|row| Product {
            name: names[row].clone(),
            category: categories[row].clone(),
            amount: amounts[row],
            views: views[row],
            viewing_sessions: viewing[row],
            buying_sessions: buying[row],
        })
        .collect();
    let all_products = rows.counts("all_products")?.first().copied().unwrap_or(0);
    let caption = caption(&products, &measure, all_products, about);
    if products.is_empty() {
        theme::blank(canvas, &caption, "No product was seen or bought in this period.");
        return Ok(caption);
    }
    table(canvas, theme::frame(canvas, &caption), &products, &measure, about);
    Ok(caption)
}

fn caption(products: &[Product], measure: &Measure, all_products: i64, about: &About) -> Caption {
    let shown: f64 = products.iter().map(|product| product.amount).sum();
    let word = measure.head.to_lowercase();
    let title = match products {
        [] => "No products in this period".to_owned(),
        [only] => format!("{} brings {} of {word}", only.name, format::share(only.amount, measure.total)),
        _ => format!(
            "The {} best of {} bring {} of {word}",
            products.len(),
            format::plural(all_products, "product"),
            format::share(shown, measure.total)
        ),
    };
    let unknown = products.iter().any(|product| conversion(product).is_none());
    Caption {
        title,
        subtitle: if measure.has_sales() {
            format!(
                "Products by {word}, with their views and the share of viewing sessions that buy, {}",
                about.period.text()
            )
        } else {
            format!("Products by {word}, {}; nothing was bought", about.period.text())
        },
        note: if measure.has_sales() {
            format!(
                "Revenue before refunds, without tax and shipping. Conversion = sessions that buy the product / \
             sessions that view it, day by day.{} Bots are left out.",
                if unknown { " A dash: viewed in fewer than 30, or in fewer than bought it." } else { "" }
            )
        } else {
            "Bots are left out.".to_owned()
        },
    }
}

/// Sessions that buy over sessions that view; nothing of few, or where buying does without viewing.
fn conversion(product: &Product) -> Option<f64> {
    let enough = product.viewing_sessions >= FEW_SESSIONS;
    format::ratio(product.buying_sessions, product.viewing_sessions).filter(|ratio| enough && *ratio <= 1.0)
}

/// In full while it has room.
fn views_text(views: f64) -> String {
    if views < 999_999.5 { format::count(views) } else { format::compact(views) }
}

/// A line for each product: name, bar, views, conversion.
fn table(canvas: &Canvas, area: Area, products: &[Product], measure: &Measure, about: &About) {
    let shares = if measure.has_sales() { [0.37, 0.33, 0.09, 0.21] } else { [0.37, 0.63, 0.0, 0.0] };
    let parts = area.columns(&shares, 40.0);
    let (names, bars, views, rates) = (parts[0], parts[1], parts[2], parts[3]);
    let top = area.top + 52.0;
    let height = ((area.bottom - top) / products.len() as f64).min(70.0);
    let thick = height * 0.66;
    let y = area.top + 18.0;
    canvas.text(bars.left, y, Anchor::Left, theme::PANEL.colored(measure.color), measure.head);
    if measure.has_sales() {
        canvas.text(views.right, y, Anchor::Right, theme::PANEL.colored(theme::SESSIONS), "Views");
        canvas.text(rates.left, y, Anchor::Left, theme::PANEL.colored(theme::CONVERSION), "Conversion");
    }

    let amount = |product: &Product| match measure.column {
        "revenue" => about.money.compact(product.amount),
        _ => format::compact(product.amount),
    };
    let largest = products.iter().map(|product| product.amount).fold(f64::MIN_POSITIVE, f64::max);
    let beside =
        products.iter().map(|product| font::width(&amount(product), theme::LABEL.bold())).fold(0.0, f64::max);
    let best_rate = products.iter().filter_map(conversion).fold(f64::MIN_POSITIVE, f64::max);
    for (position, product) in products.iter().enumerate() {
        let middle = top + height * (position as f64 + 0.5);
        if position > 0 {
            let line = middle - height / 2.0;
            canvas.line(&[(area.left, line), (area.right, line)], theme::GRID, 1);
        }
        // The category yields to the name, but keeps a third of the line.
        let known = product.category != "(unknown)";
        let category = if known { product.category.as_str() } else { "" };
        let kept = (font::width(category, theme::AXIS) + 12.0).min(names.width() * 0.34);
        let name = font::fit(&product.name, theme::LABEL, names.width() - kept);
        canvas.text(names.left, middle, Anchor::Left, theme::LABEL, &name);
        let used = font::width(&name, theme::LABEL) + 12.0;
        let category = font::fit(category, theme::AXIS, names.width() - used);
        canvas.text(names.left + used, middle, Anchor::Left, theme::AXIS, &category);
        let length = (bars.width() - beside - BAR_GAP) * product.amount / largest;
        canvas.bar(bars.left, middle, (length, thick), measure.color, &amount(product));
        if !measure.has_sales() {
            continue;
        }
        canvas.text(views.right, middle, Anchor::Right, theme::LABEL, &views_text(product.views));
        let Some(rate) = conversion(product) else {
            canvas.text(rates.left + BAR_GAP, middle, Anchor::Left, theme::LABEL.colored(theme::SOFT), "–");
            continue;
        };
        let length = (rates.width() - VALUE_ROOM) * rate / best_rate;
        canvas.bar(rates.left, middle, (length, thick), theme::CONVERSION, &format::percent(rate));
    }
    let bottom = top + height * products.len() as f64;
    canvas.line(&[(bars.left, top), (bars.left, bottom)], theme::SOFT, 2);
    if measure.has_sales() {
        canvas.line(&[(rates.left, top), (rates.left, bottom)], theme::SOFT, 2);
    }
}
