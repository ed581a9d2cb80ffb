//! The calendar: how busy each day and hour of the period is.

use chrono::{Datelike, Days, NaiveDate};

use super::profile::Profile;
use super::stream::{Cumulative, Purpose, Stream};

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
}

impl Calendar {
    pub(crate) fn new(profile: &Profile, seed: u64, start_date: NaiveDate, days: u32) -> Self {
        let start = start_date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp_millis();
        let weights = (0..days).map(|day| {
            let date = start_date.checked_add_days(Days::new(u64::from(day))).unwrap_or(start_date);
            day_weight(profile, seed, date)
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
        }
    }

    /// A moment of the period, drawn by day and hour.
    pub(crate) fn moment(&self, stream: &mut Stream) -> i64 {
        let day = self.day_weights.draw(stream) as i64;
        let hour = self.hour_weights.draw(stream) as i64;
        self.start + day * DAY_MS + hour * HOUR_MS + stream.below(HOUR_MS as usize) as i64
    }

    /// How busy the hour of `time` is, 1 at the busiest.
    pub(crate) fn busyness(&self, time: i64) -> f64 {
        self.hours[hour_of(time)]
    }

    /// How ready to buy people are in the hour of `time`, 1 on average.
    pub(crate) fn buying(&self, time: i64) -> f64 {
        self.buying[hour_of(time)]
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

fn hour_of(time: i64) -> usize {
    (time.rem_euclid(DAY_MS) / HOUR_MS) as usize
}

/// How busy a date is: year, week, holidays, paydays, and a noise with memory.
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

    #[test]
    fn moments_follow_the_hours_of_the_profile() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        let calendar = Calendar::new(&profile, 1, NaiveDate::from_ymd_opt(2026, 1, 5).unwrap(), 30);
        let mut stream = Stream::new(1, Purpose::Life, 0, 0);
        let mut hours = [0_u32; 24];
        for _ in 0..20_000 {
            let time = calendar.moment(&mut stream);
            assert!((calendar.start..calendar.end).contains(&time));
            hours[hour_of(time)] += 1;
        }
        assert!(hours[16] > 8 * hours[23], "{hours:?}");
    }
}
