//! CSV records of a text in memory: where each field lies, copying nothing.
//!
//! A field that begins with a quote ends at the next one that is not doubled;
//! elsewhere quotes mean nothing. A record ends with its line, blank lines are
//! none. This is how the `csv` crate reads, too, and a test holds the two
//! together. A quote that is never closed must not swallow the good records
//! behind it, so only the first line of such a record is given up.

use std::borrow::Cow;

use super::pieces::{LineEnds, line_ends, lone_returns};
use super::rows::Rows;

/// Says of a span that its quotes are still in it.
const QUOTED: u32 = 1 << 31;

/// Where a field lies in the text.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: u32,
    /// With [`QUOTED`] where the field is not simply what lies there.
    end: u32,
}

/// What the text holds next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// A record.
    Record,
    /// The first line of what has an open quote; what follows it is read anew.
    FirstLine,
    /// The beginning of a record that ends behind the text.
    Open,
    /// Nothing.
    End,
}

/// What ended a field.
enum FieldEnd {
    Delimiter,
    Line,
    Text,
}

/// How records are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Dialect {
    pub(super) delimiter: u8,
    /// A record longer than this is not waited for to end.
    pub(super) row_limit: usize,
}

/// Splits a text into records.
pub(super) struct Splitter<'a> {
    text: &'a [u8],
    delimiter: u8,
    row_limit: usize,
    /// Nothing follows the text, so what is open stays open.
    is_last: bool,
    /// Somewhere a `\r` alone ends a line.
    has_returns: bool,
    at: usize,
    line: u64,
    /// Of the record at hand: where it begins and ends, and its line.
    start: usize,
    end: usize,
    start_line: u64,
    /// The record at hand has a quoted field, and text between a closing quote and the field's end.
    has_quotes: bool,
    has_odd_quotes: bool,
    /// Fields of the records kept, then of the one at hand.
    spans: Vec<Span>,
    /// Where in `spans` the record at hand begins.
    from: usize,
    kept_lines: Vec<u64>,
}

impl<'a> Splitter<'a> {
    /// `text` begins with a record, on line `line`.
    pub(super) fn new(text: &'a [u8], line: u64, dialect: Dialect, is_last: bool) -> Self {
        Self {
            text,
            delimiter: dialect.delimiter,
            row_limit: dialect.row_limit,
            is_last,
            has_returns: lone_returns(text) > 0,
            at: 0,
            line,
            start: 0,
            end: 0,
            start_line: line,
            has_quotes: false,
            has_odd_quotes: false,
            spans: Vec::new(),
            from: 0,
            kept_lines: Vec::new(),
        }
    }

    /// Goes on to the next record.
    pub(super) fn next(&mut self) -> Outcome {
        self.spans.truncate(self.from);
        while let Some(b'\n' | b'\r') = self.text.get(self.at) {
            self.end_line();
        }
        (self.start, self.start_line) = (self.at, self.line);
        (self.has_quotes, self.has_odd_quotes) = (false, false);
        if self.at == self.text.len() {
            return Outcome::End;
        }
        loop {
            let Some(field_end) = self.field(self.text.len()) else {
                return self.open();
            };
            match field_end {
                FieldEnd::Delimiter => {}
                FieldEnd::Text if !self.is_last => return self.open(),
                FieldEnd::Text => {
                    self.end = self.at;
                    // A record with odd quotes that ends the file was cut off.
                    if self.has_odd_quotes {
                        return self.first_line();
                    }
                    break;
                }
                FieldEnd::Line => {
                    self.end = self.at;
                    break;
                }
            }
        }
        if !self.has_quotes {
            self.end_line();
            return Outcome::Record;
        }
        let breaks = line_ends(&self.text[self.start..self.end], LineEnds::Any);
        if breaks > 0 && self.has_odd_quotes {
            return self.first_line();
        }
        self.line += breaks;
        self.end_line();
        Outcome::Record
    }

    /// Takes a field, and the delimiter behind it; `None` where its quote is
    /// not closed before `limit`.
    fn field(&mut self, limit: usize) -> Option<FieldEnd> {
        let start = self.at;
        if self.text[..limit].get(start) != Some(&b'"') {
            self.at = self.special(start, limit);
            self.span(start, self.at, false);
            return Some(self.field_end(limit));
        }
        self.has_quotes = true;
        let mut is_doubled = false;
        let mut from = start + 1;
        let close = loop {
            let quote = from + memchr::memchr(b'"', &self.text[from..limit])?;
            if self.text[..limit].get(quote + 1) != Some(&b'"') {
                break quote;
            }
            is_doubled = true;
            from = quote + 2;
        };
        self.at = close + 1;
        let is_odd = match self.text[..limit].get(self.at) {
            None | Some(b'\n' | b'\r') => false,
            Some(byte) => *byte != self.delimiter,
        };
        if is_odd {
            self.has_odd_quotes = true;
            self.at = self.special(self.at, limit);
        }
        match is_odd || is_doubled {
            true => self.span(start, self.at, true),
            false => self.span(start + 1, close, false),
        }
        Some(self.field_end(limit))
    }

    /// The next byte that ends an unquoted field; `limit` where there is none.
    fn special(&self, from: usize, limit: usize) -> usize {
        let text = &self.text[from..limit];
        if self.has_returns {
            return memchr::memchr3(self.delimiter, b'\n', b'\r', text).map_or(limit, |at| from + at);
        }
        let Some(at) = memchr::memchr2(self.delimiter, b'\n', text) else { return limit };
        // Without returns alone, a `\r` stands before `\n` only.
        if at > 0 && text[at] == b'\n' && text[at - 1] == b'\r' { from + at - 1 } else { from + at }
    }

    fn span(&mut self, start: usize, end: usize, is_quoted: bool) {
        let flag = if is_quoted { QUOTED } else { 0 };
        self.spans.push(Span { start: start as u32, end: end as u32 | flag });
    }

    /// What stands at the end of a field; a delimiter is taken.
    fn field_end(&mut self, limit: usize) -> FieldEnd {
        match self.text[..limit].get(self.at) {
            None => FieldEnd::Text,
            Some(byte) if *byte == self.delimiter => {
                self.at += 1;
                FieldEnd::Delimiter
            }
            Some(_) => FieldEnd::Line,
        }
    }

    /// Takes the end of a line, where there is one.
    fn end_line(&mut self) {
        match (self.text.get(self.at), self.text.get(self.at + 1)) {
            (Some(b'\r'), Some(b'\n')) => self.at += 2,
            (Some(b'\r' | b'\n'), _) => self.at += 1,
            _ => return,
        }
        self.line += 1;
    }

    /// What is to be done with a record that does not end in the text.
    fn open(&mut self) -> Outcome {
        if self.is_last || self.text.len() - self.start > self.row_limit {
            self.end = self.text.len();
            return self.first_line();
        }
        Outcome::Open
    }

    /// Gives up the first line of the record at hand; what follows is read anew.
    fn first_line(&mut self) -> Outcome {
        self.spans.truncate(self.from);
        let record = &self.text[self.start..self.end];
        self.end = memchr::memchr2(b'\n', b'\r', record).map_or(self.end, |at| self.start + at);
        self.at = self.start;
        loop {
            let field = self.at;
            match self.field(self.end) {
                Some(FieldEnd::Delimiter) => {}
                Some(_) => break,
                None => {
                    self.span(field, self.end, true);
                    break;
                }
            }
        }
        self.at = self.end;
        self.line = self.start_line;
        self.end_line();
        Outcome::FirstLine
    }

    /// How many fields the record at hand has.
    pub(super) fn len(&self) -> usize {
        self.spans.len() - self.from
    }

    /// The fields of the record at hand.
    pub(super) fn fields(&self) -> impl Iterator<Item = Cow<'a, [u8]>> {
        self.spans[self.from..].iter().map(|span| value(self.text, *span))
    }

    /// The record at hand as it was received, without the end of its line.
    pub(super) fn raw(&self) -> &'a [u8] {
        &self.text[self.start..self.end]
    }

    /// Where the record at hand begins.
    pub(super) fn start(&self) -> usize {
        self.start
    }

    /// The line on which it begins.
    pub(super) fn start_line(&self) -> u64 {
        self.start_line
    }

    /// Where the next record, or a blank line, begins.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The line there.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// Remembers the record at hand as a row, to be handed over with others: a
    /// column at a time is faster.
    pub(super) fn keep(&mut self) {
        self.from = self.spans.len();
        self.kept_lines.push(self.start_line);
    }

    /// How many fields are remembered.
    pub(super) fn kept(&self) -> usize {
        self.from
    }

    /// Adds the records that were kept to `rows`.
    pub(super) fn hand_over(&mut self, rows: &mut Rows) {
        let width = rows.columns.len();
        for (position, column) in rows.columns.iter_mut().enumerate() {
            for span in self.spans[..self.from].iter().skip(position).step_by(width) {
                match span.end & QUOTED {
                    0 => column.push(&self.text[span.start as usize..span.end as usize]),
                    _ => column.push(&value(self.text, *span)),
                }
            }
        }
        rows.push_lines(&self.kept_lines);
        self.kept_lines.clear();
        self.spans.drain(..self.from);
        self.from = 0;
    }
}

/// What a field says.
fn value(text: &[u8], span: Span) -> Cow<'_, [u8]> {
    let field = &text[span.start as usize..(span.end & !QUOTED) as usize];
    if span.end & QUOTED == 0 {
        return Cow::Borrowed(field);
    }
    let mut value = Vec::with_capacity(field.len());
    let mut rest = &field[1..];
    while let Some(quote) = memchr::memchr(b'"', rest) {
        value.extend_from_slice(&rest[..quote]);
        rest = &rest[quote + 1..];
        if rest.first() != Some(&b'"') {
            // Closed: what follows is meant as it is.
            value.extend_from_slice(rest);
            return Cow::Owned(value);
        }
        value.push(b'"');
        rest = &rest[1..];
    }
    value.extend_from_slice(rest);
    Cow::Owned(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use proptest::prelude::*;

    use super::*;

    const COMMA: Dialect = Dialect { delimiter: b',', row_limit: 1000 };

    /// Records as their lines and fields, malformed ones with a mark.
    fn split(text: &[u8], is_last: bool) -> Vec<(u64, Vec<String>)> {
        let mut splitter = Splitter::new(text, 1, COMMA, is_last);
        let mut records = Vec::new();
        loop {
            let outcome = splitter.next();
            let mut fields: Vec<_> =
                splitter.fields().map(|field| String::from_utf8_lossy(&field).into_owned()).collect();
            match outcome {
                Outcome::End => return records,
                Outcome::Open => fields = vec!["open".to_owned()],
                Outcome::FirstLine => fields.push("first line".to_owned()),
                Outcome::Record => {}
            }
            records.push((splitter.start_line(), fields));
            if outcome == Outcome::Open {
                return records;
            }
        }
    }

    fn shown(text: &str, is_last: bool) -> Vec<String> {
        split(text.as_bytes(), is_last)
            .into_iter()
            .map(|(line, fields)| format!("{line}: {}", fields.join("|").escape_default()))
            .collect()
    }

    #[test]
    fn records_have_their_lines_and_fields() {
        assert_eq!(
            shown("a,b\r\n\r\n\n\"c\nd\",\"e\"\"f\"\r\rg,\n,", true),
            ["1: a|b", "4: c\\nd|e\\\"f", "7: g|", "8: |"]
        );
        assert_eq!(shown("a\"b,\"c\"d,\"\"\n", true), ["1: a\\\"b|cd|"]);
    }

    #[test]
    fn an_open_quote_gives_up_its_first_line() {
        assert_eq!(shown("a,\"b\nc,d\n", true), ["1: a|b|first line", "2: c|d"]);
        assert_eq!(shown("a,\"b\r\nc,\"d\"\ne,f", true), ["1: a|b|first line", "2: c|d", "3: e|f"]);
        assert_eq!(shown("a,\"b", true), ["1: a|b|first line"]);
        assert_eq!(shown("a,\"b\"x", true), ["1: a|bx|first line"]);
        assert_eq!(shown("a,\"b\nc,d\n", false), ["1: open"]);
    }

    proptest! {
        /// Records are those of the csv crate, wherever no quote is open or odd.
        #[test]
        fn the_csv_crate_reads_the_same(text in "[ab,\"\r\n\u{0}é]{0,40}") {
            let ours = split(text.as_bytes(), true);
            prop_assume!(!ours.iter().any(|(_, fields)| fields.last().is_some_and(|last| last == "first line")));
            let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let theirs: Vec<Vec<String>> =
                reader.byte_records().map(|record| record.unwrap().iter().map(|field| String::from_utf8_lossy(field).into_owned()).collect()).collect();
            let ours: Vec<_> = ours.into_iter().map(|(_, fields)| fields).collect();
            prop_assert_eq!(ours, theirs);
        }

        /// A text cut at a line end gives the records of the whole, read on from where one was open.
        #[test]
        fn a_cut_changes_nothing(text in "[ab,\"\r\n]{0,40}", cut in 0..40_usize) {
            let text = text.as_bytes();
            let cut = text.iter().take(cut).rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let mut splitter = Splitter::new(&text[..cut], 1, COMMA, false);
            let mut records = Vec::new();
            let (rest, line) = loop {
                match splitter.next() {
                    Outcome::End => break (cut, splitter.line()),
                    Outcome::Open => break (splitter.start(), splitter.start_line()),
                    outcome => records.push((splitter.start_line(), splitter.raw(), outcome)),
                }
            };
            for (text, line) in [(&text[rest..], line)] {
                let mut splitter = Splitter::new(text, line, COMMA, true);
                loop {
                    let outcome = splitter.next();
                    if outcome == Outcome::End {
                        break;
                    }
                    records.push((splitter.start_line(), splitter.raw(), outcome));
                }
            }
            let mut whole = Splitter::new(text, 1, COMMA, true);
            for record in records {
                let outcome = whole.next();
                prop_assert_eq!(record, (whole.start_line(), whole.raw(), outcome));
            }
            prop_assert_eq!(whole.next(), Outcome::End);
        }
    }
}
