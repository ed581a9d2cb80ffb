//! Programs among the visitors: what they are, and when they come.
//!
//! They are no users: they have no account, and their numbers follow those of
//! the users. Whoever reads the log must tell them from people by what they
//! say they are, or by what they do.

use super::life::{Account, Intent, LONGEST_VISIT_MS, PlannedVisit, spread};
use super::profile::{BotKind, Profile};
use super::season::{DAY_MS, HOUR_MS};
use super::stream::{Purpose, Stream};
use super::{Plan, place};

/// The programs of a kind: neighbours among all programs.
#[derive(Debug)]
struct Crew {
    /// The first of them, and how many they are.
    first: u64,
    bots: u64,
    /// Visits of all of them.
    visits: u64,
}

/// All programs, kind by kind.
#[derive(Debug)]
pub(crate) struct Bots {
    crews: Vec<Crew>,
}

impl Bots {
    /// The programs that make their share of so many visits in so many days.
    pub(crate) fn new(profile: &Profile, sessions: u64, days: u32) -> Self {
        let weights: f64 = profile.bot.kind.iter().map(|kind| kind.weight).sum();
        // People make one visit at least.
        let all = ((sessions as f64 * profile.bot.share).round() as u64).min(sessions - 1);
        let (mut crews, mut before, mut first) = (Vec::new(), 0, 0);
        let mut weight = 0.0;
        for kind in &profile.bot.kind {
            weight += kind.weight;
            let until = (all as f64 * weight / weights).round() as u64;
            let visits = until.min(all) - before;
            before += visits;
            let bots = visits.div_ceil(visits_of_each(kind, days));
            crews.push(Crew { first, bots, visits });
            first += bots;
        }
        Self { crews }
    }

    /// How many there are.
    pub(crate) fn count(&self) -> u64 {
        self.crews.iter().map(|crew| crew.bots).sum()
    }

    /// How many visits they make.
    pub(crate) fn visits(&self) -> u64 {
        self.crews.iter().map(|crew| crew.visits).sum()
    }

    /// The kind of a program, a position in the profile's.
    pub(crate) fn kind(&self, bot: u64) -> usize {
        self.crews.partition_point(|crew| crew.first + crew.bots <= bot)
    }

    /// How many visits a program makes: all of its kind about the same.
    fn visits_of(&self, bot: u64) -> u64 {
        let crew = &self.crews[self.kind(bot)];
        let before =
            |place: u64| (u128::from(crew.visits) * u128::from(place) / u128::from(crew.bots)) as u64;
        before(bot - crew.first + 1) - before(bot - crew.first)
    }
}

/// Hours from one visit of a program to its next, about.
fn hours_between(kind: &BotKind) -> f64 {
    if kind.night > 0.0 { kind.every_hours.max(24.0) } else { kind.every_hours }
}

/// Visits that a program makes before it comes as another one, as far as the period has room for them.
fn visits_of_each(kind: &BotKind, days: u32) -> u64 {
    let room = f64::from(days) * 24.0 / hours_between(kind);
    u64::from(kind.visits).min(room as u64).max(1)
}

/// The visits of a program, in order of time.
pub(crate) fn visits(plan: &Plan, bot: u64) -> Vec<PlannedVisit> {
    let kind = &plan.profile.bot.kind[plan.bots.kind(bot)];
    let user = plan.users + bot;
    let mut stream = Stream::new(plan.seed, Purpose::Bot, user, 0);
    let home = place::home(&plan.profile, &mut stream);
    let zone = place::zone(home.0, home.1);
    let count = plan.bots.visits_of(bot);
    let calendar = &plan.calendar;
    let every = (hours_between(kind) * HOUR_MS as f64) as i64;
    let first = calendar.start
        + (stream.unit() * ((calendar.end - calendar.start) - every * (count as i64 - 1)).max(1) as f64)
            as i64;
    let at_night = stream.chance(kind.night);
    let mut times: Vec<_> = (0..count as i64)
        .map(|number| {
            let time = first + number * every;
            if at_night {
                // One to six o'clock where it runs.
                let midnight = time.div_euclid(DAY_MS) * DAY_MS;
                midnight + (stream.between(1.0, 6.0) * HOUR_MS as f64) as i64
                    - zone.hours_ahead(calendar.date(calendar.day(time))) * HOUR_MS
            } else {
                time + (stream.between(-0.05, 0.05) * every as f64) as i64
            }
            .clamp(calendar.start, calendar.end - 1000)
        })
        .collect();
    spread(plan, &mut times, calendar.end, &mut stream);
    let between = (plan.profile.pace.between_visits * 1000.0) as i64;
    let visit = |(number, start): (usize, i64)| {
        let next = times.get(number + 1).copied().unwrap_or(i64::MAX);
        PlannedVisit {
            user,
            number: number as u32,
            session_no: number as u32 + 1,
            device: 0,
            start,
            deadline: (start + LONGEST_VISIT_MS).min(next.saturating_sub(between)).min(calendar.end - 1),
            intent: Intent::Crawl,
            account: Account::Unknown,
            home: (home.0 as u8, home.1 as u8),
            campaign: None,
            refund: None,
        }
    };
    times.iter().copied().enumerate().map(visit).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn programs_make_their_share_of_the_visits_and_leave_one_to_people() {
        let profile = Profile::default();
        for (sessions, days) in [(1, 1), (2, 1), (100, 1), (10_000, 30), (123_457, 138)] {
            let bots = Bots::new(&profile, sessions, days);
            let sum: u64 = (0..bots.count()).map(|bot| bots.visits_of(bot)).sum();
            assert_eq!(sum, bots.visits());
            assert!(sum < sessions);
            let wanted = (sessions as f64 * profile.bot.share).round() as u64;
            assert_eq!(sum, wanted.min(sessions - 1));
        }
    }
}
