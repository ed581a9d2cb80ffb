//! What the numbers of a profile may be.

use super::profile::{Next, Profile};
use crate::error::{Error, Result};

impl Profile {
    /// Refuses numbers that cannot be meant, by their key.
    pub(super) fn validate(&self, origin: &str) -> Result<()> {
        for (key, share) in self.shares() {
            if !(0.0..=1.0).contains(&share) {
                return Err(Error::Usage(format!(
                    "{origin}: {key} is {share}; a share lies between 0 and 1"
                )));
            }
        }
        for (key, value) in self.positives() {
            if !(value > 0.0 && value.is_finite()) {
                return Err(Error::Usage(format!("{origin}: {key} is {value}; it must be above 0")));
            }
        }
        for (key, value) in self.deviations() {
            if !(value >= 0.0 && value.is_finite()) {
                return Err(Error::Usage(format!("{origin}: {key} is {value}; it must be 0 or more")));
            }
        }
        for (key, value) in self.numbers() {
            if !value.is_finite() {
                return Err(Error::Usage(format!("{origin}: {key} is {value}; it must be a finite number")));
            }
        }
        for (key, weights) in self.weights() {
            let sum: f64 = weights.iter().sum();
            if weights.iter().any(|weight| *weight < 0.0) || !(sum > 0.0 && sum.is_finite()) {
                return Err(Error::Usage(format!(
                    "{origin}: the weights of {key} must be 0 or more, and at least one above 0"
                )));
            }
        }
        if !(0.0..1.0).contains(&self.stock.sold_out) {
            return Err(Error::Usage(format!(
                "{origin}: stock.sold_out is {}; it must be at least 0 and below 1",
                self.stock.sold_out
            )));
        }
        if !(-0.9..=9.0).contains(&self.growth.per_month) {
            return Err(Error::Usage(format!(
                "{origin}: growth.per_month is {}; it must be between -0.9 and 9",
                self.growth.per_month
            )));
        }
        let rising =
            self.user.visits.windows(2).all(|pair| pair[0][0] < pair[1][0] && pair[0][1] <= pair[1][1]);
        let ends = (self.user.visits.first(), self.user.visits.last());
        if !rising || !matches!(ends, (Some([0.0, 1.0]), Some([1.0, _]))) {
            return Err(Error::Usage(format!(
                "{origin}: user.visits must rise from [0.0, 1.0] to [1.0, most visits of a user]"
            )));
        }
        if self.pace.longest >= 1800.0 || self.pace.between_visits <= 1800.0 {
            return Err(Error::Usage(format!(
                "{origin}: pace.longest must be below, pace.between_visits above the session gap of 1800 seconds"
            )));
        }
        if self.pace.shortest > self.pace.longest {
            return Err(Error::Usage(format!(
                "{origin}: pace.shortest is {}; it must not be above pace.longest",
                self.pace.shortest
            )));
        }
        // So many visits of a day have room, one after another.
        if self.pace.between_visits > 3300.0 || self.user.most_visits_per_day > 24 {
            return Err(Error::Usage(format!(
                "{origin}: pace.between_visits must be at most 3300, user.most_visits_per_day at most 24"
            )));
        }
        if self.experiment.variants.len() != self.experiment.buy_lift.len() {
            return Err(Error::Usage(format!(
                "{origin}: experiment needs one buy_lift for each of its variants"
            )));
        }
        self.validate_parts(origin)
    }

    /// What must lie between 0 and 1.
    fn shares(&self) -> Vec<(String, f64)> {
        let mut shares: Vec<(String, f64)> = [
            ("season.noise_memory", self.season.noise_memory),
            ("growth.churn_per_month", self.growth.churn_per_month),
            ("user.second_device", self.user.second_device),
            ("user.main_device", self.user.main_device),
            ("user.return_soon", self.user.return_soon),
            ("user.signup_in_period", self.user.signup_in_period),
            ("user.female", self.user.female),
            ("account.known_at_first", self.account.known_at_first),
            ("account.login", self.account.login),
            ("account.login_of_buyer", self.account.login_of_buyer),
            ("account.stay", self.account.stay),
            ("bot.share", self.bot.share),
            ("intent.buy", self.intent.buy),
            ("intent.most_ready", self.intent.most_ready),
            ("intent.abandon", self.intent.abandon),
            ("intent.no_product", self.intent.no_product),
            ("interest.same_product", self.interest.same_product),
            ("interest.same_category", self.interest.same_category),
            ("interest.favourite", self.interest.favourite),
            ("pace.pause", self.pace.pause),
            ("page.again", self.page.again),
            ("page.on", self.page.on),
            ("page.on_after_landing", self.page.on_after_landing),
            ("order.through_cart", self.order.through_cart),
            ("order.look_at_cart", self.order.look_at_cart),
            ("order.abandon_at_checkout", self.order.abandon_at_checkout),
            ("order.remove", self.order.remove),
            ("order.payment_fails", self.order.payment_fails),
            ("order.retry", self.order.retry),
            ("order.refund", self.order.refund),
            ("stock.substitute", self.stock.substitute),
            ("stock.new_per_month", self.stock.new_per_month),
            ("promotion.share", self.promotion.share),
            ("promotion.products", self.promotion.products),
            ("promotion.pull", self.promotion.pull),
        ]
        .map(|(key, share)| (key.to_owned(), share))
        .into();
        for discount in &self.promotion.discounts {
            shares.push(("promotion.discounts".to_owned(), *discount));
        }
        for kind in &self.bot.kind {
            for (key, share) in [
                ("night", kind.night),
                ("jitter", kind.jitter),
                ("lists", kind.lists),
                ("in_order", kind.in_order),
            ] {
                shares.push((format!("bot.kind.{key} of {}", kind.name), share));
            }
        }
        for category in &self.category {
            shares.push((format!("category.share of {}", category.path), category.share));
        }
        shares
    }

    /// What must be above 0.
    fn positives(&self) -> Vec<(String, f64)> {
        let mut positives: Vec<(String, f64)> = [
            ("season.payday_lift", self.season.payday_lift),
            ("user.sessions_per_user", self.user.sessions_per_user),
            ("user.most_visits_per_day", self.user.most_visits_per_day as f64),
            ("user.return_after_hours", self.user.return_after_hours),
            ("user.signup_years", self.user.signup_years),
            ("intent.buyer_shape", self.intent.buyer_shape),
            ("interest.stop_a", self.interest.stop_a),
            ("interest.stop_b", self.interest.stop_b),
            ("interest.buyer_stop_a", self.interest.buyer_stop_a),
            ("interest.buyer_stop_b", self.interest.buyer_stop_b),
            ("interest.most_views", f64::from(self.interest.most_views)),
            ("interest.buy_position_a", self.interest.buy_position_a),
            ("interest.buy_position_b", self.interest.buy_position_b),
            ("interest.favourites", self.interest.favourites as f64),
            ("stock.sold_out_days", self.stock.sold_out_days),
            ("pace.shortest", self.pace.shortest),
            ("order.refund_after_days", self.order.refund_after_days),
            ("catalogue.knee", self.catalogue.knee),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        for campaign in &self.campaign {
            positives.push((format!("campaign.buying of {}", campaign.name), campaign.buying));
        }
        for home in &self.country {
            positives.push((format!("country.apple of {}", home.code), home.apple));
        }
        for category in &self.category {
            positives.push((format!("category.buying of {}", category.path), category.buying));
            positives.push((format!("category.price of {}", category.path), category.price));
        }
        positives
    }

    /// What must not be below 0: deviations, most of them.
    fn deviations(&self) -> Vec<(String, f64)> {
        let mut deviations: Vec<(String, f64)> = [
            ("season.noise", self.season.noise),
            ("user.return_after_sigma", self.user.return_after_sigma),
            ("user.birth_year_sigma", self.user.birth_year_sigma),
            ("pace.sigma", self.pace.sigma),
            ("pace.visit_sigma", self.pace.visit_sigma),
            ("pace.pause_sigma", self.pace.pause_sigma),
            ("pace.browse_sigma", self.pace.browse_sigma),
            ("pace.latency_sigma", self.pace.latency_sigma),
            ("order.refund_sigma", self.order.refund_sigma),
            ("catalogue.offset", self.catalogue.offset),
            ("catalogue.exponent", self.catalogue.exponent),
            ("catalogue.steepness", self.catalogue.steepness),
            ("catalogue.price_changes_per_month", self.catalogue.price_changes_per_month),
            ("catalogue.price_change", self.catalogue.price_change),
            ("catalogue.rating_sigma", self.catalogue.rating_sigma),
            ("catalogue.rating_count_sigma", self.catalogue.rating_count_sigma),
            ("stock.delivery_sigma", self.stock.delivery_sigma),
        ]
        .map(|(key, value)| (key.to_owned(), value))
        .into();
        for holiday in &self.season.holiday {
            let key = format!("season.holiday.lift of day {} of month {}", holiday.day, holiday.month);
            deviations.push((key, holiday.lift));
        }
        for category in &self.category {
            deviations.push((format!("category.price_sigma of {}", category.path), category.price_sigma));
        }
        deviations
    }

    /// What may be any number.
    fn numbers(&self) -> Vec<(&'static str, f64)> {
        vec![
            ("user.birth_year_mean", self.user.birth_year_mean),
            ("pace.mu", self.pace.mu),
            ("pace.pause_mu", self.pace.pause_mu),
            ("pace.browse_mu", self.pace.browse_mu),
            ("pace.latency_mu", self.pace.latency_mu),
            ("catalogue.rating_mean", self.catalogue.rating_mean),
            ("catalogue.rating_count_mu", self.catalogue.rating_count_mu),
            ("stock.delivery_mu", self.stock.delivery_mu),
        ]
    }

    /// What is drawn from in proportion.
    fn weights(&self) -> Vec<(&'static str, Vec<f64>)> {
        let next = |next: &Next| vec![next.product, next.category, next.search, next.home];
        let mut weights = vec![
            ("season.month", self.season.month.to_vec()),
            ("season.weekday", self.season.weekday.to_vec()),
            ("season.hour", self.season.hour.to_vec()),
            ("season.buying_hour", self.season.buying_hour.to_vec()),
            ("page.from_home", next(&self.page.from_home)),
            ("page.from_category", next(&self.page.from_category)),
            ("page.from_search", next(&self.page.from_search)),
            ("page.from_product", next(&self.page.from_product)),
            ("order.lines", self.order.lines.clone()),
            ("order.quantity", self.order.quantity.clone()),
            ("order.payment", self.order.payment.iter().map(|payment| payment.weight).collect()),
            ("promotion.month", self.promotion.month.to_vec()),
            ("promotion.discounts", self.promotion.discounts.clone()),
            ("channel", self.channel.iter().map(|channel| channel.weight).collect()),
            ("device", self.device.iter().map(|device| device.weight).collect()),
            ("country", self.country.iter().map(|country| country.weight).collect()),
            ("experiment.buy_lift", self.experiment.buy_lift.clone()),
            ("category", self.category.iter().map(|category| category.share).collect()),
        ];
        if !self.bot.kind.is_empty() {
            weights.push(("bot.kind", self.bot.kind.iter().map(|kind| kind.weight).collect()));
        }
        for channel in &self.channel {
            weights.push(("channel.landing", channel.landing.to_vec()));
        }
        weights
    }
}
