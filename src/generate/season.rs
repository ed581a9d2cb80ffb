//! The calendar: how busy each day and hour of the period is, and what is on.
//!
//! Days are those of UTC, hours those of the visitor's clock.

use chrono::{Datelike, Days, NaiveDate};

use super::profile::{Campaign, Profile};
use super::stream::{Cumulative, Purpose, Stream};
use super::zone::Zone;

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;
/// Milliseconds of an hour.
pub(crate) const HOUR_MS: i64 = 3_600_000;

/// The period's days and hours, weighed.
#[derive(Debug)]
pub(crate) struct Calendar {
    /// First day of the period.
    pub start_date: NaiveDate,
    /// Start of the period, milliseconds since 1970 UTC.
    pub start: i64,
    /// End of the period, exclusive.
    pub end: i64,
    /// Days of the period.
    pub days: u32,
    day_weights: Cumulative,
    hour_weights: Cumulative,
    hours: [f64; 24],
    buying: [f64; 24],
    /// Milliseconds that the clocks of each zone are ahead of UTC, day by day.
    ahead: [Vec<i64>; Zone::ALL.len()],
    /// The campaigns of each day: position in the profile, and the chance that a visit comes by it.
    campaigns: Vec<Vec<(usize, f64)>>,
}

impl Calendar {
    pub(crate) fn new(profile: &Profile, seed: u64, start_date: NaiveDate, days: u32) -> Self {
        let start = start_date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        let date = |day: u32| start_date.checked_add_days(Days::new(u64::from(day))).unwrap_or(start_date);
        let weights = (0..days).map(|day| {
            // The base grows evenly, whatever the season.
            let growth = (1.0 + profile.growth.per_month).powf(f64::from(day) / 30.0);
            growth * day_weight(profile, seed, date(day))
        });
        let season = &profile.season;
        let hour_sum: f64 = season.hour.iter().sum();
        let busiest = season.hour.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
        // Readiness to buy is scaled so that its mean over visits is 1.
        let mean_buying: f64 =
            season.hour.iter().zip(season.buying_hour).map(|(hour, buying)| hour / hour_sum * buying).sum();
        Self {
            start_date,
            start,
            end: start + i64::from(days) * DAY_MS,
            days,
            day_weights: Cumulative::new(weights),
            hour_weights: Cumulative::new(season.hour),
            hours: season.hour.map(|weight| weight / busiest),
            buying: season.buying_hour.map(|weight| weight / mean_buying),
            ahead: Zone::ALL.map(|zone| (0..days).map(|day| zone.hours_ahead(date(day)) * HOUR_MS).collect()),
            campaigns: (0..days).map(|day| campaigns_of(profile, date(day))).collect(),
        }
    }

    /// A moment of the period for people of a zone, drawn by day and hour.
    pub(crate) fn moment(&self, zone: Zone, stream: &mut Stream) -> i64 {
        self.moment_of_day(self.day_weights.draw(stream) as u32, zone, stream)
    }

    /// The same from one moment to another, on the days that lie wholly
    /// between; where there are none, any moment between.
    pub(crate) fn moment_between(&self, from: i64, until: i64, zone: Zone, stream: &mut Stream) -> i64 {
        if (from, until) == (self.start, self.end) {
            return self.moment(zone, stream);
        }
        let days = if from == self.start { 0 } else { self.day(from) + 1 }..self.day(until);
        if days.is_empty() {
            return from + stream.below((until - from).max(1) as usize) as i64;
        }
        let day = self.day_weights.draw_within(days.start as usize..days.end as usize, stream);
        self.moment_of_day(day as u32, zone, stream)
    }

    fn moment_of_day(&self, day: u32, zone: Zone, stream: &mut Stream) -> i64 {
        let hour = self.hour_weights.draw(stream) as i64;
        let clock = hour * HOUR_MS + stream.below(HOUR_MS as usize) as i64;
        let midnight = self.start + i64::from(day) * DAY_MS;
        midnight + (clock - self.ahead(midnight, zone)).rem_euclid(DAY_MS)
    }

    /// How busy the hour of `time` is to people of a zone, 1 at the busiest.
    pub(crate) fn busyness(&self, time: i64, zone: Zone) -> f64 {
        self.hours[self.hour(time, zone)]
    }

    /// How ready to buy people of a zone are in the hour of `time`, 1 on average.
    pub(crate) fn buying(&self, time: i64, zone: Zone) -> f64 {
        self.buying[self.hour(time, zone)]
    }

    /// The hour that the clocks of a zone show.
    fn hour(&self, time: i64, zone: Zone) -> usize {
        ((time + self.ahead(time, zone)).rem_euclid(DAY_MS) / HOUR_MS) as usize
    }

    fn ahead(&self, time: i64, zone: Zone) -> i64 {
        let days = &self.ahead[zone as usize];
        days.get(self.day(time) as usize).or(days.last()).copied().unwrap_or(0)
    }

    /// The campaign by which a visit of that moment comes, if by any.
    pub(crate) fn campaign(&self, time: i64, stream: &mut Stream) -> Option<usize> {
        let campaigns = self.campaigns.get(self.day(time) as usize).filter(|day| !day.is_empty())?;
        let mut luck = stream.unit();
        campaigns.iter().find_map(|(campaign, chance)| {
            luck -= chance;
            (luck < 0.0).then_some(*campaign)
        })
    }

    /// The day of the period `time` lies in, from 0; beyond it for later times.
    pub(crate) fn day(&self, time: i64) -> u32 {
        u32::try_from((time - self.start).div_euclid(DAY_MS)).unwrap_or(0)
    }

    /// The date of a day of the period.
    pub(crate) fn date(&self, day: u32) -> NaiveDate {
        self.start_date.checked_add_days(Days::new(u64::from(day))).unwrap_or(self.start_date)
    }
}

/// The campaigns that run on a date, and the share of its visits that each brings.
fn campaigns_of(profile: &Profile, date: NaiveDate) -> Vec<(usize, f64)> {
    let runs = |campaign: &Campaign| {
        (0..campaign.days)
            .filter_map(|back| date.checked_sub_days(Days::new(u64::from(back))))
            .any(|first| (first.month(), first.day()) == (campaign.month, campaign.day))
    };
    let running: Vec<_> =
        profile.campaign.iter().enumerate().filter(|(_, campaign)| runs(campaign)).collect();
    let brought: f64 = running.iter().map(|(_, campaign)| campaign.traffic).sum();
    running.iter().map(|(place, campaign)| (*place, campaign.traffic / (1.0 + brought))).collect()
}

/// How busy a date is: year, week, holidays, paydays, campaigns, and a noise with memory.
fn day_weight(profile: &Profile, seed: u64, date: NaiveDate) -> f64 {
    let season = &profile.season;
    // Months flow into one another: the weight of a month is that of its 15th.
    let month = date.month0() as usize;
    let (other, share) = if date.day() < 15 {
        ((month + 11) % 12, f64::from(15 - date.day()) / 30.0)
    } else {
        ((month + 1) % 12, f64::from(date.day() - 15) / 30.0)
    };
    let mut weight = season.month[month] * (1.0 - share) + season.month[other] * share;
    weight *= season.weekday[date.weekday().num_days_from_monday() as usize];
    for holiday in &season.holiday {
        if (holiday.month, holiday.day) == (date.month(), date.day()) {
            weight *= holiday.lift;
        }
    }
    if season.payday_days.contains(&date.day()) {
        weight *= season.payday_lift;
    }
    // What campaigns bring comes on top, so that the chance to come by one is that of the rest.
    weight /= 1.0 - campaigns_of(profile, date).iter().map(|(_, chance)| chance).sum::<f64>();
    // A moving average of independent draws, one per date, so that any period
    // of the same seed sees the same days.
    let (mut noise, mut scale, mut square) = (0.0, 1.0, 0.0);
    for back in 0..10 {
        let day = (date.num_days_from_ce() - back) as u64;
        noise += scale * Stream::new(seed, Purpose::Day, day, 0).normal();
        square += scale * scale;
        scale *= season.noise_memory;
    }
    weight * (season.noise * noise / f64::sqrt(square)).exp()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn a_date_is_as_busy_in_any_period_that_holds_it() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        let date = NaiveDate::from_ymd_opt(2026, 1, 20).unwrap();
        assert_eq!(day_weight(&profile, 1, date), day_weight(&profile, 1, date));
        assert_ne!(day_weight(&profile, 1, date), day_weight(&profile, 2, date));
    }

    fn calendar(profile: &Profile, date: (i32, u32, u32), days: u32) -> Calendar {
        Calendar::new(profile, 1, NaiveDate::from_ymd_opt(date.0, date.1, date.2).unwrap(), days)
    }

    #[test]
    fn moments_follow_the_hours_of_the_profile_on_the_visitors_clock() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        let calendar = calendar(&profile, (2026, 1, 5), 30);
        let mut stream = Stream::new(1, Purpose::Life, 0, 0);
        for zone in [Zone::London, Zone::LosAngeles] {
            let mut hours = [0_u32; 24];
            for _ in 0..20_000 {
                let time = calendar.moment(zone, &mut stream);
                assert!((calendar.start..calendar.end).contains(&time));
                let clock = time + zone.hours_ahead(calendar.start_date) * HOUR_MS;
                hours[(clock.rem_euclid(DAY_MS) / HOUR_MS) as usize] += 1;
            }
            assert!(hours[20] > 8 * hours[3], "{zone:?} {hours:?}");
        }
    }

    #[test]
    fn moments_between_two_others_lie_there() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        let calendar = calendar(&profile, (2026, 1, 5), 30);
        let mut stream = Stream::new(1, Purpose::Life, 0, 0);
        for (from, until) in [(3, 4), (3, 30), (3, 300), (0, 720), (700, 720)] {
            let (from, until) = (calendar.start + from * HOUR_MS, calendar.start + until * HOUR_MS);
            for _ in 0..200 {
                let time = calendar.moment_between(from, until, Zone::Berlin, &mut stream);
                assert!((from..until).contains(&time), "{from} {time} {until}");
            }
        }
    }

    #[test]
    fn a_campaign_brings_its_share_of_the_visits_and_no_more() {
        let mut profile = Profile::named(Profile::DEFAULT).unwrap();
        profile.season.noise = 0.0;
        let quiet = Profile { campaign: Vec::new(), ..profile.clone() };
        let campaign = &profile.campaign[0];
        let date = NaiveDate::from_ymd_opt(2026, campaign.month, campaign.day).unwrap();
        let lift = day_weight(&profile, 1, date) / day_weight(&quiet, 1, date);
        assert!((lift - 1.0 - campaign.traffic).abs() < 1e-9, "{lift}");
        let calendar = Calendar::new(&profile, 1, date, 1);
        let mut stream = Stream::new(1, Purpose::Life, 0, 0);
        let visits = 20_000;
        let by_it = (0..visits).filter(|_| calendar.campaign(calendar.start, &mut stream) == Some(0)).count();
        let share = by_it as f64 / f64::from(visits);
        assert!((share - campaign.traffic / (1.0 + campaign.traffic)).abs() < 0.01, "{share}");
        assert!(calendar.campaigns.len() == 1 && campaigns_of(&profile, date - Days::new(1)).is_empty());
    }
}
