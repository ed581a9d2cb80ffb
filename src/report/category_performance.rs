//! The categories: how much they are looked at beside how much they earn.

use super::About;
use super::canvas::Canvas;
use super::column::Rows;
use super::format;
use super::ranking::{self, Cell, Column, Line};
use super::theme::{self, Caption};
use crate::error::Result;

/// Categories that have room; those that earn least are drawn as one.
const MOST: usize = 12;

/// A smaller difference between two shares is not worth a sentence.
const APART: f64 = 0.05;

/// Fewer lines sold than this are too few to tell one category from another.
const FEW_LINES: f64 = 30.0;

/// Fewer views than this say nothing of how well views sell.
const FEW_VIEWS: f64 = 30.0;

/// Sums of a category.
#[derive(Default, Clone)]
struct Category {
    name: String,
    views: f64,
    sold_lines: f64,
    units: f64,
    revenue: f64,
}

impl Category {
    fn add(mut self, other: &Self) -> Self {
        self.views += other.views;
        self.sold_lines += other.sold_lines;
        self.units += other.units;
        self.revenue += other.revenue;
        self
    }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let categories = read(rows)?;
    let all = categories.iter().fold(Category::default(), Category::add);
    let before = rows.before.as_deref().map(read).transpose()?;
    let caption = Caption {
        title: title(&categories, &all),
        subtitle: format!(
            "Share of {}{} by category, {}",
            format::plural(all.views as i64, "product view"),
            if all.revenue > 0.0 {
                format!(" and of {} of revenue", about.money.compact(all.revenue))
            } else {
                String::new()
            },
            about.period.text()
        ),
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
    table(canvas, categories, &all, before.as_deref(), about, &caption);
    Ok(caption)
}

fn read(rows: &Rows) -> Result<Vec<Category>> {
    let (names, revenue) = (rows.texts("category")?, rows.numbers("revenue")?);
    let (views, sold_lines) = (rows.floats("views")?, rows.floats("purchase_lines")?);
    let units = rows.floats("units")?;
    let category = |row: usize| Category {
        name: names[row].clone(),
        views: views[row],
        sold_lines: sold_lines[row],
        units: units[row],
        revenue: revenue[row],
    };
    Ok((0..rows.len()).map(category).collect())
}

/// A category's name for people.
fn shown(name: &str) -> String {
    if name == "(unknown)" { "No category".to_owned() } else { format::capitalized(&name.replace('_', " ")) }
}

/// The category whose revenue is furthest from its views, if one is far; else the one that earns most.
fn title(categories: &[Category], all: &Category) -> String {
    let known = || categories.iter().filter(|category| category.name != "(unknown)");
    if all.views + all.sold_lines == 0.0 {
        return "No products in this period".to_owned();
    }
    let shares = |category: &Category| {
        Some((format::ratio(category.views, all.views)?, format::ratio(category.revenue, all.revenue)?))
    };
    let gap = |category: &Category| shares(category).map_or(0.0, |(views, revenue)| revenue - views);
    let telling = known()
        .filter(|category| category.sold_lines >= FEW_LINES && gap(category).abs() >= APART)
        .max_by(|a, b| gap(a).abs().total_cmp(&gap(b).abs()));
    let Some(told) = telling.or_else(|| known().next()) else {
        return format!("{} of products without a category", format::plural(all.views as i64, "view"));
    };
    let but = if telling.is_some() { "but" } else { "and" };
    match shares(told) {
        Some((views, revenue)) => format!(
            "{} gets {} of views {but} {} of revenue",
            shown(&told.name),
            format::percent(views),
            format::percent(revenue)
        ),
        None if all.views > 0.0 => {
            format!("{} gets {} of views", shown(&told.name), format::share(told.views, all.views))
        }
        None => format!(
            "{} brings {} of sales",
            shown(&told.name),
            format::share(told.sold_lines, all.sold_lines)
        ),
    }
}

fn table(
    canvas: &Canvas,
    mut categories: Vec<Category>,
    all: &Category,
    before: Option<&[Category]>,
    about: &About,
    caption: &Caption,
) {
    let area = theme::frame(canvas, caption);
    let rest = if categories.len() > MOST { categories.split_off(MOST - 1) } else { Vec::new() };
    let mut lines: Vec<Line> = categories.iter().map(|category| Line::new(shown(&category.name))).collect();
    if !rest.is_empty() {
        categories.push(rest.iter().fold(Category::default(), Category::add));
        lines.push(Line::rest(rest.len(), "categories"));
    }
    let cells = |cell: &dyn Fn(&Category) -> Cell| categories.iter().map(cell).collect::<Vec<_>>();
    let views = |category: &Category| format::ratio(category.views, all.views).unwrap_or(0.0);
    let revenue_before = |category: &Category| {
        before?.iter().find(|other| other.name == category.name).map(|other| other.revenue)
    };
    let rate = Column {
        head: vec![("Sold per 100 views", theme::CONVERSION)],
        share: 0.22,
        cells: cells(&|category| match format::ratio(category.sold_lines * 100.0, category.views) {
            Some(rate) if category.views >= FEW_VIEWS => Cell::bar(rate, format::figures(rate)),
            _ => Cell::None,
        }),
    };
    let columns = if all.revenue > 0.0 {
        let pair = |category: &Category| {
            let (views, revenue) = (views(category), category.revenue / all.revenue);
            Cell::Pair([(views, format::percent(views)), (revenue, format::percent(revenue))])
        };
        let pairs = Column {
            head: vec![("Share of views", theme::SESSIONS), ("and revenue", theme::REVENUE)],
            share: 0.36,
            cells: cells(&pair),
        };
        let money = Column {
            head: vec![("Revenue", theme::REVENUE)],
            share: 0.24,
            cells: cells(&|category| {
                Cell::bar(category.revenue, about.money.compact(category.revenue))
                    .with_before(revenue_before(category))
            }),
        };
        vec![pairs, money, rate]
    } else {
        let bars = Column {
            head: vec![("Share of views", theme::SESSIONS)],
            share: 0.58,
            cells: cells(&|category| Cell::bar(views(category), format::percent(views(category)))),
        };
        vec![bars, rate]
    };
    ranking::draw(canvas, area, &lines, 0.18, &columns);
}
