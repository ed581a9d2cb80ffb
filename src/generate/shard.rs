//! A shard: the events of one day and one block of users. The cut follows
//! from the options alone, so any thread or machine may make any shard.

use std::sync::{Arc, OnceLock};

use chrono::NaiveDate;

use super::event::{Event, TrueSession};
use super::life::{LONGEST_VISIT_MS, Life, PlannedVisit};
use super::season::DAY_MS;
use super::{Plan, bot, session};

/// Sessions that a shard should hold: enough for files of a good size, few
/// enough for memory.
const SESSIONS_PER_SHARD: u64 = 8192;

/// Days that a block is sized for: the visits of a block are in memory
/// together, so in a longer period its shards hold fewer sessions instead.
const DAYS_PER_BLOCK: u32 = 64;

/// Users, and a like share of the programs, whose visits are planned together, once for all days.
#[derive(Debug)]
struct Block {
    first: u64,
    end: u64,
    first_bot: u64,
    end_bot: u64,
    visits: OnceLock<Vec<PlannedVisit>>,
}

impl Block {
    /// The block's visits, by start.
    fn visits(&self, plan: &Plan) -> &[PlannedVisit] {
        self.visits.get_or_init(|| {
            let people = (self.first..self.end).map(|user| Life::of(plan, user).visits);
            let programs = (self.first_bot..self.end_bot).map(|bot| bot::visits(plan, bot));
            // The largest thing in memory: it must not grow by doubling.
            let users = u128::from(self.end - self.first);
            let expected = users * u128::from(plan.sessions) / u128::from(plan.users);
            let mut visits = Vec::with_capacity(expected as usize * 17 / 16);
            for mut some in people.chain(programs) {
                if visits.len() + some.len() > visits.capacity() {
                    visits.reserve_exact(some.len() + visits.len() / 16);
                }
                visits.append(&mut some);
            }
            visits.sort_unstable_by_key(|visit| (visit.start, visit.user));
            visits
        })
    }
}

/// One day of one block of users.
#[derive(Debug, Clone)]
pub struct Shard {
    plan: Arc<Plan>,
    block: Arc<Block>,
    block_number: u32,
    day: u32,
}

/// What a shard holds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ShardRows {
    /// Events of the day, ordered by (event_time, event_id).
    pub events: Vec<Event>,
    /// True sessions that began on the day, ordered by start.
    pub sessions: Vec<TrueSession>,
}

/// All shards of a plan: block by block, day by day.
pub(super) fn shards(plan: &Arc<Plan>) -> Vec<Shard> {
    let days = plan.calendar.days;
    let sessions_per_block = SESSIONS_PER_SHARD * u64::from(days.min(DAYS_PER_BLOCK));
    let users_per_block =
        (u128::from(sessions_per_block) * u128::from(plan.users) / u128::from(plan.sessions)).max(1) as u64;
    let mut shards = Vec::new();
    for (block_number, first) in (0..plan.users).step_by(users_per_block as usize).enumerate() {
        let end = (first + users_per_block).min(plan.users);
        let bots =
            |users: u64| (u128::from(plan.bots.count()) * u128::from(users) / u128::from(plan.users)) as u64;
        let (first_bot, end_bot) = (bots(first), bots(end));
        let block = Arc::new(Block { first, end, first_bot, end_bot, visits: OnceLock::new() });
        for day in 0..days {
            shards.push(Shard {
                plan: plan.clone(),
                block: block.clone(),
                block_number: block_number as u32,
                day,
            });
        }
    }
    shards
}

impl Shard {
    /// The day.
    pub fn date(&self) -> NaiveDate {
        self.plan.calendar.date(self.day)
    }

    /// Number of the block of users.
    pub fn block(&self) -> u32 {
        self.block_number
    }

    /// The shard's events, ordered by (event_time, event_id).
    pub fn events(&self) -> impl Iterator<Item = Event> {
        self.rows().events.into_iter()
    }

    /// The shard's events, and the true sessions that began on its day.
    pub fn rows(&self) -> ShardRows {
        let mut rows = ShardRows::default();
        self.fill(&mut rows);
        rows
    }

    /// The same in place of what `rows` holds: a thread that makes one shard after
    /// another keeps its room, which would leave holes in memory if it came and went.
    pub fn fill(&self, rows: &mut ShardRows) {
        let ShardRows { events, sessions } = rows;
        events.clear();
        sessions.clear();
        let plan = self.plan.as_ref();
        let start = plan.calendar.start + i64::from(self.day) * DAY_MS;
        let end = start + DAY_MS;
        let visits = self.block.visits(plan);
        // Visits that began late on the day before may reach into this one.
        let first = visits.partition_point(|visit| visit.start < start - LONGEST_VISIT_MS);
        let last = visits.partition_point(|visit| visit.start < end);
        for visit in &visits[first..last] {
            if visit.deadline < start {
                continue;
            }
            let made = session::session(plan, visit);
            if visit.start >= start {
                sessions.extend(session::truth(visit, &made));
            }
            events.extend(made.into_iter().filter(|event| (start..end).contains(&event.event_time)));
        }
        for visit in visits {
            if visit.refund.is_some_and(|time| (start..end).contains(&time)) {
                events.extend(session::refund(plan, visit));
            }
        }
        events.sort_unstable_by_key(|event| (event.event_time, event.event_id));
    }
}
