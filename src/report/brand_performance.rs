//! The brands: what they earn, at which prices, and how well their views sell.

use super::About;
use super::canvas::Canvas;
use super::column::Rows;
use super::format;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use crate::error::Result;

/// Brands that have room; those that earn least are drawn as one.
const MOST: usize = 12;

/// Brands that the title speaks of together.
const FIRST: usize = 3;

/// What so few brands must bring for a title to say that they rule.
const MAJORITY: f64 = 0.5;

/// Fewer views than this say nothing of how well views sell.
const FEW_VIEWS: f64 = 30.0;

/// Sums of a brand.
#[derive(Default, Clone)]
struct Brand {
    name: String,
    products: f64,
    views: f64,
    sold_lines: f64,
    units: f64,
    revenue: f64,
}

impl Brand {
    fn add(mut self, other: &Self) -> Self {
        self.products += other.products;
        self.views += other.views;
        self.sold_lines += other.sold_lines;
        self.units += other.units;
        self.revenue += other.revenue;
        self
    }

    fn is_known(&self) -> bool {
        self.name != "(unknown)"
    }

    /// A brand's name for people.
    fn shown(&self) -> String {
        if self.is_known() { format::capitalized(&self.name) } else { "No brand".to_owned() }
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let brands = read(rows)?;
    let all = brands.iter().fold(Brand::default(), Brand::add);
    let before = rows.before.as_deref().map(read).transpose()?;
    let known = brands.iter().filter(|brand| brand.is_known()).count();
    let caption = Caption {
        title: title(&brands, &all),
        subtitle: match known {
            0 => about.period.text(),
            some => format!(
                "{}{}, {}",
                format::plural(some as i64, "brand"),
                if all.revenue > 0.0 { " by revenue, with the mean price paid" } else { " by views" },
                about.period.text()
            ),
        },
        note: format!(
            "Revenue before refunds, without tax and shipping. Sold = order lines, which need no view before \
             them; a dash: fewer than 30 views. Bots are left out.{}",
            about.before_note("line across a bar")
        ),
    };
    if all.views + all.sold_lines == 0.0 {
        theme::blank(canvas, &caption, "No product was seen or bought in this period.");
        return Ok(caption);
    }
    if known == 0 {
        theme::blank(canvas, &caption, "The source records no brands.");
        return Ok(caption);
    }
    table(canvas, brands, &all, before.as_deref(), about, &caption);
    Ok(caption)
}

fn read(rows: &Rows) -> Result<Vec<Brand>> {
    let (names, revenue) = (rows.texts("brand")?, rows.numbers("revenue")?);
    let (products, views) = (rows.floats("products")?, rows.floats("views")?);
    let (sold_lines, units) = (rows.floats("purchase_lines")?, rows.floats("units")?);
    let brand = |row: usize| Brand {
        name: names[row].clone(),
        products: products[row],
        views: views[row],
        sold_lines: sold_lines[row],
        units: units[row],
        revenue: revenue[row],
    };
    Ok((0..rows.len()).map(brand).collect())
}

/// Three brands where they bring half of it and there are more of them; else the first.
fn title(brands: &[Brand], all: &Brand) -> String {
    if all.views + all.sold_lines == 0.0 {
        return "No products in this period".to_owned();
    }
    let known: Vec<&Brand> = brands.iter().filter(|brand| brand.is_known()).collect();
    let Some(first) = known.first() else { return "No brands are recorded".to_owned() };
    let (of, what): (fn(&Brand) -> f64, _) =
        if all.revenue > 0.0 { (|brand| brand.revenue, "revenue") } else { (|brand| brand.views, "views") };
    let three: f64 = known.iter().take(FIRST).map(|brand| of(brand)).sum();
    match known.as_slice() {
        [a, b, c, _, ..] if three >= MAJORITY * of(all) && of(first) < MAJORITY * of(all) => format!(
            "{}, {} and {} bring {} of {what}",
            a.shown(),
            b.shown(),
            c.shown(),
            format::share(three, of(all))
        ),
        _ => format!("{} brings {} of {what}", first.shown(), format::share(of(first), of(all))),
    }
}

fn table(
    canvas: &Canvas,
    mut brands: Vec<Brand>,
    all: &Brand,
    before: Option<&[Brand]>,
    about: &About,
    caption: &Caption,
) {
    let area = theme::frame(canvas, caption);
    let rest = if brands.len() > MOST { brands.split_off(MOST - 1) } else { Vec::new() };
    let mut lines: Vec<Line> = brands.iter().map(|brand| Line::new(brand.shown())).collect();
    if !rest.is_empty() {
        brands.push(rest.iter().fold(Brand::default(), Brand::add));
        lines.push(Line::rest(rest.len(), "brands"));
    }
    let cells = |cell: &dyn Fn(&Brand) -> Cell| brands.iter().map(cell).collect::<Vec<_>>();
    let revenue_before =
        |brand: &Brand| before?.iter().find(|other| other.name == brand.name).map(|other| other.revenue);
    let products = Column {
        head: vec![("Products", theme::INK)],
        share: 0.1,
        cells: cells(&|brand| Cell::Text(format::count(brand.products))),
    };
    let rate = Column {
        head: vec![("Sold per 100 views", theme::CONVERSION)],
        share: 0.22,
        cells: cells(&|brand| match format::ratio(brand.sold_lines * 100.0, brand.views) {
            Some(rate) if brand.views >= FEW_VIEWS => Cell::bar(rate, format::figures(rate)),
            _ => Cell::None,
        }),
    };
    let views = |share: f64| Column {
        head: vec![("Views", theme::SESSIONS)],
        share,
        cells: cells(&|brand| Cell::bar(brand.views, format::compact(brand.views))),
    };
    let columns = if all.revenue > 0.0 {
        let money = Column {
            head: vec![("Revenue", theme::REVENUE)],
            share: 0.4,
            cells: cells(&|brand| {
                Cell::bar(brand.revenue, about.money.compact(brand.revenue))
                    .with_detail(format::share(brand.revenue, all.revenue))
                    .with_before(revenue_before(brand))
            }),
        };
        let price = Column {
            head: vec![("Price paid", theme::ORDER_VALUE)],
            share: 0.12,
            cells: cells(&|brand| match format::ratio(brand.revenue, brand.units) {
                Some(price) => Cell::Text(about.money.compact(price)),
                None => Cell::None,
            }),
        };
        vec![money, products, price, rate]
    } else {
        vec![views(0.58), products, rate]
    };
    ranking::draw(canvas, area, &lines, 0.17, &columns);
}
