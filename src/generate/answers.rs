//! The answers a warehouse must give, counted while the events are made: for
//! all visitors, and for people alone.
//!
//! [`Tally`] takes the events of one block of users after another, each in
//! order of time per visitor, and keeps no more than the block's visitors.
//! It finds sessions by itself (a pause of more than 30 minutes begins one),
//! so the answers hold for what a collector received as well as for what
//! happened.

use std::collections::{BTreeMap, HashMap};
use std::num::NonZeroU64;

use chrono::NaiveDate;

use super::event::{Event, EventType, Outcome};
use super::season::DAY_MS;

/// A pause longer than this begins a new session, milliseconds.
const GAP_MS: i64 = 30 * 60_000;

/// Answers by name, such as `day 2026-01-05 revenue_cents`.
pub type Answers = BTreeMap<String, i64>;

/// What the answers need of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fact {
    visitor: u64,
    /// Told from others, not named: one more than the number.
    user: Option<NonZeroU64>,
    time: i64,
    event_type: EventType,
    failed: bool,
    /// Ids are 64 random bits; one of none would be no order.
    order: Option<NonZeroU64>,
    cents: i64,
    units: u32,
    variant: u32,
    is_bot: bool,
}

impl From<&Event> for Fact {
    fn from(event: &Event) -> Self {
        let units = event.quantity.unwrap_or(1);
        Self {
            visitor: event.visit.visitor_id,
            user: event.user.map(|user| NonZeroU64::MIN.saturating_add(user)),
            time: event.event_time,
            event_type: event.event_type,
            failed: event.outcome == Some(Outcome::Failure),
            order: event.order_id.and_then(NonZeroU64::new),
            cents: event.price.unwrap_or(0) * i64::from(units),
            units,
            variant: event.visit.variant as u32,
            is_bot: event.visit.bot.is_some(),
        }
    }
}

/// A session that may go on.
#[derive(Debug, Clone, Copy)]
struct Open {
    start: i64,
    end: i64,
    events: u32,
    orders: u32,
    views: bool,
    adds: bool,
    checkout: bool,
}

/// What is known of a visitor of the block.
#[derive(Debug, Default)]
struct Visitor {
    user: Option<NonZeroU64>,
    variant: u32,
    is_bot: bool,
    /// The last week with a session.
    week: Option<i32>,
    open: Option<Open>,
    order: Option<NonZeroU64>,
}

/// Counts of a day.
#[derive(Debug, Default, Clone, Copy)]
struct Day {
    events: i64,
    sessions: i64,
    converted_sessions: i64,
    orders: i64,
    revenue_cents: i64,
    refund_cents: i64,
}

/// Counts of an arm of the experiment.
#[derive(Debug, Default, Clone, Copy)]
struct Arm {
    sessions: i64,
    converted_sessions: i64,
}

/// What people did, or programs.
#[derive(Debug, Default)]
struct Counts {
    events: BTreeMap<EventType, i64>,
    visitors: i64,
    bounced_sessions: i64,
    units: i64,
    /// Sessions by the furthest step: none, product view, cart, checkout, order.
    steps: [i64; 5],
    days: BTreeMap<i64, Day>,
    arms: Vec<Arm>,
    /// Customers by the week of their first session and a week with a session.
    cohorts: BTreeMap<(i32, i32), i64>,
}

/// Counts the answers.
#[derive(Debug)]
pub struct Tally {
    variants: Vec<String>,
    block: HashMap<u64, Visitor>,
    /// The weeks in which each visitor of the block had a session.
    weeks: Vec<(u64, i32)>,
    people: Counts,
    programs: Counts,
}

impl Tally {
    /// Nothing counted yet; `variants` are the arms of the experiment.
    pub fn new(variants: &[String]) -> Self {
        let nothing = || Counts { arms: vec![Arm::default(); variants.len()], ..Counts::default() };
        Self {
            variants: variants.to_vec(),
            block: HashMap::new(),
            weeks: Vec::new(),
            people: nothing(),
            programs: nothing(),
        }
    }

    /// Counts an event; those of a visitor come in order of time.
    pub fn take(&mut self, fact: &Fact) {
        let counts = if fact.is_bot { &mut self.programs } else { &mut self.people };
        *counts.events.entry(fact.event_type).or_default() += 1;
        let day = counts.days.entry(fact.time.div_euclid(DAY_MS)).or_default();
        day.events += 1;
        if fact.event_type == EventType::Refund {
            day.refund_cents += fact.cents;
            return;
        }
        let weeks = &mut self.weeks;
        let visitor = self.block.entry(fact.visitor).or_default();
        visitor.variant = fact.variant;
        visitor.is_bot = fact.is_bot;
        visitor.user = fact.user.or(visitor.user);
        if visitor.open.is_some_and(|open| fact.time - open.end > GAP_MS)
            && let Some(ended) = visitor.open.take()
        {
            counts.end(&ended, visitor.variant);
        }
        let open = visitor.open.get_or_insert_with(|| {
            let week = week(fact.time);
            if visitor.week.replace(week) != Some(week) {
                weeks.push((fact.visitor, week));
            }
            Open {
                start: fact.time,
                end: fact.time,
                events: 0,
                orders: 0,
                views: false,
                adds: false,
                checkout: false,
            }
        });
        open.end = fact.time;
        open.events += 1;
        match fact.event_type {
            EventType::ProductView => open.views = true,
            EventType::AddToCart => open.adds = true,
            EventType::Checkout => open.checkout = true,
            EventType::Purchase if fact.failed => open.checkout = true,
            EventType::Purchase => {
                let day = counts.days.entry(fact.time.div_euclid(DAY_MS)).or_default();
                if visitor.order != fact.order {
                    visitor.order = fact.order;
                    open.orders += 1;
                    day.orders += 1;
                }
                day.revenue_cents += fact.cents;
                counts.units += i64::from(fact.units);
            }
            _ => {}
        }
    }

    /// Says that no more events of the visitors so far will come.
    pub fn end_block(&mut self) {
        // A customer is an account, else a visitor; each week of one once.
        let mut customers: Vec<(bool, bool, u64, i32)> = Vec::with_capacity(self.weeks.len());
        for (id, week) in std::mem::take(&mut self.weeks) {
            let Some(visitor) = self.block.get(&id) else { continue };
            let (is_account, number) = visitor.user.map_or((false, id), |user| (true, user.get()));
            customers.push((visitor.is_bot, is_account, number, week));
        }
        for visitor in std::mem::take(&mut self.block).into_values() {
            let counts = if visitor.is_bot { &mut self.programs } else { &mut self.people };
            if let Some(open) = &visitor.open {
                counts.end(open, visitor.variant);
            }
            counts.visitors += 1;
        }
        customers.sort_unstable();
        customers.dedup();
        let one = |a: &(bool, bool, u64, i32), b: &(bool, bool, u64, i32)| (a.0, a.1, a.2) == (b.0, b.1, b.2);
        for customer in customers.chunk_by(one) {
            let (is_bot, .., first) = customer[0];
            let counts = if is_bot { &mut self.programs } else { &mut self.people };
            for (.., week) in customer {
                *counts.cohorts.entry((first, *week)).or_default() += 1;
            }
        }
    }

    /// The answers of all that was counted.
    pub fn answers(&self) -> Answers {
        let mut answers = self.people();
        for (name, value) in self.programs.answers(&self.variants) {
            *answers.entry(name).or_default() += value;
        }
        answers
    }

    /// The answers of what people did.
    pub fn people(&self) -> Answers {
        self.people.answers(&self.variants)
    }
}

impl Counts {
    /// Counts a session that has ended.
    fn end(&mut self, session: &Open, variant: u32) {
        let converted = i64::from(session.orders > 0);
        let day = self.days.entry(session.start.div_euclid(DAY_MS)).or_default();
        day.sessions += 1;
        day.converted_sessions += converted;
        let step = match session {
            Open { orders: 1.., .. } => 4,
            Open { checkout: true, .. } => 3,
            Open { adds: true, .. } => 2,
            Open { views: true, .. } => 1,
            _ => 0,
        };
        self.steps[step] += 1;
        self.bounced_sessions += i64::from(session.events == 1);
        self.arms[variant as usize].sessions += 1;
        self.arms[variant as usize].converted_sessions += converted;
    }

    /// The answers, by name.
    fn answers(&self, variants: &[String]) -> Answers {
        let mut answers = Answers::new();
        let mut say = |name: String, value: i64| answers.insert(name, value);
        for (event_type, events) in &self.events {
            say(format!("events {}", event_type.as_str()), *events);
        }
        let steps = ["sessions", "product_view", "cart", "checkout", "purchase"];
        for (step, name) in steps.into_iter().enumerate() {
            say(format!("funnel {name}"), self.steps[step..].iter().sum());
        }
        let sum = |of: fn(&Day) -> i64| self.days.values().map(of).sum::<i64>();
        say("total events".to_owned(), sum(|day| day.events));
        say("total visitors".to_owned(), self.visitors);
        say("total bounced_sessions".to_owned(), self.bounced_sessions);
        say("total orders".to_owned(), sum(|day| day.orders));
        say("total units".to_owned(), self.units);
        say("total revenue_cents".to_owned(), sum(|day| day.revenue_cents));
        say("total refund_cents".to_owned(), sum(|day| day.refund_cents));
        for (day, counts) in &self.days {
            let date = date(*day);
            say(format!("day {date} events"), counts.events);
            say(format!("day {date} sessions"), counts.sessions);
            say(format!("day {date} converted_sessions"), counts.converted_sessions);
            say(format!("day {date} orders"), counts.orders);
            say(format!("day {date} revenue_cents"), counts.revenue_cents);
            say(format!("day {date} refund_cents"), counts.refund_cents);
        }
        for (name, arm) in variants.iter().zip(&self.arms) {
            say(format!("arm {name} sessions"), arm.sessions);
            say(format!("arm {name} converted_sessions"), arm.converted_sessions);
        }
        for ((first, later), customers) in &self.cohorts {
            let monday = |week: &i32| date(i64::from(*week) * 7 - 3);
            let (cohort, later) = (monday(first), monday(later));
            say(format!("cohort {cohort} active {later}"), *customers);
        }
        // What did not happen needs no answer.
        answers.retain(|_, value| *value != 0);
        answers
    }
}

/// The ISO week of a moment: weeks since the one of 1 January 1970, a Thursday.
fn week(time: i64) -> i32 {
    i32::try_from((time.div_euclid(DAY_MS) + 3).div_euclid(7)).unwrap_or_default()
}

/// The date of a day since 1970.
fn date(day: i64) -> NaiveDate {
    i32::try_from(day).ok().and_then(NaiveDate::from_epoch_days).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;

    /// An event of visitor 1, seconds after Sunday 4 January 2026, 23:00 UTC.
    fn fact(seconds: i64, event_type: EventType) -> Fact {
        Fact {
            visitor: 1,
            user: None,
            time: 1_767_567_600_000 + seconds * 1000,
            event_type,
            failed: false,
            order: None,
            cents: 0,
            units: 1,
            variant: 0,
            is_bot: false,
        }
    }

    fn count(facts: &[Fact]) -> Answers {
        let mut tally = Tally::new(&["control".to_owned()]);
        facts.iter().for_each(|fact| tally.take(fact));
        tally.end_block();
        tally.answers()
    }

    #[test]
    fn a_pause_of_exactly_the_gap_goes_on() {
        let view = |seconds| fact(seconds, EventType::ProductView);
        assert_eq!(count(&[view(0), view(1800)])["funnel sessions"], 1);
        assert_eq!(count(&[view(0), view(1801)])["funnel sessions"], 2);
    }

    #[test]
    fn a_session_belongs_to_the_day_of_its_start_and_an_order_to_its_own() {
        let line = Fact { order: NonZeroU64::new(7), cents: 250, ..fact(3700, EventType::Purchase) };
        let glances = [0, 1700, 3400].map(|seconds| fact(seconds, EventType::PageView));
        let answers = count(&[&glances[..], &[line, line]].concat());
        assert_eq!(answers["day 2026-01-04 converted_sessions"], 1);
        assert_eq!(answers["day 2026-01-05 orders"], 1);
        assert_eq!(answers["day 2026-01-05 revenue_cents"], 500);
        assert_eq!(answers["cohort 2025-12-29 active 2025-12-29"], 1);
        assert_eq!(answers["funnel cart"], 1);
        assert!(!answers.contains_key("day 2026-01-05 sessions"));
    }

    #[test]
    fn two_devices_of_an_account_are_one_customer() {
        let first = Fact { user: NonZeroU64::new(9), ..fact(0, EventType::Login) };
        let second = Fact { visitor: 2, ..Fact { user: NonZeroU64::new(9), ..fact(7200, EventType::Login) } };
        let answers = count(&[first, second]);
        assert_eq!(answers["total visitors"], 2);
        assert_eq!(answers["cohort 2025-12-29 active 2025-12-29"], 1);
        assert_eq!(answers["cohort 2025-12-29 active 2026-01-05"], 1);
    }

    #[test]
    fn programs_are_counted_with_all_visitors_and_not_with_people() {
        let person = fact(0, EventType::ProductView);
        let program = Fact { visitor: 2, is_bot: true, ..fact(0, EventType::ProductView) };
        let mut tally = Tally::new(&["control".to_owned()]);
        [person, program, Fact { time: program.time + 1000, ..program }]
            .iter()
            .for_each(|fact| tally.take(fact));
        tally.end_block();
        let (all, people) = (tally.answers(), tally.people());
        assert_eq!((all["funnel sessions"], people["funnel sessions"]), (2, 1));
        assert_eq!((all["total events"], people["total events"]), (3, 1));
        assert_eq!((all["cohort 2025-12-29 active 2025-12-29"], people["total visitors"]), (2, 1));
    }
}
