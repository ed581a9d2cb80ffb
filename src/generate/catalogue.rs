//! The catalogue: products by popularity, drawn by category, priced by day.

use super::product::{Product, list_price, product, tidy};
use super::profile::Profile;
use super::promotion::Promotions;
use super::season::Calendar;
use super::stock::Supply;
use super::stream::{Cumulative, Purpose, Shuffle, Stream};

/// How often a draw that found nothing that will do is tried again.
const DRAWS: usize = 8;

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
            // The first of a category is there from the start, so that none is ever empty.
            let supply = Supply::new(profile, seed, number, numbers.len() > 1, calendar.days);
            products.push(product(profile, seed, number, category, place, supply, calendar));
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

    /// A product of a category that is there on a day, by popularity.
    pub(crate) fn product(&self, category: usize, day: u32, stream: &mut Stream) -> u32 {
        let shelf = &self.shelves[category];
        for _ in 0..DRAWS {
            let number = shelf.numbers[shelf.popularity.draw(stream)];
            if self.products[number as usize].supply.launch_day <= day {
                return number;
            }
        }
        shelf.numbers[0]
    }

    /// A product of a category that can be bought from one day to another, by
    /// popularity; none where luck finds none.
    pub(crate) fn product_to_buy(
        &self,
        category: usize,
        days: (u32, u32),
        is_wanted: impl Fn(u32) -> bool,
        stream: &mut Stream,
    ) -> Option<u32> {
        (0..DRAWS)
            .map(|_| self.product(category, days.0, stream))
            .find(|number| self.is_in_stock(*number, days) && is_wanted(*number))
    }

    /// Whether a product can be bought on all days from one to another.
    pub(crate) fn is_in_stock(&self, number: u32, days: (u32, u32)) -> bool {
        self.products[number as usize].supply.is_in_stock(days.0, days.1)
    }

    /// Whether some products of a category are in promotion on a day.
    pub(crate) fn has_offers(&self, category: usize, day: u32) -> bool {
        self.promotions.of_category(category, day).is_some()
    }

    /// Whether a product is in promotion on a day.
    pub(crate) fn is_offered(&self, number: u32, day: u32) -> bool {
        let category = self.products[number as usize].category;
        self.promotions.discount(number, category, day).is_some()
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
            assert_eq!(catalogue.product(category, 0, &mut stream), 0);
        }
    }
}
