//! Dirt: what goes wrong between a visitor and the collector's files.
//!
//! [`spoil`] takes the events of a shard as they happened and makes the rows
//! as they were received, each planted defect labelled. Whether a thing is
//! spoiled follows from the seed and the thing (event, device, visit) alone,
//! so any shard on any machine gets the same dirt. What the shop books itself
//! (refunds) does not pass the collector and stays clean.
//!
//! A row lies in the file of the day on which it truly happened, however late
//! it came: collectors file by event day, and `received_at` tells the rest.

use std::sync::Arc;

use super::Plan;
use super::answers::Fact;
use super::event::{Event, EventType, Visit};
use super::season::DAY_MS;
use super::stream::{Purpose, id};

/// A kind of dirt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Defect {
    /// The same row once more.
    Duplicate,
    /// The same event once more, received later.
    Redelivered,
    /// Received minutes to days late.
    Late,
    /// Behind rows of later events.
    OutOfOrder,
    /// Never received.
    Lost,
    /// A field is empty.
    Missing,
    /// The row is cut off.
    Malformed,
    /// A word where a number or time should be.
    WrongType,
    /// A byte that is not UTF-8.
    Encoding,
    /// The device's clock is wrong, by minutes to hours, all its life.
    Skewed,
    /// A visit under a visitor id of its own (cleared cookies, private window).
    Rotated,
}

impl Defect {
    /// All kinds.
    pub const ALL: [Defect; 11] = [
        Defect::Duplicate,
        Defect::Redelivered,
        Defect::Late,
        Defect::OutOfOrder,
        Defect::Lost,
        Defect::Missing,
        Defect::Malformed,
        Defect::WrongType,
        Defect::Encoding,
        Defect::Skewed,
        Defect::Rotated,
    ];

    /// The word for it: its key in the configuration and its label in the truth.
    pub fn as_str(self) -> &'static str {
        match self {
            Defect::Duplicate => "duplicate",
            Defect::Redelivered => "redelivered",
            Defect::Late => "late",
            Defect::OutOfOrder => "out_of_order",
            Defect::Lost => "lost",
            Defect::Missing => "missing",
            Defect::Malformed => "malformed",
            Defect::WrongType => "wrong_type",
            Defect::Encoding => "encoding",
            Defect::Skewed => "skewed",
            Defect::Rotated => "rotated",
        }
    }

    /// Whether a good warehouse undoes it, so that the visitor's sessions are
    /// as they happened.
    pub fn is_repaired(self) -> bool {
        matches!(self, Defect::Duplicate | Defect::Redelivered | Defect::Late | Defect::OutOfOrder)
    }

    /// Whether only files of text can hold it.
    pub fn needs_text(self) -> bool {
        matches!(self, Defect::Malformed | Defect::WrongType | Defect::Encoding)
    }
}

/// How much of each kind: the share of events, for `skewed` of devices, for
/// `rotated` of visits.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Dirt {
    shares: [f64; Defect::ALL.len()],
}

impl Dirt {
    /// The share of a kind.
    pub fn share(&self, defect: Defect) -> f64 {
        self.shares[defect as usize]
    }

    /// The same with another share of a kind.
    #[must_use]
    pub fn with(mut self, defect: Defect, share: f64) -> Self {
        self.shares[defect as usize] = share;
        self
    }

    /// The share of the events that something befalls, one thing each.
    pub fn share_of_events(&self) -> f64 {
        self.shares[..Defect::Skewed as usize].iter().sum()
    }

    /// Whether there is none.
    pub fn is_none(&self) -> bool {
        self.shares.iter().all(|share| *share == 0.0)
    }
}

/// What is done to a row's text; fields are named as the raw columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// The field is left empty.
    Blank(&'static str),
    /// The field holds a word.
    Word(&'static str, &'static str),
    /// The row ends early.
    Cut,
    /// A byte is not UTF-8.
    BadByte,
}

/// A row as received.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// The event as it is written.
    pub event: Event,
    /// The visitor it truly was.
    pub visitor_id: u64,
    /// What was done to it, by kind.
    pub defects: Vec<Defect>,
    /// What is done to its text.
    pub damage: Option<Damage>,
}

impl Received {
    /// Whether there is a row at all.
    pub fn is_written(&self) -> bool {
        !self.defects.contains(&Defect::Lost)
    }

    /// Whether a good warehouse keeps the event: it is there, all it needs can
    /// be read, and it lies before the `end` of the period.
    fn is_observable(&self, end: i64) -> bool {
        let is_whole = match self.damage {
            None => true,
            Some(Damage::Blank(field)) => !NEEDED.contains(&field),
            Some(_) => false,
        };
        self.is_written() && is_whole && self.event.event_time <= end
    }
}

/// Fields without which a row is no event.
const NEEDED: [&str; 3] = ["visitor_id", "event_time", "event_type"];
/// Fields that may be empty where a row misses one.
const MISSING: [&str; 6] = ["visitor_id", "event_time", "event_type", "page_type", "city", "user_agent"];
/// The largest error of a clock.
const SKEW_MS: u64 = 12 * 3_600_000;
/// The longest way of a late row.
const LATE_MS: u64 = 3 * DAY_MS as u64;
/// A row out of order comes at most this many rows later.
const PLACES: u64 = 200;

/// A shard after the dirt.
#[derive(Debug, Clone, PartialEq)]
pub struct Spoiled {
    /// All rows in the order of the file; lost ones are labelled, not written.
    pub rows: Vec<Received>,
    /// What a good warehouse can know, in order of time for each visitor.
    pub observable: Vec<Fact>,
}

/// What the collector made of a shard's events.
pub fn spoil(plan: &Plan, events: &[Event]) -> Spoiled {
    let dirt = plan.options.dirt;
    let mut spoiled = Spoiled { rows: Vec::with_capacity(events.len()), observable: Vec::new() };
    let mut places = Vec::with_capacity(events.len());
    for event in events {
        let row = receive(plan, &dirt, event);
        if row.is_observable(plan.calendar.end) {
            spoiled.observable.push(Fact::from(&row.event));
        }
        let kind = row.defects.last().copied();
        let draw = id(plan.seed, Purpose::Defect, event.event_id as u64, 2);
        let place = spoiled.rows.len() as u64;
        places.push(if kind == Some(Defect::OutOfOrder) { place + 1 + draw % PLACES } else { place });
        if matches!(kind, Some(Defect::Duplicate | Defect::Redelivered)) {
            let mut first = row.clone();
            first.defects.pop();
            spoiled.rows.push(first);
            places.push(place + 1 + draw % PLACES);
        }
        let mut row = row;
        if kind == Some(Defect::Redelivered) {
            row.event.received_at += 1000 + (draw % LATE_MS) as i64;
        }
        spoiled.rows.push(row);
    }
    let mut order: Vec<_> = places.into_iter().zip(spoiled.rows).collect();
    order.sort_by_key(|(place, _)| *place);
    spoiled.rows = order.into_iter().map(|(_, row)| row).collect();
    forgive(&mut spoiled.rows);
    spoiled
}

/// Takes the label from rows that found no later event to come behind.
fn forgive(rows: &mut [Received]) {
    let mut latest = (i64::MIN, 0);
    for row in rows.iter_mut().filter(|row| row.is_written()) {
        let place = (row.event.event_time, row.event.event_id);
        if place >= latest {
            row.defects.retain(|defect| *defect != Defect::OutOfOrder);
            latest = place;
        }
    }
}

/// An event as it is received; the defect of the event itself comes last.
fn receive(plan: &Plan, dirt: &Dirt, event: &Event) -> Received {
    let visitor_id = event.visit.visitor_id;
    let mut row = Received { event: event.clone(), visitor_id, defects: Vec::new(), damage: None };
    if event.event_type == EventType::Refund {
        return row;
    }
    let draw = |thing: u64, number: u64| id(plan.seed, Purpose::Defect, thing, number);
    if unit(draw(visitor_id, 10)) < dirt.share(Defect::Skewed) {
        let error = (60_000 + draw(visitor_id, 11) % SKEW_MS) as i64;
        row.event.event_time += if draw(visitor_id, 12) % 2 == 0 { error } else { -error };
        row.defects.push(Defect::Skewed);
    }
    let session = event.visit.session_id.unwrap_or_default() as u64;
    if unit(draw(session, 20)) < dirt.share(Defect::Rotated) {
        let visit = Visit { visitor_id: draw(session, 21), ..event.visit.as_ref().clone() };
        row.event.visit = Arc::new(visit);
        row.defects.push(Defect::Rotated);
    }
    let own = event.event_id as u64;
    let mut luck = unit(draw(own, 0));
    for defect in Defect::ALL.into_iter().filter(|kind| *kind < Defect::Skewed) {
        let share = dirt.share(defect);
        if luck >= share {
            luck -= share;
            continue;
        }
        row.defects.push(defect);
        let detail = draw(own, 1);
        match defect {
            Defect::Late => row.event.received_at += 60_000 + (detail % LATE_MS) as i64,
            Defect::Missing => {
                row.damage = Some(Damage::Blank(MISSING[(detail % MISSING.len() as u64) as usize]));
            }
            Defect::Malformed => row.damage = Some(Damage::Cut),
            Defect::WrongType if event.price.is_some() => row.damage = Some(Damage::Word("price", "n/a")),
            Defect::WrongType => row.damage = Some(Damage::Word("event_time", "yesterday")),
            Defect::Encoding => row.damage = Some(Damage::BadByte),
            _ => {}
        }
        break;
    }
    row
}

/// Random bits as a number from 0 to below 1.
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 / (1_u64 << 53) as f64
}
