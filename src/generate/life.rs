//! A user's life: how often they come, when, on which device, for what.

use super::profile::Profile;
use super::season::{DAY_MS, HOUR_MS};
use super::stream::{Purpose, Shuffle, Stream};
use super::zone::Zone;
use super::{Plan, place, user};

/// The longest visit, milliseconds. A visit that crosses midnight begins in
/// the last hours of the day before, which is where a shard looks for it.
pub(crate) const LONGEST_VISIT_MS: i64 = 4 * 3_600_000;

/// A visit has at least this long before the next one is near.
const ROOM_MS: i64 = 300_000;

/// The life of a visitor who stops coming has this long for each visit at least.
const LEAST_MS_PER_VISIT: i64 = 4 * HOUR_MS;

/// What a visit is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Intent {
    /// To buy.
    Buy,
    /// To fill a cart, and leave it.
    Abandon,
    /// To look at products.
    Browse,
    /// A glance at the shop, no product.
    Glance,
    /// A program's, to fetch page after page.
    Crawl,
}

/// What the shop knows of who is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Account {
    /// Nothing.
    Unknown,
    /// Logged in during the visit.
    LogsIn,
    /// Logged in from the first event on.
    Known,
}

/// A visit as planned: when it begins and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PlannedVisit {
    /// The user's number; programs are numbered after the users.
    pub user: u64,
    /// Number among the user's visits, from 0.
    pub number: u32,
    /// Number among the device's visits, from 1.
    pub session_no: u32,
    /// The user's first or second device.
    pub device: u32,
    /// Time of the first event, milliseconds since 1970 UTC.
    pub start: i64,
    /// No event after this.
    pub deadline: i64,
    pub intent: Intent,
    pub account: Account,
    /// Where the visitor lives, positions in the list of countries and of its cities.
    pub home: (u8, u8),
    /// The campaign it comes by, a position in the profile's.
    pub campaign: Option<u16>,
    /// When the shop books a line of the order back.
    pub refund: Option<i64>,
}

/// All visits of a user, in order of time.
#[derive(Debug)]
pub(crate) struct Life {
    pub visits: Vec<PlannedVisit>,
    /// From when and until when the shop is one the user comes to: a law for tests.
    #[cfg_attr(not(test), expect(dead_code))]
    pub presence: Presence,
    signs_up: bool,
}

/// The part of the period in which a user comes to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Presence {
    pub from: i64,
    pub until: i64,
    /// Whether it begins within the period.
    pub is_new: bool,
}

impl Life {
    /// The life of a user.
    pub(crate) fn of(plan: &Plan, user: u64) -> Self {
        let profile = &plan.profile;
        let visit_count = plan.activity.visits(user);
        let mut stream = Stream::new(plan.seed, Purpose::Life, user, 0);
        let home = user::home(plan, user);
        let zone = place::zone(home.0, home.1);
        let presence = Presence::of(plan, visit_count, zone, &mut stream);
        let two_devices = visit_count >= 3 && stream.chance(profile.user.second_device);
        let signs_up = stream.chance(profile.user.signup_in_period) || presence.is_new;
        let readiness = profile.intent.buy * stream.gamma(profile.intent.buyer_shape);
        let mut known = [(); 2].map(|()| !signs_up && stream.chance(profile.account.known_at_first));
        let mut session_no = [0; 2];

        let times = times(plan, visit_count, presence, zone, &mut stream);
        let mut visits = Vec::with_capacity(times.len());
        for (number, start) in times.iter().copied().enumerate() {
            let device = usize::from(two_devices && !stream.chance(profile.user.main_device));
            let campaign = plan.calendar.campaign(start, &mut stream);
            let lift = profile.experiment.buy_lift[plan.variant(user, device as u32)]
                * campaign.map_or(1.0, |campaign| profile.campaign[campaign].buying);
            let ready = (readiness * lift * plan.calendar.buying(start, zone)).min(profile.intent.most_ready);
            let draw = stream.unit();
            let intent = if draw < ready {
                Intent::Buy
            } else if draw < ready + (1.0 - ready) * profile.intent.abandon {
                Intent::Abandon
            } else if draw > 1.0 - profile.intent.no_product {
                Intent::Glance
            } else {
                Intent::Browse
            };
            let login = match intent {
                Intent::Buy => profile.account.login_of_buyer,
                _ => profile.account.login,
            };
            let account = if known[device] {
                Account::Known
            } else if stream.chance(login) {
                Account::LogsIn
            } else {
                Account::Unknown
            };
            known[device] = account != Account::Unknown && stream.chance(profile.account.stay);
            session_no[device] += 1;
            let next = times.get(number + 1).copied().unwrap_or(i64::MAX);
            let between = (profile.pace.between_visits * 1000.0) as i64;
            let end = presence.until - 1;
            visits.push(PlannedVisit {
                user,
                number: number as u32,
                session_no: session_no[device],
                device: device as u32,
                start,
                deadline: (start + LONGEST_VISIT_MS).min(next.saturating_sub(between)).min(end),
                intent,
                account,
                home: (home.0 as u8, home.1 as u8),
                campaign: campaign.map(|campaign| campaign as u16),
                refund: refund(profile, intent, start, &mut stream).filter(|time| *time < plan.calendar.end),
            });
        }
        Self { visits, presence, signs_up }
    }

    /// When the account was made, if that was within the period.
    pub(crate) fn signup(&self) -> Option<i64> {
        let first = self.visits.iter().find(|visit| visit.account == Account::LogsIn);
        first.filter(|_| self.signs_up).map(|visit| visit.start)
    }
}

impl Presence {
    /// From when until when a user with so many visits comes. Who leaves is
    /// made up for by who is new; growth is the calendar's. The shorter a user
    /// is there, the fewer visits that makes: those with several were mostly
    /// there all the time.
    fn of(plan: &Plan, visit_count: u64, zone: Zone, stream: &mut Stream) -> Self {
        let calendar = &plan.calendar;
        let always = Self { from: calendar.start, until: calendar.end, is_new: false };
        let churn = plan.profile.growth.churn_per_month;
        if churn == 0.0 || visit_count < 2 {
            return always;
        }
        // How many leave in a moment, where the share of a month is given.
        let months_stayed = 1.0 / -(1.0 - churn.min(0.999)).ln();
        let newcomers = f64::from(calendar.days) / 30.0 / months_stayed;
        let is_new = stream.chance(newcomers / (1.0 + newcomers));
        let from = if is_new { calendar.moment(zone, stream) } else { calendar.start };
        let stayed = stream.exponential(months_stayed * 30.0 * DAY_MS as f64) as i64;
        let until = from.saturating_add(stayed).min(calendar.end);
        let share = (until - from) as f64 / (calendar.end - calendar.start) as f64;
        if !stream.chance(share) || until - from < visit_count as i64 * LEAST_MS_PER_VISIT {
            return always;
        }
        Self { from, until, is_new }
    }
}

/// When a line of the order comes back: days later, in working hours.
fn refund(profile: &Profile, intent: Intent, start: i64, stream: &mut Stream) -> Option<i64> {
    if intent != Intent::Buy || !stream.chance(profile.order.refund) {
        return None;
    }
    let order = &profile.order;
    let days = stream.log_normal(order.refund_after_days.ln(), order.refund_sigma).ceil().max(1.0) as i64;
    let midnight = start.div_euclid(DAY_MS) + days;
    Some(midnight * DAY_MS + (stream.between(8.0, 17.0) * 3_600_000.0) as i64)
}

/// When the visits of a life begin: some on days of their own, some soon
/// after another; in order, with room for each.
fn times(plan: &Plan, count: u64, presence: Presence, zone: Zone, stream: &mut Stream) -> Vec<i64> {
    let (calendar, habits) = (&plan.calendar, &plan.profile.user);
    let Presence { from, until, is_new } = presence;
    let mut times: Vec<i64> = Vec::with_capacity(count as usize);
    for number in 0..count {
        if number == 0 && is_new {
            times.push(from);
            continue;
        }
        let mut time = None;
        if !times.is_empty() && stream.chance(habits.return_soon) {
            let earlier = *stream.pick(&times);
            let hours = stream.log_normal(habits.return_after_hours.ln(), habits.return_after_sigma);
            let later = earlier + (hours * 3_600_000.0) as i64;
            // Most people sleep at night, whenever they came last.
            if later < until && stream.chance(calendar.busyness(later, zone)) {
                time = Some(later);
            }
        }
        times.push(time.unwrap_or_else(|| calendar.moment_between(from, until, zone, stream)));
    }
    spread(plan, &mut times, until, stream);
    times
}

/// Puts times in order, with room for a visit at each, the last before `until`.
pub(crate) fn spread(plan: &Plan, times: &mut [i64], until: i64, stream: &mut Stream) {
    times.sort_unstable();
    let least = (plan.profile.pace.between_visits * 1000.0) as i64 + ROOM_MS;
    for at in 1..times.len() {
        if times[at] < times[at - 1] + least {
            times[at] = times[at - 1] + least + stream.exponential(1_200_000.0) as i64;
        }
    }
    let mut latest = until - 1000;
    for time in times.iter_mut().rev() {
        *time = (*time).min(latest);
        latest = *time - least;
    }
}

/// How many visits each user makes: a few come very often. The visits of all
/// users add up to exactly what was asked for.
#[derive(Debug)]
pub(crate) struct Activity {
    shuffle: Shuffle,
    users: u64,
    sessions: u64,
    /// Share of the visits made by the least active 0, 1/STEPS, 2/STEPS, ... of the users.
    shares: Vec<f64>,
}

impl Activity {
    const STEPS: usize = 8192;

    pub(crate) fn new(profile: &Profile, seed: u64, users: u64, sessions: u64, days: u32) -> Self {
        let mean = sessions as f64 / users as f64;
        let most = (profile.user.most_visits_per_day * u64::from(days)) as f64;
        let steps = Self::STEPS;
        let excess: Vec<f64> = (0..steps)
            .map(|step| quantile(&profile.user.visits, (step as f64 + 0.5) / steps as f64) - 1.0)
            .collect();
        let visits = |stretch: f64, excess: f64| (1.0 + stretch * excess).min(most);
        let mean_at =
            |stretch: f64| excess.iter().map(|excess| visits(stretch, *excess)).sum::<f64>() / steps as f64;
        // The excess over one visit each is stretched until the mean is right.
        let (mut low, mut high) = (0.0, 1.0);
        while mean_at(high) < mean && high < 1e12 {
            high *= 2.0;
        }
        for _ in 0..100 {
            let middle = (low + high) / 2.0;
            if mean_at(middle) < mean { low = middle } else { high = middle }
        }
        let mut shares = vec![0.0];
        let mut sum = 0.0;
        for excess in &excess {
            sum += if mean > 1.0 { visits(high, *excess) } else { 1.0 };
            shares.push(sum);
        }
        shares.iter_mut().for_each(|share| *share /= sum);
        Self { shuffle: Shuffle::new(seed, users), users, sessions, shares }
    }

    /// Visits of a user.
    pub(crate) fn visits(&self, user: u64) -> u64 {
        let rank = self.shuffle.place(user);
        self.before(rank + 1) - self.before(rank)
    }

    /// Visits of all users below a rank.
    fn before(&self, rank: u64) -> u64 {
        if rank >= self.users {
            return self.sessions;
        }
        let place = rank as f64 / self.users as f64 * Self::STEPS as f64;
        let step = (place as usize).min(Self::STEPS - 1);
        let share = self.shares[step] + (self.shares[step + 1] - self.shares[step]) * (place - step as f64);
        (share * self.sessions as f64).round() as u64
    }
}

/// The value at a share of the users, on straight lines between the knots.
fn quantile(knots: &[[f64; 2]], share: f64) -> f64 {
    for pair in knots.windows(2) {
        let ([x0, y0], [x1, y1]) = (pair[0], pair[1]);
        if share <= x1 {
            return y0 + (y1 - y0) * (share - x0) / (x1 - x0);
        }
    }
    knots.last().map_or(1.0, |knot| knot[1])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    #[test]
    fn visits_add_up_to_the_sessions_asked_for() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        for (users, sessions) in [(1, 1), (1, 7), (10, 3), (333, 1000), (3333, 10_000), (100, 20_000)] {
            let activity = Activity::new(&profile, 42, users, sessions, 30);
            let sum: u64 = (0..users).map(|user| activity.visits(user)).sum();
            assert_eq!(sum, sessions);
        }
    }

    #[test]
    fn about_half_of_the_users_come_once_and_a_few_very_often() {
        let profile = Profile::named(Profile::DEFAULT).unwrap();
        let activity = Activity::new(&profile, 42, 10_000, 30_000, 30);
        let mut visits: Vec<_> = (0..10_000).map(|user| activity.visits(user)).collect();
        visits.sort_unstable();
        assert_eq!(visits[4000], 1);
        assert!(visits[9000] >= 6 && visits[9900] >= 18, "{} {}", visits[9000], visits[9900]);
    }
}
