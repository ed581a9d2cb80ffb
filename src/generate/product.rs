//! A product: its name, its list prices day by day, its supply.

use super::profile::Profile;
use super::season::{Calendar, DAY_MS};
use super::stock::{Happening, Supply};
use super::stream::{Purpose, Stream};

/// A row of `products.csv`, and what visitors make of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Number, from 0; `p000001` is product 0.
    pub number: u32,
    /// Brand, noun and model.
    pub name: String,
    /// Position in the profile's categories.
    pub category: usize,
    /// Position in the category's brands.
    pub brand: usize,
    /// List prices in cents: each holds from the day of the period beside it.
    pub(crate) prices: Vec<(u32, i64)>,
    /// When it appears, sells out and comes again, and what is in stock at the end.
    pub(crate) supply: Supply,
    /// Stars in tenths, 10 to 50.
    pub rating: u32,
    /// Number of ratings.
    pub rating_count: u32,
    /// When the row last changed, milliseconds since 1970 UTC.
    pub updated_at: i64,
}

impl Product {
    /// The list price on the last day of the period, in cents.
    pub fn list_price(&self) -> i64 {
        list_price(&self.prices, u32::MAX)
    }

    /// Pieces in stock at the end of the period.
    pub fn stock(&self) -> u32 {
        self.supply.left
    }

    /// What happened to it in the period, in order: the day, from 0, and what.
    pub fn happenings(&self) -> impl Iterator<Item = (u32, Happening)> + '_ {
        self.supply.happenings()
    }
}

pub(crate) fn list_price(prices: &[(u32, i64)], day: u32) -> i64 {
    let later = prices.partition_point(|(from, _)| *from <= day);
    prices.get(later.saturating_sub(1)).map_or(0, |(_, price)| *price)
}

/// The product of that number, at a place (0 to 1) among its category's prices.
pub(crate) fn product(
    profile: &Profile,
    seed: u64,
    number: u32,
    category: usize,
    place: f64,
    supply: Supply,
    calendar: &Calendar,
) -> Product {
    let mut stream = Stream::new(seed, Purpose::Product, u64::from(number), 0);
    let shape = &profile.catalogue;
    let kind = &profile.category[category];
    // The first brands of the list are the strong ones.
    let brand = stream.weighted((1..=kind.brands.len()).map(|rank| 1.0 / rank as f64));
    let letters = b"ABCDEFGHKLMNPRSTVX";
    let model = format!(
        "{}{}{}",
        char::from(*stream.pick(letters)),
        char::from(*stream.pick(letters)),
        10 * (1 + stream.below(99))
    );
    let mut price = kind.price * (kind.price_sigma * normal_quantile(place)).exp();
    let mut prices = vec![(0, tidy(price * 100.0))];
    let mut day = 0.0;
    let mut updated_at = calendar.start - stream.below(90 * DAY_MS as usize) as i64;
    loop {
        day += stream.exponential(30.0 / shape.price_changes_per_month.max(1e-9));
        if day >= f64::from(calendar.days) {
            break;
        }
        price *= (shape.price_change * stream.normal()).exp();
        let from = (day as u32).max(1);
        if from < calendar.days {
            prices.push((from, tidy(price * 100.0)));
            updated_at = calendar.start + i64::from(from) * DAY_MS;
        }
    }
    // The row changes with its price and with its stock.
    if let Some(day) = supply.last_change() {
        updated_at = updated_at.max(calendar.start + i64::from(day) * DAY_MS);
    }
    // A product that is new has few ratings yet.
    let age_years = f64::from(calendar.days - supply.launch_day) / 365.0;
    let known = if supply.launch_day == 0 { 1.0 } else { age_years.min(1.0) };
    let rating = (shape.rating_mean + shape.rating_sigma * stream.normal()).clamp(1.0, 5.0);
    Product {
        number,
        name: format!("{} {} {model}", title(&kind.brands[brand]), kind.noun),
        category,
        brand,
        prices,
        supply,
        rating: (rating * 10.0).round() as u32,
        rating_count: (known * stream.log_normal(shape.rating_count_mu, shape.rating_count_sigma)).round()
            as u32,
        updated_at: updated_at.div_euclid(1000) * 1000,
    }
}

/// Cents as shops like them: at least 0.49, ending in 9.
pub(crate) fn tidy(cents: f64) -> i64 {
    let tens = (cents / 10.0).round().max(5.0) as i64;
    tens * 10 - 1
}

/// A brand with a capital letter.
fn title(brand: &str) -> String {
    brand
        .split(' ')
        .map(|word| {
            let (head, tail) = word.split_at(word.chars().next().map_or(0, char::len_utf8));
            head.to_uppercase() + tail
        })
        .collect::<Vec<_>>()
        .join(" ")
}

/// The inverse of the normal distribution, to three digits (Abramowitz and
/// Stegun 26.2.23), held within three deviations.
fn normal_quantile(p: f64) -> f64 {
    let p = p.clamp(0.002, 0.998);
    let tail = |q: f64| {
        let t = (-2.0 * q.ln()).sqrt();
        t - (2.515_517 + 0.802_853 * t + 0.010_328 * t * t)
            / (1.0 + 1.432_788 * t + 0.189_269 * t * t + 0.001_308 * t * t * t)
    };
    if p < 0.5 { -tail(p) } else { tail(1.0 - p) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_quantile_is_right_to_three_digits() {
        for (p, z) in [(0.5, 0.0), (0.8413, 1.0), (0.1587, -1.0), (0.9772, 2.0), (0.0228, -2.0)] {
            assert!((normal_quantile(p) - z).abs() < 2e-3, "{p}");
        }
    }
}
