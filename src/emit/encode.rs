//! Rows of events as the bytes of a file, in any format, handed on piece by
//! piece: no file is ever in memory as a whole.

use std::io::{self, Write};

use super::batch::Batch;
use super::csv::Csv;
use super::jsonl::Jsonl;
use super::row::{self, Row};
use super::{Format, damage, parquet, schema};
use crate::generate::{self, Event, Plan, Received, Spoiled};

/// Bytes gathered before they are handed on.
pub(super) const CHUNK: usize = 1 << 20;

/// Rows of a record batch on its way to Parquet.
const ROWS_PER_BATCH: usize = 8192;

/// Writes events as the bytes of a file: what [`emit`](super::emit) does with
/// each shard, for those who keep no files. Returns the rows.
///
/// # Errors
/// What `out` says, where it cannot be written.
pub fn encode(
    plan: &Plan,
    events: &[Event],
    format: Format,
    out: &mut (impl Write + Send),
) -> io::Result<u64> {
    let rows = Rows::Clean(events);
    rows.encode(plan, format, out)?;
    Ok(rows.len())
}

/// What dirt makes of events on their way to the collector; none where there is none.
pub(super) fn spoiled(plan: &Plan, events: &[Event]) -> Option<Spoiled> {
    (!plan.options().dirt.is_none()).then(|| generate::spoil(plan, events))
}

/// Rows that a file is made of.
#[derive(Clone, Copy)]
pub(super) enum Rows<'a> {
    /// Events as they happened.
    Clean(&'a [Event]),
    /// Rows as they were received.
    Spoiled(&'a [Received]),
}

impl<'a> Rows<'a> {
    /// The rows as they were received, if anything was done to them.
    pub(super) fn of(events: &'a [Event], spoiled: Option<&'a Spoiled>) -> Self {
        spoiled.map_or(Rows::Clean(events), |spoiled| Rows::Spoiled(&spoiled.rows))
    }

    /// How many there are.
    pub(super) fn len(self) -> u64 {
        let rows = match self {
            Rows::Clean(events) => events.len(),
            Rows::Spoiled(rows) => rows.iter().filter(|row| row.is_written()).count(),
        };
        rows as u64
    }

    /// Writes the bytes of their file.
    pub(super) fn encode(self, plan: &Plan, format: Format, out: &mut (impl Write + Send)) -> io::Result<()> {
        match format {
            Format::Csv => self.text(plan, Csv::new(schema::EVENTS), out),
            Format::Jsonl => self.text(plan, Jsonl::new(schema::EVENTS), out),
            Format::Parquet => self.parquet(plan, out),
        }
    }

    fn text(self, plan: &Plan, mut text: impl Row, out: &mut impl Write) -> io::Result<()> {
        self.cells(plan, &mut text, |text| hand_on(text, CHUNK, out))?;
        hand_on(&mut text, 0, out)
    }

    fn parquet(self, plan: &Plan, out: &mut (impl Write + Send)) -> io::Result<()> {
        let mut writer = parquet::writer(out, schema::arrow(schema::EVENTS))?;
        let (mut batch, mut waiting) = (Batch::new(schema::EVENTS), 0);
        self.cells(plan, &mut batch, |batch| {
            waiting += 1;
            if waiting == ROWS_PER_BATCH {
                waiting = 0;
                writer.write(&batch.finish().map_err(io::Error::other)?)?;
            }
            Ok(())
        })?;
        writer.write(&batch.finish().map_err(io::Error::other)?)?;
        writer.close()?;
        Ok(())
    }

    /// Writes the cells of all rows, saying so after each.
    fn cells<R: Row>(
        self,
        plan: &Plan,
        row: &mut R,
        mut after: impl FnMut(&mut R) -> io::Result<()>,
    ) -> io::Result<()> {
        let mut scratch = String::new();
        match self {
            Rows::Clean(events) => {
                for event in events {
                    row::event(plan, event, &mut scratch, row);
                    after(row)?;
                }
            }
            Rows::Spoiled(rows) => {
                for received in rows.iter().filter(|row| row.is_written()) {
                    damage::row(plan, received, &mut scratch, row);
                    after(row)?;
                }
            }
        }
        Ok(())
    }
}

/// Hands a text on that has grown beyond `least` bytes; it goes on empty.
pub(super) fn hand_on(text: &mut impl Row, least: usize, out: &mut impl Write) -> io::Result<()> {
    if let Some(bytes) = text.text_so_far()
        && bytes.len() > least
    {
        out.write_all(bytes)?;
        bytes.clear();
    }
    Ok(())
}
