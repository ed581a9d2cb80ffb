//! Rows as received: an event's cells, with one of them spoiled, or the text
//! of the whole row.

use super::row::{self, Row};
use super::schema;
use crate::generate::{Damage, Plan, Received};

/// Fields that are left of a row that was cut off.
const FIELDS_LEFT: usize = 5;

/// Writes a row as it was received.
pub(super) fn row(plan: &Plan, received: &Received, scratch: &mut String, out: &mut impl Row) {
    let start = out.text_so_far().map_or(0, |text| text.len());
    match received.damage {
        Some(Damage::Blank(field)) => {
            row::event(plan, &received.event, scratch, &mut Spoiled::new(out, field, None));
        }
        Some(Damage::Word(field, word)) => {
            row::event(plan, &received.event, scratch, &mut Spoiled::new(out, field, Some(word)));
        }
        _ => row::event(plan, &received.event, scratch, out),
    }
    let Some(text) = out.text_so_far() else { return };
    match received.damage {
        Some(Damage::Cut) => {
            // Commas part the fields of both formats; the first fields have none.
            let end = (start..text.len()).filter(|at| text[*at] == b',').nth(FIELDS_LEFT - 1);
            text.truncate(end.unwrap_or(text.len()));
            text.push(b'\n');
        }
        Some(Damage::BadByte) => {
            // Within the address of the page, which every visitor's event has.
            if let Some(at) = text[start..].windows(3).position(|bytes| bytes == b"://") {
                text[start + at + 3] = 0xff;
            }
        }
        _ => {}
    }
}

/// A row of which one cell is replaced.
struct Spoiled<'a, R> {
    row: &'a mut R,
    at: usize,
    column: usize,
    word: Option<&'static str>,
}

impl<'a, R: Row> Spoiled<'a, R> {
    fn new(row: &'a mut R, field: &str, word: Option<&'static str>) -> Self {
        let column = schema::EVENTS.iter().position(|(name, _)| *name == field).unwrap_or(usize::MAX);
        Self { row, at: 0, column, word }
    }

    /// Whether the next cell is the spoiled one.
    fn is_here(&mut self) -> bool {
        self.at += 1;
        self.at - 1 == self.column
    }
}

impl<R: Row> Row for Spoiled<'_, R> {
    fn text(&mut self, value: Option<&str>) {
        let value = if self.is_here() { self.word } else { value };
        self.row.text(value);
    }

    fn time(&mut self, value: Option<i64>) {
        match (self.is_here(), self.word) {
            (true, Some(word)) => self.row.text(Some(word)),
            (true, None) => self.row.time(None),
            (false, _) => self.row.time(value),
        }
    }

    fn money(&mut self, cents: Option<i64>) {
        match (self.is_here(), self.word) {
            (true, Some(word)) => self.row.text(Some(word)),
            (true, None) => self.row.money(None),
            (false, _) => self.row.money(cents),
        }
    }

    fn count(&mut self, value: Option<u32>) {
        self.at += 1;
        self.row.count(value);
    }

    fn end(&mut self) {
        self.row.end();
    }
}
