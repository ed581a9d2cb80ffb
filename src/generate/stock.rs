//! Supply: when a product appears, sells out and comes again.
//!
//! Stock is shared with counters that the log does not see, so a product
//! follows a timetable of its own: it lasts, is sold out, is delivered again.
//! That it knows no visitors lets any shard be made alone.

use super::profile::Profile;
use super::stream::{Purpose, Stream};

/// What can happen to a product within the period.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happening {
    /// It can be seen from that day on.
    Launched,
    /// From that day on it cannot be put into a cart or bought.
    SoldOut,
    /// From that day on it can be again.
    Restocked,
}

impl Happening {
    /// The word for it in the truth.
    pub fn as_str(self) -> &'static str {
        match self {
            Happening::Launched => "launched",
            Happening::SoldOut => "sold out",
            Happening::Restocked => "restocked",
        }
    }
}

/// The timetable of a product, in days of the period.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Supply {
    /// The day on which it appears; 0 if it was there before.
    pub launch_day: u32,
    /// Days on which it is sold out: from, and until (exclusive; beyond the period if it stays so).
    pub outages: Vec<(u32, u32)>,
    /// Pieces at the end of the period.
    pub left: u32,
}

impl Supply {
    /// The supply of a product over so many days; `may_be_new` says whether it may appear within them.
    pub(crate) fn new(profile: &Profile, seed: u64, number: u32, may_be_new: bool, days: u32) -> Self {
        let habits = &profile.stock;
        let mut stream = Stream::new(seed, Purpose::Stock, u64::from(number), 0);
        let appeared = habits.new_per_month * f64::from(days) / 30.0;
        let is_new = stream.chance(appeared / (1.0 + appeared)) && may_be_new && days > 1;
        let launch_day = if is_new { 1 + stream.below(days as usize - 1) as u32 } else { 0 };
        let delivered = stream.log_normal(habits.delivery_mu, habits.delivery_sigma).max(1.0);
        if habits.sold_out == 0.0 {
            return Self { launch_day, outages: Vec::new(), left: delivered.round() as u32 };
        }
        let lasts = habits.sold_out_days * (1.0 - habits.sold_out) / habits.sold_out;
        let mut outages = Vec::new();
        // The day of the last delivery; the period begins in the midst of things.
        let mut day = f64::from(launch_day);
        if launch_day == 0 && stream.chance(habits.sold_out) {
            day = stream.exponential(habits.sold_out_days).max(1.0).round();
            outages.push((0, day as u32));
        }
        let left = loop {
            if day >= f64::from(days) {
                break 0;
            }
            let until = day + stream.exponential(lasts).max(1.0);
            if until >= f64::from(days) {
                break (delivered * (until - f64::from(days)) / (until - day)).ceil().max(1.0) as u32;
            }
            day = (until.floor() + stream.exponential(habits.sold_out_days).max(1.0).round()).min(1e9);
            outages.push((until as u32, day as u32));
        };
        Self { launch_day, outages, left }
    }

    /// Whether it can be bought on all days from one to another.
    pub(crate) fn is_in_stock(&self, from: u32, to: u32) -> bool {
        self.launch_day <= from && self.outages.iter().all(|(start, end)| to < *start || *end <= from)
    }

    /// The last day on which something changed, within the period.
    pub(crate) fn last_change(&self) -> Option<u32> {
        self.happenings().last().map(|(day, _)| day)
    }

    /// What happens, in order; sold out ends beyond the period where the stock at its end is 0.
    pub(crate) fn happenings(&self) -> impl Iterator<Item = (u32, Happening)> + '_ {
        let launched = (self.launch_day > 0).then_some((self.launch_day, Happening::Launched));
        let sells_out_for_good = |place: usize| self.left == 0 && place + 1 == self.outages.len();
        launched.into_iter().chain(self.outages.iter().enumerate().flat_map(move |(place, (from, until))| {
            let restocked = (!sells_out_for_good(place)).then_some((*until, Happening::Restocked));
            [Some((*from, Happening::SoldOut)), restocked].into_iter().flatten()
        }))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    fn supplies(profile: &Profile, days: u32) -> Vec<Supply> {
        (0..5000).map(|number| Supply::new(profile, 7, number, true, days)).collect()
    }

    #[test]
    fn products_are_sold_out_and_new_as_often_as_the_profile_says() {
        let profile = Profile::default();
        let days = 90;
        let supplies = supplies(&profile, days);
        let (mut there, mut sold_out) = (0, 0);
        for supply in &supplies {
            for day in supply.launch_day..days {
                there += 1;
                sold_out += u32::from(!supply.is_in_stock(day, day));
            }
        }
        let share = f64::from(sold_out) / f64::from(there);
        assert!((share - profile.stock.sold_out).abs() < 0.012, "{share}");
        let new = supplies.iter().filter(|supply| supply.launch_day > 0).count() as f64;
        let old = supplies.len() as f64 - new;
        assert!((new / old / 3.0 - profile.stock.new_per_month).abs() < 0.01, "{new} of {old}");
    }

    #[test]
    fn the_stock_at_the_end_is_none_exactly_where_the_last_day_has_none() {
        for (number, supply) in supplies(&Profile::default(), 45).iter().enumerate() {
            assert_eq!(supply.left == 0, !supply.is_in_stock(44, 44), "{number}: {supply:?}");
            let days: Vec<_> = supply.happenings().map(|(day, _)| day).collect();
            assert!(days.is_sorted() && days.iter().all(|day| *day < 45), "{number}: {supply:?}");
        }
    }

    #[test]
    fn a_shop_that_is_never_sold_out_has_no_outage() {
        let mut profile = Profile::default();
        profile.stock.sold_out = 0.0;
        assert!(supplies(&profile, 400).iter().all(|supply| supply.outages.is_empty() && supply.left > 0));
    }
}
