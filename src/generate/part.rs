//! What the parts of a profile must be: days that exist, names that are known.

use std::fmt::Display;

use chrono::NaiveDate;

use super::place::{self, COUNTRIES};
use super::profile::{BotKind, Campaign, Profile};
use crate::error::{Error, Result};

/// Refuses the value of a key, naming the range.
fn refuse(origin: &str, key: &str, value: &dyn Display, range: &str) -> Result<()> {
    Err(Error::Usage(format!("{origin}: {key} is {value}; it must be {range}")))
}

/// Whether the year has such a day (29 February included).
fn is_day(month: u32, day: u32) -> bool {
    NaiveDate::from_ymd_opt(2024, month, day).is_some()
}

impl Profile {
    /// Refuses parts that cannot be meant, by their key.
    pub(super) fn validate_parts(&self, origin: &str) -> Result<()> {
        for holiday in &self.season.holiday {
            if !is_day(holiday.month, holiday.day) {
                let day = format!("day {} of month {}", holiday.day, holiday.month);
                return refuse(origin, "season.holiday", &day, "a day of the year");
            }
        }
        if let Some(day) = self.season.payday_days.iter().find(|day| !(1..=31).contains(*day)) {
            return refuse(origin, "season.payday_days", day, "between 1 and 31");
        }
        for home in &self.country {
            if place::country(&home.code).is_none() {
                let known: Vec<_> = COUNTRIES.iter().map(|country| country.code).collect();
                let range = format!("one of {}", known.join(", "));
                return refuse(origin, "country.code", &home.code, &range);
            }
        }
        if let Some(empty) = self.category.iter().find(|category| category.brands.is_empty()) {
            let key = format!("category.brands of {}", empty.path);
            return refuse(origin, &key, &"empty", "a list of one brand or more");
        }
        if self.bot.share > 0.0 && self.bot.kind.is_empty() {
            return refuse(origin, "bot.share", &self.bot.share, "0 where there is no bot.kind");
        }
        self.campaign.iter().try_for_each(|campaign| self.validate_campaign(origin, campaign))?;
        self.bot.kind.iter().try_for_each(|kind| self.validate_bot(origin, kind))
    }

    /// A campaign runs on days that exist, by a channel that there is.
    fn validate_campaign(&self, origin: &str, campaign: &Campaign) -> Result<()> {
        let refuse = |key: &str, value: &dyn Display, range: &str| {
            refuse(origin, &format!("campaign.{key} of {}", campaign.name), value, range)
        };
        if !self.channel.iter().any(|channel| channel.name == campaign.channel) {
            let known: Vec<_> = self.channel.iter().map(|channel| channel.name.as_str()).collect();
            return refuse("channel", &campaign.channel, &format!("one of {}", known.join(", ")));
        }
        if !is_day(campaign.month, campaign.day) {
            let day = format!("day {} of month {}", campaign.day, campaign.month);
            return refuse("day", &day, "a day of the year");
        }
        if !(1..=366).contains(&campaign.days) {
            return refuse("days", &campaign.days, "between 1 and 366");
        }
        if !(campaign.traffic >= 0.0 && campaign.traffic.is_finite()) {
            return refuse("traffic", &campaign.traffic, "0 or more");
        }
        Ok(())
    }

    /// A program fetches pages, at some pace, by a browser that there is.
    fn validate_bot(&self, origin: &str, kind: &BotKind) -> Result<()> {
        let refuse = |key: &str, value: &dyn Display, range: &str| {
            refuse(origin, &format!("bot.kind.{key} of {}", kind.name), value, range)
        };
        let is_known = |browser: &&String| self.device.iter().any(|device| device.browser == **browser);
        if let Some(browser) = kind.browsers.iter().find(|browser| !is_known(browser)) {
            return refuse("browsers", browser, "the browser of a device");
        }
        if kind.browsers.is_empty() {
            return refuse("browsers", &"empty", "a list of one browser or more");
        }
        if kind.visits == 0 {
            return refuse("visits", &kind.visits, "at least 1");
        }
        if kind.least_pages == 0 {
            return refuse("least_pages", &kind.least_pages, "at least 1");
        }
        if kind.most_pages < kind.least_pages || kind.most_pages > 2000 {
            return refuse("most_pages", &kind.most_pages, "between least_pages and 2000");
        }
        if !(1.0..=1000.0).contains(&kind.every_hours) {
            return refuse("every_hours", &kind.every_hours, "between 1 and 1000");
        }
        if !(kind.seconds > 0.0 && kind.seconds <= 600.0) {
            return refuse("seconds", &kind.seconds, "above 0 and at most 600");
        }
        Ok(())
    }
}
