//! Time zones: what the clocks of visitors show.
//!
//! A table of our own, for the rules must not change with the machine's: the
//! summer times of the European Union (since 1996) and of North America (since
//! 2007), by whole days.

use chrono::{Datelike, NaiveDate, Weekday};

/// A time zone of the cities that visitors come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    /// UTC, an hour more in summer.
    London,
    /// Central Europe: an hour before UTC, two in summer.
    Berlin,
    /// The east of North America: five hours behind UTC, four in summer.
    NewYork,
    /// Its middle: six hours behind.
    Chicago,
    /// Its mountains: seven hours behind.
    Denver,
    /// Its west: eight hours behind.
    LosAngeles,
}

impl Zone {
    /// All zones.
    pub(crate) const ALL: [Zone; 6] =
        [Zone::London, Zone::Berlin, Zone::NewYork, Zone::Chicago, Zone::Denver, Zone::LosAngeles];

    /// Hours that its clocks are ahead of UTC on a date.
    pub fn hours_ahead(self, date: NaiveDate) -> i64 {
        let standard = match self {
            Zone::London => 0,
            Zone::Berlin => 1,
            Zone::NewYork => -5,
            Zone::Chicago => -6,
            Zone::Denver => -7,
            Zone::LosAngeles => -8,
        };
        let sunday = |month, nth| NaiveDate::from_weekday_of_month_opt(date.year(), month, Weekday::Sun, nth);
        // March and October have 31 days: the last Sunday is the last of the fifth, else of the fourth.
        let last_sunday = |month| sunday(month, 5).or(sunday(month, 4));
        let summer = match self {
            Zone::London | Zone::Berlin => last_sunday(3).zip(last_sunday(10)),
            _ => sunday(3, 2).zip(sunday(11, 1)),
        };
        standard + i64::from(summer.is_some_and(|(from, until)| (from..until).contains(&date)))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn clocks_change_on_the_days_of_the_law() {
        let ahead =
            |zone: Zone, month, day| zone.hours_ahead(NaiveDate::from_ymd_opt(2026, month, day).unwrap());
        assert_eq!(
            [(3, 28), (3, 29), (10, 24), (10, 25)].map(|(m, d)| ahead(Zone::Berlin, m, d)),
            [1, 2, 2, 1]
        );
        assert_eq!(
            [(3, 28), (3, 29), (10, 24), (10, 25)].map(|(m, d)| ahead(Zone::London, m, d)),
            [0, 1, 1, 0]
        );
        assert_eq!(
            [(3, 7), (3, 8), (10, 31), (11, 1)].map(|(m, d)| ahead(Zone::NewYork, m, d)),
            [-5, -4, -4, -5]
        );
        assert_eq!(ahead(Zone::LosAngeles, 7, 1), -7);
    }
}
