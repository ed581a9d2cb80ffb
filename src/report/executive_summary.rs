//! The figures of the business on one card, each with its change and its days.

use chrono::NaiveDate;

use super::About;
use super::canvas::{Anchor, Area, Canvas};
use super::column::Rows;
use super::theme::{self, Caption, Color};
use super::{font, format};
use crate::error::Result;

/// Where nothing is said of what to compare, up to so many days are held against as many before.
const MOST_DAYS: usize = 28;

/// A smaller change is called level.
const LEVEL: f64 = 0.02;

/// Fewer orders than this are too few to call a change of revenue one.
const FEW_ORDERS: f64 = 30.0;

/// Sums of each day.
struct Days {
    dates: Vec<NaiveDate>,
    whole: Vec<bool>,
    sums: Vec<Sums>,
}

/// Sums of a day or of many.
#[derive(Default, Clone, Copy)]
struct Sums {
    sessions: f64,
    converted: f64,
    carts: f64,
    abandoned: f64,
    new_visitors: f64,
    orders: f64,
    priced: f64,
    revenue: f64,
    refunds: f64,
}

impl Sums {
    fn add(self, other: &Self) -> Self {
        Self {
            sessions: self.sessions + other.sessions,
            converted: self.converted + other.converted,
            carts: self.carts + other.carts,
            abandoned: self.abandoned + other.abandoned,
            new_visitors: self.new_visitors + other.new_visitors,
            orders: self.orders + other.orders,
            priced: self.priced + other.priced,
            revenue: self.revenue + other.revenue,
            refunds: self.refunds + other.refunds,
        }
    }

    fn of(days: &[Sums]) -> Self {
        days.iter().fold(Self::default(), Sums::add)
    }
}

impl Days {
    fn read(rows: &Rows) -> Result<Self> {
        let (sessions, converted) = (rows.floats("sessions")?, rows.floats("converted_sessions")?);
        let (carts, abandoned) = (rows.floats("cart_sessions")?, rows.floats("abandoned_sessions")?);
        let (new_visitors, orders) = (rows.floats("new_visitors")?, rows.floats("orders")?);
        let (priced, revenue) = (rows.floats("priced_orders")?, rows.numbers("revenue")?);
        let refunds = rows.numbers("refund_amount")?;
        let sums = (0..rows.len()).map(|row| Sums {
            sessions: sessions[row],
            converted: converted[row],
            carts: carts[row],
            abandoned: abandoned[row],
            new_visitors: new_visitors[row],
            orders: orders[row],
            priced: priced[row],
            revenue: revenue[row],
            refunds: refunds[row],
        });
        Ok(Self { dates: rows.dates("date")?, whole: rows.flags("is_complete")?, sums: sums.collect() })
    }

    fn text(&self) -> String {
        match (self.dates.first(), self.dates.last()) {
            (Some(first), Some(last)) => format::span(*first, *last),
            _ => "no days in the data".to_owned(),
        }
    }

    fn part(&self, from: usize, until: usize) -> Self {
        Self {
            dates: self.dates[from..until].to_vec(),
            whole: self.whole[from..until].to_vec(),
            sums: self.sums[from..until].to_vec(),
        }
    }

    /// The last whole days, and as many before them: whole weeks where there
    /// are two, so that no weekday counts twice; nothing for a single day.
    fn halves(&self) -> Option<(Self, Self)> {
        let until = self.whole.iter().rposition(|whole| *whole)? + 1;
        let begin = self.whole[..until].iter().rposition(|whole| !*whole).map_or(0, |partial| partial + 1);
        let half = match (until - begin) / 2 {
            0 => return None,
            few if few < 7 => few,
            some => (some / 7 * 7).min(MOST_DAYS),
        };
        Some((self.part(until - half, until), self.part(until - 2 * half, until - half)))
    }
}

/// A figure of the card.
struct Tile {
    name: &'static str,
    color: Color,
    of: fn(&Sums) -> Option<f64>,
    write: fn(&About, f64) -> String,
    is_share: bool,
    /// Less of it is better.
    is_bad: bool,
}

impl Tile {
    const fn new(
        name: &'static str,
        color: Color,
        of: fn(&Sums) -> Option<f64>,
        write: fn(&About, f64) -> String,
    ) -> Self {
        Self { name, color, of, write, is_share: false, is_bad: false }
    }
}

static TILES: [Tile; 8] = [
    Tile::new("Revenue", theme::REVENUE, |sums| Some(sums.revenue), |about, value| about.money.brief(value)),
    Tile::new("Orders", theme::CONVERSION, |sums| Some(sums.orders), |_, value| brief(value)),
    Tile::new(
        "Order value",
        theme::ORDER_VALUE,
        |sums| format::ratio(sums.revenue, sums.priced),
        |about, value| about.money.brief(value),
    ),
    Tile {
        is_share: true,
        ..Tile::new(
            "Conversion",
            theme::CONVERSION,
            |sums| format::ratio(sums.converted, sums.sessions),
            |_, value| format::percent_fine(value),
        )
    },
    Tile::new("Sessions", theme::SESSIONS, |sums| Some(sums.sessions), |_, value| brief(value)),
    Tile::new("New visitors", theme::PEOPLE, |sums| Some(sums.new_visitors), |_, value| brief(value)),
    Tile {
        is_share: true,
        is_bad: true,
        ..Tile::new(
            "Cart abandonment",
            theme::ABANDONED,
            |sums| format::ratio(sums.abandoned, sums.carts),
            |_, value| format::percent_fine(value),
        )
    },
    Tile {
        is_share: true,
        is_bad: true,
        ..Tile::new(
            "Refunded",
            theme::ABANDONED,
            |sums| format::ratio(sums.refunds, sums.revenue),
            |_, value| format::percent_fine(value),
        )
    },
];

/// In full while it has room.
fn brief(value: f64) -> String {
    if value < 999_999.5 { format::count(value) } else { format::compact(value) }
}

/// Draws the chart.
pub(super) fn draw(canvas: &Canvas, rows: &Rows, about: &About) -> Result<Caption> {
    let all = Days::read(rows)?;
    let (now, before) = match rows.before.as_deref() {
        Some(before) => (all, Some(Days::read(before)?)),
        None => match all.halves() {
            Some((now, before)) => (now, Some(before)),
            None => (all, None),
        },
    };
    let sums = Sums::of(&now.sums);
    let sums_before = before.as_ref().map(|before| Sums::of(&before.sums));
    let caption = Caption {
        title: title(&sums, sums_before.as_ref(), now.sums.len(), about),
        subtitle: match &before {
            Some(before) => format!("{}, against {} (grey), in business time", now.text(), before.text()),
            None => format!("{}, in business time", now.text()),
        },
        note: format!(
            "Conversion = sessions with an order / sessions. Order value = revenue / orders with a price. \
             Refunded = refunds / revenue of the same days. New: not seen before in the data, so its first weeks hold too \
             many. Bots are left out.{}",
            about.period.partial_note(match (&before, &rows.before) {
                (Some(_), None) => "not in the comparison",
                _ => "counted as far as it goes",
            })
        ),
    };
    if sums.sessions + sums.orders == 0.0 {
        theme::blank(canvas, &caption, "There are no sessions in this period.");
        return Ok(caption);
    }
    let areas = theme::frame(canvas, &caption)
        .rows(&[1.0, 1.0], 34.0)
        .into_iter()
        .flat_map(|row| row.columns(&[1.0; 4], 34.0));
    for (tile, area) in TILES.iter().zip(areas) {
        tile.draw(canvas, area, &now, before.as_ref(), about);
    }
    Ok(caption)
}

/// How revenue changed, and which of its factors moved it most.
fn title(now: &Sums, before: Option<&Sums>, days: usize, about: &About) -> String {
    let orders = format::plural(now.orders as i64, "order");
    let sessions = format::plural(now.sessions as i64, "session");
    if now.sessions + now.orders == 0.0 {
        return "No sessions in this period".to_owned();
    }
    let told = before.filter(|before| now.orders.min(before.orders) >= FEW_ORDERS && before.revenue > 0.0);
    let Some(before) = told.filter(|_| now.revenue > 0.0) else {
        return match now.revenue > 0.0 {
            true => format!("{} of revenue from {orders} in {sessions}", about.money.brief(now.revenue)),
            false if now.orders > 0.0 => format!("{orders} in {sessions}"),
            false => format!("No order in {sessions}"),
        };
    };
    let ratio = now.revenue / before.revenue;
    let than = match days {
        1 => "on the day before".to_owned(),
        days => format!("on the {days} days before"),
    };
    if (ratio - 1.0).abs() < LEVEL {
        return format!("Revenue is level {}", than.replace("on the", "with the"));
    }
    let direction = if ratio > 1.0 { "up" } else { "down" };
    let change = format::percent((ratio - 1.0).abs());
    // Revenue is sessions x conversion x order value, or near it: an order of an earlier session counts too.
    let per_session = |sums: &Sums| format::ratio(sums.orders, sums.sessions).unwrap_or(0.0);
    let each = |sums: &Sums| format::ratio(sums.revenue, sums.orders).unwrap_or(0.0);
    let factors = [
        ("sessions", now.sessions / before.sessions),
        ("orders per session", per_session(now) / per_session(before)),
        ("value per order", each(now) / each(before)),
    ];
    let driver = factors.into_iter().filter(|(_, factor)| factor.is_finite() && *factor > 0.0);
    let driver = driver.max_by(|a, b| a.1.ln().abs().total_cmp(&b.1.ln().abs()));
    // A factor explains a change that it makes at least half of, in the same direction.
    match driver.filter(|(_, factor)| factor.ln() / ratio.ln() >= 0.5) {
        Some((name, factor)) => {
            format!("Revenue is {direction} {change} {than}: {name} {}", format::change(factor))
        }
        None => format!("Revenue is {direction} {change} {than}"),
    }
}

impl Tile {
    fn draw(&self, canvas: &Canvas, area: Area, now: &Days, before: Option<&Days>, about: &About) {
        canvas.line(&[(area.left, area.top), (area.right, area.top)], self.color, 4);
        let value = (self.of)(&Sums::of(&now.sums));
        canvas.text(area.left, area.top + 30.0, Anchor::Left, theme::PANEL.colored(self.color), self.name);
        let text = value.map_or_else(|| "–".to_owned(), |value| (self.write)(about, value));
        let mut kind = theme::FIGURE;
        while font::width(&text, kind) > area.width() && kind.size > theme::LABEL.size {
            kind.size -= 2.0;
        }
        canvas.text(area.left, area.top + 84.0, Anchor::Left, kind, &text);
        if let Some((value, before)) = value.zip(before.map(|before| Sums::of(&before.sums))) {
            self.change(canvas, area, value, (self.of)(&before), about);
        }
        self.days(canvas, Area { top: area.top + 166.0, ..area }, now, before);
    }

    /// The change in words: an arrow, so much, from what.
    fn change(&self, canvas: &Canvas, area: Area, value: f64, before: Option<f64>, about: &About) {
        let y = area.top + 134.0;
        let Some(before) = before else {
            canvas.text(area.left, y, Anchor::Left, theme::AXIS, "nothing to compare with");
            return;
        };
        let ratio = format::ratio(value, before);
        let text = match ratio {
            _ if self.is_share => format::points(value - before),
            Some(ratio) => format::change(ratio),
            None if value == 0.0 => format::change(1.0),
            None => "new".to_owned(),
        };
        let is_level = ratio.is_some_and(|ratio| (ratio - 1.0).abs() < LEVEL) || value == before;
        let color = match (value > before) != self.is_bad {
            _ if is_level => theme::SOFT,
            true => theme::REVENUE,
            false => theme::ABANDONED,
        };
        let mut x = area.left;
        if !is_level {
            let (tip, base) = if value > before { (-8.0, 7.0) } else { (8.0, -7.0) };
            canvas.polygon(&[(x, y + base), (x + 18.0, y + base), (x + 9.0, y + tip)], color);
            x += 26.0;
        }
        canvas.text(x, y, Anchor::Left, theme::LABEL.bold().colored(color), &text);
        x += font::width(&text, theme::LABEL.bold()) + 10.0;
        let from = format!("from {}", (self.write)(about, before));
        let from = font::fit(&from, theme::AXIS, (area.right - x).max(0.0));
        if from != "…" {
            canvas.text(x, y, Anchor::Left, theme::AXIS, &from);
        }
    }

    /// The days as a line from zero, those before in grey behind it.
    fn days(&self, canvas: &Canvas, area: Area, now: &Days, before: Option<&Days>) {
        let values = |days: &Days| -> Vec<Option<f64>> { days.sums.iter().map(self.of).collect() };
        let (own, other) = (values(now), before.map(values).unwrap_or_default());
        let largest = own.iter().chain(&other).flatten().copied().fold(0.0, f64::max);
        if own.len() < 2 || largest <= 0.0 || area.height() < 20.0 {
            return;
        }
        canvas.line(&[(area.left, area.bottom), (area.right, area.bottom)], theme::GRID, 2);
        for (values, color, width) in [(&other, theme::BACK, 2), (&own, self.color, 4)] {
            let step = area.width() / (values.len().max(2) - 1) as f64;
            let at = |(day, value): (usize, &Option<f64>)| {
                value.map(|value| {
                    (area.left + step * day as f64, area.bottom - area.height() * value / largest)
                })
            };
            let points: Vec<Option<(f64, f64)>> = values.iter().enumerate().map(at).collect();
            for run in points.split(Option::is_none) {
                let run: Vec<(f64, f64)> = run.iter().flatten().copied().collect();
                canvas.line(&run, color, width);
            }
        }
    }
}
