//! What to look at: each rule looks at some figures of gold and has a sentence
//! where its threshold is reached.

use super::super::About;
use super::super::column::Rows;
use super::super::format::{self, Money};
use super::changes::rates_apart;
use super::days::Day;
use super::escaped;
use super::thresholds::{
    CARTS_LEFT, GROUP, GROUP_GAP, GROUP_SURE, ODD_DAY, ODD_DAY_OTHERS, QUIET, REFUNDED, STEP_LOST,
    TOP_PRODUCT, UNKNOWN, UNPRICED, UNSOLD,
};
use crate::engine::Engine;
use crate::error::Result;
use chrono::{Datelike, NaiveDate};

/// Segments that have bought well and not lately.
const QUIET_SEGMENTS: [&str; 2] = ["At risk", "Cannot lose them"];

/// The key figures that rules look at.
#[derive(Debug, Clone, Copy, Default)]
struct Totals {
    cart_sessions: f64,
    abandoned_sessions: f64,
    potential_lost_revenue: f64,
    orders: f64,
    priced_orders: f64,
    revenue: f64,
    refund_amount: f64,
}

/// A device or a channel.
#[derive(Debug, Clone, Default)]
struct Group {
    name: String,
    sessions: f64,
    converted_sessions: f64,
}

/// A product in the days of the report.
#[derive(Debug, Clone, Default)]
struct Product {
    name: String,
    viewing_sessions: f64,
    buying_sessions: f64,
    revenue: f64,
}

/// The sentences whose thresholds are reached; one that says so where none is.
pub(super) fn findings(
    engine: &dyn Engine,
    figures: &Rows,
    days: &[Day],
    about: &About,
) -> Result<Vec<String>> {
    let money = &about.money;
    let totals = totals(figures)?;
    let devices = groups(&Rows::read(engine, "summary_devices")?)?;
    let channels = groups(&Rows::read(engine, "summary_channels")?)?;
    let products = products(&Rows::read(engine, "summary_products")?)?;
    let segments = Rows::read(engine, "summary_segments")?;
    let sentences: Vec<_> = [
        odd_day(days),
        lost_step(&steps(&Rows::read(engine, "summary_funnel")?)?),
        left_carts(&totals, money),
        gap("device", &devices),
        gap("channel", &channels),
        top_product(&products, totals.orders),
        unsold_product(&products),
        quiet_customers(&quiet(&segments)?, segments.dates("as_of_date")?.into_iter().max(), money),
        refunds(&totals, money),
        unpriced(&totals),
        unknown_devices(&devices),
    ]
    .into_iter()
    .flatten()
    .collect();
    Ok(match sentences.is_empty() {
        true => vec!["Nothing reaches its threshold.".to_owned()],
        false => sentences,
    })
}

fn totals(figures: &Rows) -> Result<Totals> {
    let count =
        |name: &str| -> Result<f64> { Ok(figures.counts(name)?.first().copied().unwrap_or(0) as f64) };
    let amount = |name: &str| -> Result<f64> { Ok(figures.numbers(name)?.first().copied().unwrap_or(0.0)) };
    Ok(Totals {
        cart_sessions: count("cart_sessions")?,
        abandoned_sessions: count("abandoned_sessions")?,
        potential_lost_revenue: amount("potential_lost_revenue")?,
        orders: count("orders")?,
        priced_orders: count("priced_orders")?,
        revenue: amount("revenue")?,
        refund_amount: amount("refund_amount")?,
    })
}

fn groups(rows: &Rows) -> Result<Vec<Group>> {
    let (names, sessions) = (rows.texts("name")?, rows.counts("sessions")?);
    let converted = rows.counts("converted_sessions")?;
    let group = |row: usize| Group {
        name: names[row].clone(),
        sessions: sessions[row] as f64,
        converted_sessions: converted[row] as f64,
    };
    Ok((0..rows.len()).map(group).collect())
}

fn products(rows: &Rows) -> Result<Vec<Product>> {
    let (names, revenue) = (rows.texts("product_name")?, rows.numbers("revenue")?);
    let (viewing, buying) = (rows.counts("viewing_sessions")?, rows.counts("buying_sessions")?);
    let product = |row: usize| Product {
        name: names[row].clone(),
        viewing_sessions: viewing[row] as f64,
        buying_sessions: buying[row] as f64,
        revenue: revenue[row],
    };
    Ok((0..rows.len()).map(product).collect())
}

/// The steps that the source knows, each with the sessions that reach it or a later one.
fn steps(rows: &Rows) -> Result<Vec<(&'static str, f64)>> {
    let first = |name: &str| -> Result<f64> { Ok(rows.counts(name)?.first().copied().unwrap_or(0) as f64) };
    let mut steps = Vec::new();
    for (name, events, reached) in [
        ("a product view", "product_views", "reached_product_view"),
        ("a cart", "adds", "reached_cart"),
        ("a checkout", "checkouts", "reached_checkout"),
    ] {
        if first(events)? > 0.0 {
            steps.push((name, first(reached)?));
        }
    }
    steps.push(("an order", first("reached_purchase")?));
    Ok(steps)
}

/// Buyers and revenue of the quiet segments, and of all.
fn quiet(segments: &Rows) -> Result<[(f64, f64); 2]> {
    let (names, buyers) = (segments.texts("rfm_segment")?, segments.counts("buyers")?);
    let revenue = segments.numbers("revenue")?;
    let sum = |is_in: &dyn Fn(&str) -> bool| {
        let rows = (0..names.len()).filter(|row| is_in(&names[*row]));
        rows.fold((0.0, 0.0), |sum, row| (sum.0 + buyers[row] as f64, sum.1 + revenue[row]))
    };
    Ok([sum(&|name| QUIET_SEGMENTS.contains(&name)), sum(&|_| true)])
}

/// The whole day furthest from the other days of its weekday: from their
/// median, which one odd day among them does not move.
fn odd_day(days: &[Day]) -> Option<String> {
    let whole: Vec<_> = days.iter().filter(|day| day.is_complete).collect();
    let mut odd: Option<(f64, &Day, f64)> = None;
    for day in &whole {
        let is_other = |other: &&&Day| other.date != day.date && other.date.weekday() == day.date.weekday();
        let others: Vec<_> = whole.iter().filter(is_other).collect();
        if others.len() < ODD_DAY_OTHERS {
            continue;
        }
        let usual = median(others.iter().map(|other| other.sessions).collect());
        let off = (day.sessions - usual) / usual;
        let is_odder = odd.is_none_or(|(most, ..)| off.abs() > f64::abs(most));
        if usual >= ODD_DAY.1 && off.abs() >= ODD_DAY.0 && is_odder {
            odd = Some((off, day, usual));
        }
    }
    let (off, day, usual) = odd?;
    Some(format!(
        "{}, {}, had {}, {} {} than other {}s ({} in the middle).",
        day.date.format("%A"),
        format::day(day.date),
        format::plural(day.sessions as i64, "session"),
        format::percent(off.abs()),
        if off < 0.0 { "fewer" } else { "more" },
        day.date.format("%A"),
        format::count(usual),
    ))
}

/// The value in the middle, or the mean of the two there.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() % 2 {
        _ if values.is_empty() => 0.0,
        0 => (values[middle - 1] + values[middle]) / 2.0,
        _ => values[middle],
    }
}

/// The step at which most sessions are lost.
fn lost_step(steps: &[(&str, f64)]) -> Option<String> {
    let lost = |from: f64, to: f64| format::ratio(from - to, from).unwrap_or(0.0);
    let large = steps.windows(2).filter(|step| step[0].1 >= STEP_LOST.1);
    let most =
        large.reduce(
            |most, step| {
                if lost(step[0].1, step[1].1) > lost(most[0].1, most[1].1) { step } else { most }
            },
        )?;
    let [(from, reached), (to, went_on)] = [most[0], most[1]];
    (lost(reached, went_on) >= STEP_LOST.0).then(|| {
        format!(
            "Most is lost between {from} and {to}: {} of {} go no further.",
            format::percent(lost(reached, went_on)),
            format::plural(reached as i64, "session")
        )
    })
}

/// Carts left behind.
fn left_carts(totals: &Totals, money: &Money) -> Option<String> {
    let left = format::ratio(totals.abandoned_sessions, totals.cart_sessions)?;
    (left >= CARTS_LEFT.0 && totals.cart_sessions >= CARTS_LEFT.1).then(|| {
        let worth = match totals.potential_lost_revenue > 0.0 {
            true => format!(", with goods worth {}", money.full(totals.potential_lost_revenue)),
            false => String::new(),
        };
        format!(
            "{} of {} sessions with a cart ({}) end without an order{worth}.",
            format::count(totals.abandoned_sessions),
            format::count(totals.cart_sessions),
            format::percent(left)
        )
    })
}

/// The large device or channel that misses most orders, converting worse than
/// all others; where none does, the one that gains most by converting better.
fn gap(kind: &str, groups: &[Group]) -> Option<String> {
    let all = groups
        .iter()
        .fold((0.0, 0.0), |sum, group| (sum.0 + group.converted_sessions, sum.1 + group.sessions));
    let mut widest: Option<(f64, &Group, f64, f64)> = None;
    for group in groups {
        let others = (all.0 - group.converted_sessions, all.1 - group.sessions);
        let (Some(rate), Some(other_rate), Some(share)) = (
            format::ratio(group.converted_sessions, group.sessions),
            format::ratio(others.0, others.1),
            format::ratio(group.sessions, all.1),
        ) else {
            continue;
        };
        let apart = rates_apart((group.converted_sessions, group.sessions), others);
        let is_large = share >= GROUP.0 && group.sessions >= GROUP.1;
        let is_wide = (rate - other_rate).abs() >= GROUP_GAP * rate.max(other_rate) && apart >= GROUP_SURE;
        let missed = (other_rate - rate) * group.sessions;
        // Missed orders go before gained ones, then the larger number.
        let rank = |missed: f64| if missed > 0.0 { (1, missed) } else { (0, -missed) };
        if is_large && is_wide && widest.is_none_or(|(most, ..)| rank(missed) > rank(most)) {
            widest = Some((missed, group, rate, other_rate));
        }
    }
    let (missed, group, rate, other_rate) = widest?;
    let name = escaped(&format::capitalized(&group.name));
    let than = match missed > 0.0 {
        true => format!("at their rate it would have {} more", format::count(missed)),
        false => format!("that is {} more than at their rate", format::count(-missed)),
    };
    Some(format!(
        "The {kind} {name} turns {} of its {} into orders, all others {}: {than}.",
        format::percent(rate),
        format::plural(group.sessions as i64, "session"),
        format::percent(other_rate)
    ))
}

/// One product that much of the revenue hangs on.
fn top_product(products: &[Product], orders: f64) -> Option<String> {
    let all: f64 = products.iter().map(|product| product.revenue).sum();
    let top =
        products.iter().reduce(|top, product| if product.revenue > top.revenue { product } else { top })?;
    let share = format::ratio(top.revenue, all)?;
    (share >= TOP_PRODUCT.0 && orders >= TOP_PRODUCT.1 && products.len() > 1).then(|| {
        format!(
            "{} alone brings {} of the revenue of {}: see that it is never out of stock.",
            escaped(&top.name),
            format::percent(share),
            format::plural(products.len() as i64, "product")
        )
    })
}

/// The much viewed product furthest short of buyers.
fn unsold_product(products: &[Product]) -> Option<String> {
    let all = products
        .iter()
        .fold((0.0, 0.0), |sum, product| (sum.0 + product.buying_sessions, sum.1 + product.viewing_sessions));
    let rate = format::ratio(all.0, all.1)?;
    let short = |product: &Product| {
        let expected = rate * product.viewing_sessions;
        (expected - product.buying_sessions) / (expected * (1.0 - rate)).sqrt()
    };
    let seen = products.iter().filter(|product| product.viewing_sessions >= UNSOLD.0);
    let worst = seen.reduce(|worst, product| if short(product) > short(worst) { product } else { worst })?;
    (rate < 1.0 && short(worst) >= UNSOLD.1).then(|| {
        format!(
            "{} was viewed in {} and bought in {}; at the rate of all products it would be {}: look at its price \
             and stock.",
            escaped(&worst.name),
            format::plural(worst.viewing_sessions as i64, "session"),
            format::count(worst.buying_sessions),
            format::count(rate * worst.viewing_sessions)
        )
    })
}

/// Good customers who have gone quiet, from (buyers, revenue) of these and of all. Segments know one day, whatever
/// part of the time is told of, so the sentence names it.
fn quiet_customers(
    [quiet, all]: &[(f64, f64); 2],
    as_of: Option<NaiveDate>,
    money: &Money,
) -> Option<String> {
    let share = format::ratio(quiet.1, all.1)?;
    (share >= QUIET.0 && all.0 >= QUIET.1).then(|| {
        format!(
            "{} who have bought well and not lately (At risk, Cannot lose them{}) stand for {} of all revenue up to \
             then, {}: `clickmill ask customers_at_risk` names the first to write to.",
            format::plural(quiet.0 as i64, "customer"),
            as_of.map_or_else(String::new, |date| format!("; as of {}", format::day(date))),
            format::percent(share),
            money.full(quiet.1)
        )
    })
}

/// Money given back.
fn refunds(totals: &Totals, money: &Money) -> Option<String> {
    let share = format::ratio(totals.refund_amount, totals.revenue)?;
    (share >= REFUNDED.0 && totals.orders >= REFUNDED.1).then(|| {
        format!("{} were refunded, {} of revenue.", money.full(totals.refund_amount), format::percent(share))
    })
}

/// Orders that revenue lacks.
fn unpriced(totals: &Totals) -> Option<String> {
    let unpriced = totals.orders - totals.priced_orders;
    let share = format::ratio(unpriced, totals.orders)?;
    (share >= UNPRICED).then(|| {
        format!(
            "{} of {} have no price ({}): revenue is short of them.",
            format::count(unpriced),
            format::plural(totals.orders as i64, "order"),
            format::percent(share)
        )
    })
}

/// Sessions whose device nobody recorded.
fn unknown_devices(devices: &[Group]) -> Option<String> {
    let all: f64 = devices.iter().map(|device| device.sessions).sum();
    let unknown = devices.iter().find(|device| device.name == "(unknown)")?;
    let share = format::ratio(unknown.sessions, all)?;
    (share >= UNKNOWN).then(|| {
        format!(
            "{} of {} have no device in the log: figures by device leave them aside.",
            format::percent(share),
            format::plural(all as i64, "session")
        )
    })
}

#[cfg(test)]
mod tests;
