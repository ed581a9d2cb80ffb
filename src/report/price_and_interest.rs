//! What products cost and how often they are looked at: every product a dot,
//! and beside it what each fifth of the prices draws and earns.

use super::About;
use super::axis;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use super::{font, format};
use crate::error::Result;

/// Dots that can still be told apart.
const MOST_DOTS: usize = 2_000;

/// Groups of products by price.
const BANDS: usize = 5;

/// Fewer products than this make no groups.
const FEW_PRODUCTS: usize = 10;

/// A product: its price, its views, what it sold.
#[derive(Clone, Copy)]
struct Product {
    price: f64,
    views: f64,
    units: f64,
    revenue: f64,
}

/// The products of neighbouring prices.
struct Band {
    from: f64,
    to: f64,
    views: f64,
    revenue: f64,
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let (prices, views) = (rows.numbers("price")?, rows.floats("views")?);
    let (units, revenue) = (rows.floats("units")?, rows.numbers("revenue")?);
    let products: Vec<Product> = (0..rows.len())
        .map(|row| Product {
            price: prices[row],
            views: views[row],
            units: units[row],
            revenue: revenue[row],
        })
        .collect();
    let bands = bands(&products);
    let seen: Vec<Product> = products.iter().copied().filter(|product| product.views > 0.0).collect();
    // By views they come in order, so every so many of them is a fair sample.
    let every = seen.len().div_ceil(MOST_DOTS).max(1);
    let caption = Caption {
        title: title(&bands, &products),
        subtitle: match seen.len() {
            0 => about.period.text(),
            some => {
                format!(
                    "Price and views of {}, {}",
                    format::plural(some as i64, "product"),
                    about.period.text()
                )
            }
        },
        note: format!(
            "Price = the catalogue's now, else the highest seen. On both scales the same step is the same factor. \
             Fifths hold as many products each.{} Bots are left out.",
            if every > 1 { format!(" One product in {every} is drawn.") } else { String::new() }
        ),
    };
    if seen.is_empty() {
        theme::blank(canvas, &caption, "No product with a price was seen in this period.");
        return Ok(caption);
    }
    let body = theme::frame(canvas, &caption);
    let dots: Vec<Product> = seen.into_iter().step_by(every).collect();
    if bands.is_empty() {
        scatter(canvas, body, &dots, about);
        return Ok(caption);
    }
    let parts = body.columns(&[1.25, 1.0], theme::GUTTER);
    scatter(canvas, parts[0], &dots, about);
    table(canvas, parts[1], &bands, about);
    Ok(caption)
}

/// Fifths of the products by price, the dearest first; products of one price stay together.
fn bands(products: &[Product]) -> Vec<Band> {
    let mut sorted = products.to_vec();
    sorted.sort_by(|a, b| b.price.total_cmp(&a.price));
    if sorted.len() < FEW_PRODUCTS {
        return Vec::new();
    }
    let mut bands: Vec<Band> = Vec::new();
    let mut begun = 0;
    for band in 1..=BANDS {
        let mut end = sorted.len() * band / BANDS;
        while end > 0 && end < sorted.len() && sorted[end].price == sorted[end - 1].price {
            end += 1;
        }
        let Some(part) = sorted.get(begun..end).filter(|part| !part.is_empty()) else { continue };
        bands.push(Band {
            from: part[part.len() - 1].price,
            to: part[0].price,
            views: part.iter().map(|product| product.views).sum(),
            revenue: part.iter().map(|product| product.revenue).sum(),
        });
        begun = end;
    }
    if bands.len() < 2 { Vec::new() } else { bands }
}

fn title(bands: &[Band], products: &[Product]) -> String {
    let views: f64 = products.iter().map(|product| product.views).sum();
    let revenue: f64 = products.iter().map(|product| product.revenue).sum();
    if views == 0.0 {
        return "No product with a price in this period".to_owned();
    }
    let Some(dearest) = bands.first().filter(|_| bands.len() == BANDS) else {
        return format!(
            "{} got {}",
            format::plural(products.len() as i64, "product"),
            format::plural(views as i64, "view")
        );
    };
    let seen = format::share(dearest.views, views);
    match format::ratio(dearest.revenue, revenue) {
        Some(share) => format!(
            "The dearest fifth of products gets {seen} of views and {} of revenue",
            format::percent(share)
        ),
        None => format!("The dearest fifth of products gets {seen} of views"),
    }
}

/// A scale that grows tenfold in equal steps.
struct Decades {
    from: f64,
    to: f64,
}

impl Decades {
    /// The scale that holds the values and a little more, at least one tenfold of them.
    fn new(values: impl Iterator<Item = f64> + Clone) -> Self {
        let smallest = values.clone().fold(f64::INFINITY, f64::min).log10();
        let largest = values.fold(0.0, f64::max).log10();
        let spare = ((largest - smallest) * 0.04).max((1.0 - (largest - smallest)) / 2.0);
        Self { from: smallest - spare, to: largest + spare }
    }

    /// Where a value lies, from 0 to 1.
    fn at(&self, value: f64) -> f64 {
        (value.log10() - self.from) / (self.to - self.from)
    }

    /// 1, 2 and 5 of each power of ten; of a long scale the powers alone.
    fn ticks(&self) -> Vec<f64> {
        let factors: &[f64] = if self.to - self.from > 2.5 { &[1.0] } else { &[1.0, 2.0, 5.0] };
        let powers = self.from.floor() as i32..=self.to.ceil() as i32;
        let ticks = powers.flat_map(|power| factors.iter().map(move |factor| factor * 10_f64.powi(power)));
        ticks.filter(|tick| (0.0..=1.0).contains(&self.at(*tick))).collect()
    }
}

fn scatter(canvas: &Canvas, area: Area, products: &[Product], about: &About) {
    theme::head(canvas, area, &[("Views", theme::SESSIONS), ("by price; green: sold", theme::INK)], "");
    let prices = Decades::new(products.iter().map(|product| product.price));
    let views = Decades::new(products.iter().map(|product| product.views));
    let labels: Vec<(f64, String)> = views
        .ticks()
        .into_iter()
        .filter(|tick| *tick >= 1.0)
        .map(|tick| (tick, format::tick(tick)))
        .collect();
    let widest = labels.iter().map(|(_, label)| font::width(label, theme::AXIS)).fold(0.0, f64::max);
    let plot = Area {
        left: area.left + widest + 18.0,
        top: area.top + theme::HEAD + 12.0,
        right: area.right - 14.0,
        bottom: area.bottom - axis::DAYS_HEIGHT,
    };
    let x = |price: f64| plot.left + plot.width() * prices.at(price);
    let y = |seen: f64| plot.bottom - plot.height() * views.at(seen);
    let mut free_above = f64::INFINITY;
    for (tick, label) in &labels {
        let at = y(*tick);
        canvas.line(&[(plot.left, at), (plot.right, at)], theme::GRID, 1);
        if at + 14.0 < free_above {
            canvas.text(plot.left - 14.0, at, Anchor::Right, theme::AXIS, label);
            free_above = at - 14.0;
        }
    }
    let mut free_from = f64::NEG_INFINITY;
    for tick in prices.ticks() {
        let at = x(tick);
        canvas.line(&[(at, plot.top), (at, plot.bottom)], theme::GRID, 1);
        let label = about.money.tick(tick);
        let half = font::width(&label, theme::AXIS) / 2.0;
        let middle = at.min(area.right - half).max(area.left + half);
        if middle - half > free_from {
            canvas.text(middle, plot.bottom + 24.0, Anchor::Center, theme::AXIS, &label);
            free_from = middle + half + 12.0;
        }
    }
    let radius = if products.len() > 600 { 3 } else { 5 };
    // What sold comes last and stands in front.
    for is_sold in [false, true] {
        let color =
            if is_sold { theme::tint(theme::REVENUE, 0.85) } else { theme::tint(theme::SESSIONS, 0.4) };
        for product in products.iter().filter(|product| (product.units > 0.0) == is_sold) {
            canvas.dot((x(product.price), y(product.views)), radius, color);
        }
    }
}

/// What each band draws and earns.
fn table(canvas: &Canvas, area: Area, bands: &[Band], about: &About) {
    let views: f64 = bands.iter().map(|band| band.views).sum();
    let revenue: f64 = bands.iter().map(|band| band.revenue).sum();
    let lines: Vec<Line> = bands
        .iter()
        .map(|band| match (about.money.compact(band.from), about.money.compact(band.to)) {
            (from, to) if from == to => Line::new(from),
            (from, to) => Line::new(format!("{from}–{to}")),
        })
        .collect();
    let share = |part: f64, whole: f64| format::ratio(part, whole).unwrap_or(0.0);
    let (head, cells): (_, Vec<Cell>) = if revenue > 0.0 {
        let pair = |band: &Band| {
            let (seen, earned) = (share(band.views, views), share(band.revenue, revenue));
            Cell::Pair([(seen, format::percent(seen)), (earned, format::percent(earned))])
        };
        (
            vec![("Share of views", theme::SESSIONS), ("and revenue", theme::REVENUE)],
            bands.iter().map(pair).collect(),
        )
    } else {
        let bar = |band: &Band| Cell::bar(share(band.views, views), format::share(band.views, views));
        (vec![("Views", theme::SESSIONS)], bands.iter().map(bar).collect())
    };
    theme::head(canvas, area, &[("By price", theme::INK)], "");
    ranking::draw(canvas, area, &lines, 0.33, &[Column { head, share: 0.67, cells }]);
}
