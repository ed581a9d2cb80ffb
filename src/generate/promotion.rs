//! Promotions: every week some products of some categories are cheaper.

use chrono::{Datelike, NaiveDate};

use super::profile::Profile;
use super::season::Calendar;
use super::stream::{Purpose, Stream, id};

/// The promotions of every week of the period: which categories are cheaper,
/// by how much, and which of their products take part.
#[derive(Debug)]
pub(crate) struct Promotions {
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
    pub(crate) fn new(profile: &Profile, seed: u64, calendar: &Calendar) -> Self {
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

    /// The discount of a category on a day of the period, for the products that take part.
    pub(crate) fn of_category(&self, category: usize, day: u32) -> Option<f64> {
        self.discounts.get(self.week(day)).and_then(|week| week[category])
    }

    /// The discount of a product of the category on a day.
    pub(crate) fn discount(&self, number: u32, category: usize, day: u32) -> Option<f64> {
        let discount = self.of_category(category, day)?;
        let week = self.week(day);
        let draw = id(self.seed, Purpose::Promotion, self.first_week + week as u64, u64::from(number));
        (draw as f64 / u64::MAX as f64 <= self.products).then_some(discount)
    }

    fn week(&self, day: u32) -> usize {
        ((self.first_weekday + day) / 7) as usize
    }
}
