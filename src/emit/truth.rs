//! The truth beside the events: who came when, and what the warehouse must
//! answer.
//!
//! - `truth/sessions.parquet`: the true sessions, which sessionization must find;
//! - `truth/visitors.parquet`: each visitor (device), whose it is, its arm of
//!   the experiment, and whether it is a bot;
//! - `truth/defects.parquet`: each planted defect, with file, line and visitor;
//! - `truth/answers.json`: metrics by name, as they must come out of gold.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::datatypes::{Field, Schema, SchemaRef};
use serde::Serialize;

use super::file::{FileEntry, RawFile};
use super::row::{push_product_id, push_user_id, push_uuid, push_visitor_id};
use super::{parquet, write_error};
use crate::error::{Error, Result};
use crate::generate::{Answers, Defect, Fact, Plan, Tally, TrueSession};

/// Where the true sessions lie below the raw folder.
pub(super) const SESSIONS: &str = "truth/sessions.parquet";
/// Where the true visitors lie.
pub(super) const VISITORS: &str = "truth/visitors.parquet";
/// Where it lies when products appeared, sold out and came again.
pub(super) const SUPPLY: &str = "truth/supply.parquet";
/// Where the labels of the dirt lie.
pub(super) const DEFECTS: &str = "truth/defects.parquet";
/// Where the answers lie.
pub(super) const ANSWERS: &str = "truth/answers.json";

/// What `truth/answers.json` holds.
#[derive(Serialize)]
struct AnswerFile {
    /// As it happened.
    clean: Answers,
    /// As it must come out of what the collector received.
    observable: Answers,
    /// The same of people alone: what a warehouse shows that knows every program.
    people: Answers,
}

/// A planted defect.
pub(super) struct Label {
    /// The event file, below the raw folder.
    pub file: String,
    /// The line there, or in Parquet the row; none for a lost row.
    pub line: Option<u64>,
    pub event_id: u128,
    /// Who it truly was.
    pub visitor_id: u64,
    /// Who it is in the file.
    pub seen_as: u64,
    pub defect: Defect,
}

/// What is true of a visitor.
struct Visitor {
    /// Whose it is, a user's number; none for a program.
    owner: Option<u64>,
    /// Its arm of the experiment.
    variant: usize,
    /// Which kind of program it is; none for people.
    bot: Option<usize>,
}

/// Writes the truth as it comes, block of users by block of users.
pub(super) struct Truth {
    raw: PathBuf,
    plan: Arc<Plan>,
    sessions: Table,
    visitors: Table,
    defects: Table,
    tally: Tally,
    /// The tally of what can be known, where that differs.
    observable: Option<Tally>,
    block: u32,
    /// The visitors of the block, by id.
    seen: BTreeMap<u64, Visitor>,
}

impl Truth {
    /// Opens the files below the folder `raw`.
    pub(super) fn create(plan: &Arc<Plan>, raw: &Path) -> Result<Self> {
        Ok(Self {
            raw: raw.to_owned(),
            plan: plan.clone(),
            sessions: Table::create(raw, SESSIONS, sessions(&[]))?,
            visitors: Table::create(raw, VISITORS, visitors(&BTreeMap::new(), plan))?,
            defects: Table::create(raw, DEFECTS, defects(&[]))?,
            tally: Tally::new(plan.variants()),
            observable: (!plan.options().dirt.is_none()).then(|| Tally::new(plan.variants())),
            block: 0,
            seen: BTreeMap::new(),
        })
    }

    /// Takes what a shard knows; shards come in the plan's order.
    pub(super) fn write(&mut self, block: u32, found: &[TrueSession], facts: &[Fact]) -> Result<()> {
        if block != self.block {
            self.end_block()?;
            self.block = block;
        }
        facts.iter().for_each(|fact| self.tally.take(fact));
        self.seen.extend(found.iter().map(|session| {
            let TrueSession { owner, variant, bot, .. } = *session;
            (session.visitor_id, Visitor { owner, variant, bot })
        }));
        self.sessions.write(sessions(found))
    }

    /// Takes what can be known of the same shard, and the labels of its dirt.
    pub(super) fn write_dirt(&mut self, facts: Option<&[Fact]>, labels: &[Label]) -> Result<()> {
        if let (Some(tally), Some(facts)) = (&mut self.observable, facts) {
            facts.iter().for_each(|fact| tally.take(fact));
        }
        self.defects.write(defects(labels))
    }

    fn end_block(&mut self) -> Result<()> {
        self.tally.end_block();
        self.observable.iter_mut().for_each(Tally::end_block);
        self.visitors.write(visitors(&std::mem::take(&mut self.seen), &self.plan))
    }

    /// Ends the files and gives them their names.
    pub(super) fn publish(mut self) -> Result<[FileEntry; 5]> {
        self.end_block()?;
        let happenings = supply(&self.plan);
        let mut supply = Table::create(&self.raw, SUPPLY, happenings.clone())?;
        supply.write(happenings)?;
        let known = self.observable.as_ref().unwrap_or(&self.tally);
        let answers =
            AnswerFile { clean: self.tally.answers(), observable: known.answers(), people: known.people() };
        let mut file = RawFile::create(&self.raw, ANSWERS.to_owned())?;
        let text = serde_json::to_string_pretty(&answers)
            .map_err(|error| Error::Generate(format!("the answers cannot be written: {error}")))?;
        file.append(text.as_bytes())?;
        file.append(b"\n")?;
        Ok([
            self.sessions.publish()?,
            self.visitors.publish()?,
            supply.publish()?,
            self.defects.publish()?,
            file.publish(0)?,
        ])
    }
}

/// A column: its name and its values.
type Named = (&'static str, ArrayRef);

/// A Parquet file that grows batch by batch.
struct Table {
    place: PathBuf,
    schema: SchemaRef,
    writer: ArrowWriter<RawFile>,
    rows: u64,
}

impl Table {
    /// Opens the file at `path` below `raw`, with the columns of an empty batch.
    fn create(raw: &Path, path: &str, columns: Vec<Named>) -> Result<Self> {
        let place = raw.join(path);
        let file = RawFile::create(raw, path.to_owned())?;
        // An empty batch holds no null, but a later one may.
        let field = |(name, array): &Named| Field::new(*name, array.data_type().clone(), true);
        let schema: SchemaRef = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
        let writer = parquet::writer(file, schema.clone()).map_err(|source| write_error(&place, source))?;
        Ok(Self { place, schema, writer, rows: 0 })
    }

    fn write(&mut self, columns: Vec<Named>) -> Result<()> {
        let arrays = columns.into_iter().map(|(_, array)| array).collect();
        let batch = RecordBatch::try_new(self.schema.clone(), arrays)
            .map_err(|source| write_error(&self.place, source))?;
        self.rows += batch.num_rows() as u64;
        self.writer.write(&batch).map_err(|source| write_error(&self.place, source))
    }

    fn publish(self) -> Result<FileEntry> {
        let file = self.writer.into_inner().map_err(|source| write_error(&self.place, source))?;
        file.publish(self.rows)
    }
}

/// The columns of true sessions.
fn sessions(found: &[TrueSession]) -> Vec<Named> {
    let time = |of: fn(&TrueSession) -> i64| -> ArrayRef {
        let times = found.iter().map(|session| of(session) * 1000).collect::<Vec<_>>();
        Arc::new(TimestampMicrosecondArray::from(times).with_timezone("UTC"))
    };
    let count = |of: fn(&TrueSession) -> u32| -> ArrayRef {
        Arc::new(found.iter().map(|session| i32::try_from(of(session)).ok()).collect::<Int32Array>())
    };
    vec![
        ("visitor_id", texts(found, |session, text| push_visitor_id(text, session.visitor_id))),
        ("session_no", count(|session| session.session_no)),
        ("session_start", time(|session| session.session_start)),
        ("session_end", time(|session| session.session_end)),
        ("events", count(|session| session.events)),
        (
            "user_id",
            texts(found, |session, text| {
                if let Some(user) = session.user {
                    push_user_id(text, user);
                }
            }),
        ),
        ("session_id", texts(found, |session, text| push_uuid(text, session.session_id))),
    ]
}

/// The columns of true visitors.
fn visitors(seen: &BTreeMap<u64, Visitor>, plan: &Plan) -> Vec<Named> {
    let is_bot = seen.values().map(|visitor| Some(visitor.bot.is_some()));
    vec![
        ("visitor_id", texts(seen.keys(), |visitor, text| push_visitor_id(text, *visitor))),
        (
            "user_id",
            texts(seen.values(), |visitor, text| {
                if let Some(owner) = visitor.owner {
                    push_user_id(text, owner);
                }
            }),
        ),
        (
            "variant",
            texts(seen.values(), |visitor, text| text.push_str(plan.profile().variant(visitor.variant))),
        ),
        ("is_bot", Arc::new(is_bot.collect::<BooleanArray>())),
        (
            "bot_kind",
            texts(seen.values(), |visitor, text| {
                text.push_str(visitor.bot.map_or("", |kind| plan.profile().bot(kind)));
            }),
        ),
    ]
}

/// The columns of what happened to products: they appear, sell out, come again.
fn supply(plan: &Plan) -> Vec<Named> {
    let happenings: Vec<_> = plan
        .products()
        .iter()
        .flat_map(|product| product.happenings().map(|(day, what)| (product.number, day, what)))
        .collect();
    let days = happenings.iter().map(|(_, day, _)| plan.date(*day).to_epoch_days());
    vec![
        ("product_id", texts(&happenings, |(product, ..), text| push_product_id(text, *product))),
        ("date", Arc::new(Date32Array::from(days.collect::<Vec<_>>()))),
        ("happening", texts(&happenings, |(.., what), text| text.push_str(what.as_str()))),
    ]
}

/// The columns of planted defects.
fn defects(labels: &[Label]) -> Vec<Named> {
    let lines = labels.iter().map(|label| label.line.and_then(|line| i64::try_from(line).ok()));
    let repaired = labels.iter().map(|label| Some(label.defect.is_repaired()));
    vec![
        ("file", texts(labels, |label, text| text.push_str(&label.file))),
        ("line", Arc::new(lines.collect::<Int64Array>())),
        ("event_id", texts(labels, |label, text| push_uuid(text, label.event_id))),
        ("visitor_id", texts(labels, |label, text| push_visitor_id(text, label.visitor_id))),
        ("seen_as", texts(labels, |label, text| push_visitor_id(text, label.seen_as))),
        ("kind", texts(labels, |label, text| text.push_str(label.defect.as_str()))),
        ("is_repaired", Arc::new(repaired.collect::<BooleanArray>())),
    ]
}

/// A text of each item; an empty one is none.
fn texts<T>(items: impl IntoIterator<Item = T>, put: impl Fn(T, &mut String)) -> ArrayRef {
    let mut scratch = String::new();
    let mut text = |item| {
        scratch.clear();
        put(item, &mut scratch);
        (!scratch.is_empty()).then(|| scratch.clone())
    };
    Arc::new(items.into_iter().map(&mut text).collect::<StringArray>())
}
