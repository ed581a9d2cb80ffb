//! Rows out of a seed: users, products, sessions and their events.
//!
//! A [`Plan`] is made of [`Options`] once; from then on every row is a pure
//! function of (seed, what it is). Users live lives (`life`): they come some
//! number of times, when the calendar (`season`) and their clock (`zone`) say,
//! for some purpose. Each visit unfolds as a walk through the catalogue
//! (`journey`, `catalogue`), of products that appear and sell out (`stock`) and
//! are cheaper now and then (`promotion`), and is written down event by event
//! (`session`, `record`). Programs (`bot`) come besides. Work is cut into [`Shard`]s of
//! one day and one block of users by a rule that knows no threads.
//!
//! This room knows no Arrow, no files, no clock and no threads. Every number
//! that shapes behaviour stands in the [`Profile`].
//!
//! Laws: two sessions of a user are further apart than the session gap of 30
//! minutes, and no pause within a session reaches it, so the true sessions
//! are exactly what gap sessionization finds. All events lie within the
//! period. Order lines carry the catalogue's price of their day, and what is
//! sold out is neither put into a cart nor bought.

mod answers;
mod bot;
mod catalogue;
mod defect;
mod event;
mod journey;
#[cfg(test)]
mod laws;
mod life;
mod part;
mod place;
mod product;
mod profile;
mod promotion;
mod range;
mod record;
mod season;
mod session;
#[cfg(test)]
mod shape;
mod shard;
#[cfg(test)]
mod shop;
mod stock;
mod stream;
mod user;
mod zone;

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use crate::error::{Error, Result};

pub use answers::{Answers, Fact, Tally};
pub use defect::{Damage, Defect, Dirt, Received, Spoiled, spoil};
pub use event::{Event, EventType, Outcome, Page, TrueSession, Visit};
pub use place::{COUNTRIES, Country};
pub use product::Product;
pub use profile::Profile;
pub use shard::{Shard, ShardRows};
pub use stock::Happening;
pub use user::User;
pub use zone::Zone;

use bot::Bots;
use catalogue::Catalogue;
use life::Activity;
use season::Calendar;

/// What to generate.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Sessions (default 10,000: about 100,000 events).
    pub sessions: u64,
    /// Users (default: as many as give the profile's sessions per user, about 3).
    pub users: Option<u64>,
    /// Products in the catalogue (default 500).
    pub products: u32,
    /// Whole days covered (default 30).
    pub days: u32,
    /// First day (default Monday 2026-01-05).
    pub start_date: NaiveDate,
    /// Seed of everything (default 42).
    pub seed: u64,
    /// Multiplies sessions and users (default 1).
    pub scale: f64,
    /// How visitors behave (default: the built-in `marketplace`).
    pub profile: Profile,
    /// What goes wrong on the way to the collector (default: nothing).
    pub dirt: Dirt,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            sessions: 10_000,
            users: None,
            products: 500,
            days: 30,
            start_date: NaiveDate::from_ymd_opt(2026, 1, 5).unwrap_or_default(),
            seed: 42,
            scale: 1.0,
            profile: Profile::default(),
            dirt: Dirt::default(),
        }
    }
}

impl Options {
    /// Most sessions of one run, after scaling.
    pub const MOST_SESSIONS: u64 = 10_000_000_000;
    /// Most products.
    pub const MOST_PRODUCTS: u32 = 5_000_000;
    /// Most days.
    pub const MOST_DAYS: u32 = 3660;

    /// Sessions after scaling.
    pub fn scaled_sessions(&self) -> u64 {
        (self.sessions as f64 * self.scale).round().max(1.0) as u64
    }

    /// Users after scaling.
    pub fn scaled_users(&self) -> u64 {
        let users = match self.users {
            Some(users) => users as f64 * self.scale,
            None => self.scaled_sessions() as f64 / self.profile.user.sessions_per_user,
        };
        users.round().max(1.0) as u64
    }

    /// Says whether these options can be meant.
    ///
    /// # Errors
    /// [`Error::Usage`] naming the key that cannot, and its allowed range.
    pub fn validate(&self) -> Result<()> {
        let refuse = |key: &str, value: &dyn std::fmt::Display, range: &str| {
            Err(Error::Usage(format!("{key} is {value}; it must be {range}")))
        };
        if !(self.scale > 0.0 && self.scale <= 1e6) {
            return refuse("scale", &self.scale, "above 0 and at most 1000000");
        }
        if self.sessions == 0 || self.sessions > Self::MOST_SESSIONS {
            return refuse("sessions", &self.sessions, "between 1 and 10000000000");
        }
        if self.scaled_sessions() > Self::MOST_SESSIONS {
            return refuse("sessions times scale", &self.scaled_sessions(), "at most 10000000000");
        }
        if self.users.is_some_and(|users| users == 0 || users > Self::MOST_SESSIONS) {
            return refuse("users", &self.users.unwrap_or(0), "between 1 and 10000000000");
        }
        if self.products == 0 || self.products > Self::MOST_PRODUCTS {
            return refuse("products", &self.products, "between 1 and 5000000");
        }
        if self.days == 0 || self.days > Self::MOST_DAYS {
            return refuse("days", &self.days, "between 1 and 3660");
        }
        let first = NaiveDate::from_ymd_opt(1996, 1, 1).unwrap_or_default();
        let last = NaiveDate::from_ymd_opt(2200, 1, 1).unwrap_or_default();
        let end = self.start_date.checked_add_days(Days::new(u64::from(self.days)));
        if self.start_date < first || end.is_none_or(|end| end > last) {
            return refuse(
                "start-date",
                &self.start_date,
                "such that all days lie in the years 1996 to 2199",
            );
        }
        for defect in Defect::ALL {
            let share = self.dirt.share(defect);
            if !(0.0..=1.0).contains(&share) {
                return refuse(&format!("dirt.{}", defect.as_str()), &share, "a share between 0 and 1");
            }
        }
        if self.dirt.share_of_events() > 1.0 {
            return Err(Error::Usage(format!(
                "the shares of events in dirt add up to {}; they must add up to at most 1",
                self.dirt.share_of_events()
            )));
        }
        let per_user = self.profile.user.most_visits_per_day * u64::from(self.days);
        if self.scaled_sessions().div_ceil(per_user) > self.scaled_users() {
            return Err(Error::Usage(format!(
                "users is {}; it must be at least {} for {} sessions in {} days ({} visits a day are the most one user makes)",
                self.scaled_users(),
                self.scaled_sessions().div_ceil(per_user),
                self.scaled_sessions(),
                self.days,
                self.profile.user.most_visits_per_day,
            )));
        }
        Ok(())
    }
}

/// Everything that is fixed before the first row: calendars, catalogue, who
/// comes how often.
#[derive(Debug)]
pub struct Plan {
    options: Options,
    profile: Profile,
    seed: u64,
    users: u64,
    sessions: u64,
    calendar: Calendar,
    catalogue: Catalogue,
    bots: Bots,
    activity: Activity,
}

impl Plan {
    /// The plan of these options.
    ///
    /// # Errors
    /// [`Error::Usage`] as [`Options::validate`].
    pub fn new(options: &Options) -> Result<Arc<Self>> {
        options.validate()?;
        let profile = options.profile.clone();
        let (seed, users, sessions) = (options.seed, options.scaled_users(), options.scaled_sessions());
        let calendar = Calendar::new(&profile, seed, options.start_date, options.days);
        let catalogue = Catalogue::new(&profile, seed, options.products, &calendar);
        let bots = Bots::new(&profile, sessions, options.days);
        let activity = Activity::new(&profile, seed, users, sessions - bots.visits(), options.days);
        Ok(Arc::new(Self {
            options: options.clone(),
            profile,
            seed,
            users,
            sessions,
            calendar,
            catalogue,
            bots,
            activity,
        }))
    }

    /// What was asked for.
    pub fn options(&self) -> &Options {
        &self.options
    }

    /// The users, one after another.
    pub fn users(&self) -> impl Iterator<Item = User> + '_ {
        (0..self.users).map(|number| user::user(self, number))
    }

    /// The products.
    pub fn products(&self) -> &[Product] {
        &self.catalogue.products
    }

    /// The cut of the events: by day and block of users.
    pub fn shards(self: &Arc<Self>) -> Vec<Shard> {
        shard::shards(self)
    }

    /// How visitors behave.
    pub fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The arms of the experiment, by name.
    pub fn variants(&self) -> &[String] {
        &self.profile.experiment.variants
    }

    /// The price of a product on a day of the period, in cents.
    pub fn price(&self, product: u32, day: u32) -> i64 {
        self.catalogue.price(product, day)
    }

    /// The date of a day of the period, from 0.
    pub fn date(&self, day: u32) -> NaiveDate {
        self.calendar.date(day)
    }

    /// The visitor id of a user's device.
    fn visitor_id(&self, user: u64, device: u32) -> u64 {
        stream::id(self.seed, stream::Purpose::Id, user, u64::from(device) | (1 << 63))
    }

    /// The arm of the experiment a device is in, for good.
    fn variant(&self, user: u64, device: u32) -> usize {
        (self.visitor_id(user, device) >> 7) as usize % self.profile.experiment.variants.len()
    }
}
