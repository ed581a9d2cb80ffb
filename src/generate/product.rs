//! The catalogue: products by popularity, their prices day by day.

use chrono::{Datelike, NaiveDate};

use super::profile::Profile;
use super::season::{Calendar, DAY_MS};
use super::stream::{Cumulative, Purpose, Shuffle, Stream, id};

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
    /// Pieces in stock.
    pub stock: u32,
    /// Stars in tenths, 10 to 50.
    pub rating: u32,
    /// Number of ratings.
    pub rating_count: u32,
    /// When the row last changed, milliseconds since 1970 UTC.
    pub updated_at: i64,
}

/// All products, and how to draw one.
#[derive(Debug)]
pub(crate) struct Catalogue {
    pub products: Vec<Product>,
    shelves: Vec<Shelf>,
    viewed: Cumulative,
    bought: Cumulative,
    promotions: Promotions,
}

/// The products of a category and their popularity.
#[derive(Debug)]
struct Shelf {
    numbers: Vec<u32>,
    popularity: Cumulative,
}

impl Catalogue {
    pub(crate) fn new(profile: &Profile, seed: u64, count: u32, calendar: &Calendar) -> Self {
        let category_count = profile.category.len();
        let offsets: Vec<f64> = (0..category_count)
            .map(|category| Stream::new(seed, Purpose::Product, category as u64, 1).unit())
            .collect();
        let mut shelves = vec![(Vec::new(), Vec::new()); category_count];
        let mut products = Vec::with_capacity(count as usize);
        // Product numbers say nothing about popularity.
        let shuffle = Shuffle::new(seed ^ 0x70, u64::from(count));
        let weights = popularity(profile, count);
        for (rank, (category, weight)) in assign(profile, &weights).into_iter().zip(weights).enumerate() {
            let number = shuffle.place(rank as u64) as u32;
            let (numbers, popularity) = &mut shelves[category];
            numbers.push(number);
            popularity.push(weight);
            // Prices within a category are spread evenly over popularity (steps
            // of the golden ratio), so that few popular products do not decide
            // what is paid.
            let place = (offsets[category] + numbers.len() as f64 * 0.618_033_988_749_895).fract();
            products.push(product(profile, seed, number, category, place, calendar));
        }
        products.sort_by_key(|product| product.number);
        let viewed: Vec<f64> = shelves.iter().map(|(_, popularity)| popularity.iter().sum()).collect();
        let bought = viewed.iter().zip(&profile.category).map(|(viewed, category)| viewed * category.buying);
        Self {
            products,
            bought: Cumulative::new(bought),
            viewed: Cumulative::new(viewed),
            shelves: shelves
                .into_iter()
                .map(|(numbers, weights)| Shelf { numbers, popularity: Cumulative::new(weights) })
                .collect(),
            promotions: Promotions::new(profile, seed, calendar),
        }
    }

    /// A category that has products, by its share of the views.
    pub(crate) fn category(&self, stream: &mut Stream) -> usize {
        self.viewed.draw(stream)
    }

    /// The same for who comes to buy: some things are looked at, others bought.
    pub(crate) fn category_to_buy(&self, stream: &mut Stream) -> usize {
        self.bought.draw(stream)
    }

    /// A product of a category, by popularity.
    pub(crate) fn product(&self, category: usize, stream: &mut Stream) -> u32 {
        let shelf = &self.shelves[category];
        shelf.numbers[shelf.popularity.draw(stream)]
    }

    /// What a product costs on a day of the period, in cents: the list price
    /// of that day, less the promotion of its week.
    pub(crate) fn price(&self, number: u32, day: u32) -> i64 {
        let product = &self.products[number as usize];
        let list = list_price(&product.prices, day);
        match self.promotions.discount(number, product.category, day) {
            Some(discount) => tidy(list as f64 * (1.0 - discount)),
            None => list,
        }
    }
}

/// The promotions of every week of the period: which categories are cheaper,
/// by how much, and which of their products take part.
#[derive(Debug)]
struct Promotions {
    seed: u64,
    /// Weeks from a Monday on; the first may begin before the period.
    first_week: u64,
    /// Day of the week on which the period starts, Monday = 0.
    first_weekday: u32,
    /// Discount by week and category.
    discounts: Vec<Vec<Option<f64>>>,
    products: f64,
}

impl Promotions {
    fn new(profile: &Profile, seed: u64, calendar: &Calendar) -> Self {
        let first_weekday = calendar.start_date.weekday().num_days_from_monday();
        let first_week = (calendar.start_date.num_days_from_ce() - 1).div_euclid(7) as u64;
        let weeks = u64::from((first_weekday + calendar.days).div_ceil(7));
        let discount = |week, category| {
            let mut stream = Stream::new(seed, Purpose::Promotion, week, category as u64);
            // A week belongs to the month of its Thursday.
            let thursday = NaiveDate::from_num_days_from_ce_opt(7 * week as i32 + 4);
            let month = thursday.map_or(1.0, |date| profile.promotion.month[date.month0() as usize]);
            let cheaper = stream.chance(profile.promotion.share * month);
            cheaper.then(|| *stream.pick(&profile.promotion.discounts))
        };
        let discounts = (first_week..first_week + weeks)
            .map(|week| (0..profile.category.len()).map(|category| discount(week, category)).collect())
            .collect();
        Self { seed, first_week, first_weekday, discounts, products: profile.promotion.products }
    }

    fn discount(&self, number: u32, category: usize, day: u32) -> Option<f64> {
        let week = ((self.first_weekday + day) / 7) as usize;
        let discount = self.discounts.get(week).and_then(|week| week[category])?;
        let draw = id(self.seed, Purpose::Promotion, self.first_week + week as u64, u64::from(number));
        (draw as f64 / u64::MAX as f64 <= self.products).then_some(discount)
    }
}

impl Product {
    /// The list price on the last day of the period, in cents.
    pub fn list_price(&self) -> i64 {
        list_price(&self.prices, u32::MAX)
    }
}

fn list_price(prices: &[(u32, i64)], day: u32) -> i64 {
    let later = prices.partition_point(|(from, _)| *from <= day);
    prices.get(later.saturating_sub(1)).map_or(0, |(_, price)| *price)
}

/// How much each rank is viewed, most popular first.
fn popularity(profile: &Profile, count: u32) -> Vec<f64> {
    let shape = &profile.catalogue;
    let knee = shape.knee * f64::from(count);
    // A small catalogue has fewer products of like popularity at its top.
    let offset = shape.offset * (f64::from(count) / 5000.0).min(1.0).sqrt();
    (1..=count)
        .map(|rank| {
            let rank = f64::from(rank);
            (rank + offset).powf(-shape.exponent) * (1.0 + rank / knee).powf(-shape.steepness)
        })
        .collect()
}

/// The category of each rank. The category whose views are furthest behind its
/// share gets the next product, so that shares hold for any seed and size.
fn assign(profile: &Profile, weights: &[f64]) -> Vec<usize> {
    let shares: f64 = profile.category.iter().map(|category| category.share).sum();
    let mut given = vec![0.0; profile.category.len()];
    let mut seen = 0.0;
    let mut categories = Vec::with_capacity(weights.len());
    for weight in weights {
        seen += weight;
        let behind = |category: &usize| profile.category[*category].share / shares * seen - given[*category];
        let category =
            (0..given.len()).max_by(|left, right| behind(left).total_cmp(&behind(right))).unwrap_or(0);
        given[category] += weight;
        categories.push(category);
    }
    categories
}

/// The product of that number, at a place (0 to 1) among its category's prices.
fn product(
    profile: &Profile,
    seed: u64,
    number: u32,
    category: usize,
    place: f64,
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
    let rating = (shape.rating_mean + shape.rating_sigma * stream.normal()).clamp(1.0, 5.0);
    Product {
        number,
        name: format!("{} {} {model}", title(&kind.brands[brand]), kind.noun),
        category,
        brand,
        prices,
        stock: stream.log_normal(shape.stock_mu, shape.stock_sigma).round() as u32,
        rating: (rating * 10.0).round() as u32,
        rating_count: stream.log_normal(shape.rating_count_mu, shape.rating_count_sigma).round() as u32,
        updated_at: updated_at.div_euclid(1000) * 1000,
    }
}

/// Cents as shops like them: at least 0.49, ending in 9.
fn tidy(cents: f64) -> i64 {
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
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use chrono::NaiveDate;

    fn catalogue(seed: u64, count: u32) -> (Profile, Catalogue) {
        let profile = Profile::default();
        let calendar = Calendar::new(&profile, seed, NaiveDate::from_ymd_opt(2026, 1, 5).unwrap(), 30);
        let catalogue = Catalogue::new(&profile, seed, count, &calendar);
        (profile, catalogue)
    }

    #[test]
    fn category_shares_hold_for_any_seed_and_size() {
        for (seed, count) in [(1, 500), (2, 500), (3, 5000)] {
            let (profile, catalogue) = catalogue(seed, count);
            let mut stream = Stream::new(seed, Purpose::Life, 0, 0);
            let draws = 20_000;
            let phones = (0..draws)
                .filter(|_| {
                    profile.category[catalogue.category(&mut stream)].path == "electronics.smartphone"
                })
                .count();
            let share = phones as f64 / f64::from(draws);
            assert!((0.23..0.30).contains(&share), "seed {seed}, {count} products: {share}");
        }
    }

    #[test]
    fn a_promotion_takes_its_discount_off_and_ends_with_its_week() {
        let (profile, catalogue) = catalogue(42, 500);
        let most = profile.promotion.discounts.iter().copied().fold(0.0, f64::max);
        let mut cheaper = 0;
        for product in &catalogue.products {
            for week in 0..4 {
                let offers: Vec<bool> = (week * 7..week * 7 + 7)
                    .map(|day| {
                        let list = list_price(&product.prices, day);
                        let price = catalogue.price(product.number, day);
                        assert!(price <= list && price as f64 >= list as f64 * (1.0 - most) - 10.0);
                        price < list
                    })
                    .collect();
                assert!(
                    offers.iter().all(|offer| *offer == offers[0]),
                    "a promotion broke off within its week"
                );
                cheaper += u32::from(offers[0]);
            }
        }
        assert!(cheaper > 20, "{cheaper}");
    }

    #[test]
    fn a_catalogue_of_one_product_is_enough() {
        let (_, catalogue) = catalogue(1, 1);
        let mut stream = Stream::new(1, Purpose::Life, 0, 0);
        for _ in 0..100 {
            let category = catalogue.category(&mut stream);
            assert_eq!(catalogue.product(category, &mut stream), 0);
        }
    }

    #[test]
    fn the_normal_quantile_is_right_to_three_digits() {
        for (p, z) in [(0.5, 0.0), (0.8413, 1.0), (0.1587, -1.0), (0.9772, 2.0), (0.0228, -2.0)] {
            assert!((normal_quantile(p) - z).abs() < 2e-3, "{p}");
        }
    }
}
