//! CSV: any of four delimiters, quotes, CRLF, rows of the wrong length.
//!
//! The `csv` crate splits; what it splits stays within reach in a [`Window`],
//! because a malformed row is kept as it was received, and because a quote
//! that is never closed must not swallow the good rows behind it.

use std::io::{Cursor, Read};
use std::path::Path;

use csv::{ByteRecord, ReaderBuilder, StringRecord};

use super::content::{self, ByteCount};
use super::rows::Rows;
use super::window::{Span, Window};
use super::{refused, window};
use crate::error::{Error, Result};

/// What may stand between two fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// The columns of a CSV file, by its first line.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    Ok(open(path, &ByteCount::default())?.columns)
}

/// Reads the rows of a CSV file.
pub(super) fn read(path: &Path, count: &ByteCount, rows: &mut Rows) -> Result<()> {
    let mut file = open(path, count)?;
    while let Some(raw) = file.advance()? {
        file.take(&raw, rows)?;
    }
    Ok(())
}

/// A CSV file behind its header.
struct CsvFile<'a> {
    path: &'a Path,
    columns: Vec<String>,
    delimiter: u8,
    reader: csv::Reader<Window>,
    /// Offset at which `reader` began.
    base: u64,
    /// The physical line at the reader's position.
    line: u64,
    record: ByteRecord,
}

/// Opens a file and reads its header.
fn open<'a>(path: &'a Path, count: &ByteCount) -> Result<CsvFile<'a>> {
    let mut input = content::open(path, count)?;
    let head = content::head(path, &mut input)?;
    let first = head.split(|byte| *byte == b'\n' || *byte == b'\r').find(|line| !line.is_empty());
    let Some(first) = first else {
        return Err(refused(path, "has no header line"));
    };
    if first.contains(&0) {
        return Err(refused(path, "has NUL bytes in its header; if it is UTF-16, save it as UTF-8"));
    }
    let delimiter = delimiter(first);
    let window = Window::new(Box::new(Cursor::new(head).chain(input)));
    let mut file = CsvFile {
        path,
        columns: Vec::new(),
        delimiter,
        reader: reader(delimiter, window),
        base: 0,
        line: 1,
        record: ByteRecord::new(),
    };
    file.advance()?;
    let header = StringRecord::from_byte_record(std::mem::take(&mut file.record))
        .map_err(|_| refused(path, "has a header that is not UTF-8; save it as UTF-8"))?;
    file.columns = header
        .iter()
        .enumerate()
        // Exported index columns have no name; a column of ours must have one.
        .map(|(position, name)| match name {
            "" => format!("column_{}", position + 1),
            name => name.to_owned(),
        })
        .collect();
    Ok(file)
}

fn reader<R: Read>(delimiter: u8, input: R) -> csv::Reader<R> {
    ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .buffer_capacity(1 << 16)
        .from_reader(input)
}

/// The delimiter that a header line uses most, outside quotes.
fn delimiter(header: &[u8]) -> u8 {
    let count = |delimiter: u8| {
        let (mut quoted, mut count) = (false, 0_usize);
        for byte in header {
            if *byte == b'"' {
                quoted = !quoted;
            } else if *byte == delimiter && !quoted {
                count += 1;
            }
        }
        count
    };
    // The first of equals wins, so a header of one column has a comma.
    DELIMITERS.into_iter().rev().max_by_key(|delimiter| count(*delimiter)).unwrap_or(b',')
}

impl CsvFile<'_> {
    /// Reads the next record and says where its bytes lie.
    fn advance(&mut self) -> Result<Option<Raw>> {
        let start = self.base + self.reader.position().byte();
        self.reader.get_mut().keep_from = start;
        let found = self.reader.read_byte_record(&mut self.record).map_err(|error| self.failed(error))?;
        if !found {
            return Ok(None);
        }
        let end = self.base + self.reader.position().byte();
        let bytes = self.reader.get_ref().slice(Span { start, end });
        // The splitter leaves the last bytes of a line's end to the next record.
        let blank = bytes.iter().take_while(is_line_end).count();
        let tail = bytes[blank..].iter().rev().take_while(is_line_end).count();
        let skipped = newlines(&bytes[..blank]);
        let breaks = newlines(bytes) - skipped - newlines(&bytes[bytes.len() - tail..]);
        let raw = Raw {
            line: self.line + skipped,
            span: Span { start: start + blank as u64, end: end - tail as u64 },
            may_be_open: breaks > 0 || tail == 0,
        };
        self.line += newlines(bytes);
        Ok(Some(raw))
    }

    /// Hands the record on: a row, or a malformed one.
    fn take(&mut self, raw: &Raw, rows: &mut Rows) -> Result<()> {
        let (line, expected, found) = (raw.line, self.columns.len(), self.record.len());
        let window = self.reader.get_ref();
        let bytes = window.slice(raw.span);
        if window.cut || (raw.may_be_open && !quotes_close(bytes, self.delimiter)) {
            // What an open quote ran over may be good rows: only its first
            // line is bad, the others get another chance.
            let first = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
            if window.cut && first == bytes.len() {
                let limit = window::ROW_BYTES >> 20;
                return Err(refused(self.path, format!("line {line} is longer than {limit} MiB")));
            }
            let record = split(&bytes[..first], self.delimiter);
            let error = format!("{} fields and an open quote, header has {expected}", record.len());
            rows.push_malformed(line, record.iter(), &error, trim(&bytes[..first]))?;
            if first < bytes.len() {
                self.line = line + 1;
                self.rewind(raw.span.start + first as u64 + 1);
            }
            return Ok(());
        }
        if found != expected {
            let error = format!("{found} fields, header has {expected}");
            return rows.push_malformed(line, self.record.iter(), &error, bytes);
        }
        match StringRecord::from_byte_record(std::mem::take(&mut self.record)) {
            Ok(record) => {
                if record.iter().eq(self.columns.iter().map(String::as_str)) {
                    let bytes = self.reader.get_ref().slice(raw.span);
                    let fields = record.iter().map(str::as_bytes);
                    rows.push_malformed(line, fields, "the header once more", bytes)?;
                } else {
                    rows.push(line, record.iter())?;
                }
                self.record = record.into_byte_record();
            }
            Err(error) => {
                let bytes = self.reader.get_ref().slice(raw.span);
                let at = std::str::from_utf8(bytes).err().map_or(0, |error| error.valid_up_to()) + 1;
                let record = error.into_byte_record();
                rows.push_malformed(line, record.iter(), &format!("not UTF-8 at byte {at}"), bytes)?;
                self.record = record;
            }
        }
        Ok(())
    }

    /// Goes back to an offset that the window still holds.
    fn rewind(&mut self, offset: u64) {
        let placeholder = reader(self.delimiter, Window::new(Box::new(std::io::empty())));
        let mut window = std::mem::replace(&mut self.reader, placeholder).into_inner();
        window.rewind(offset);
        self.base = offset;
        self.reader = reader(self.delimiter, window);
    }

    fn failed(&self, error: csv::Error) -> Error {
        match error.into_kind() {
            csv::ErrorKind::Io(error) => content::failed(self.path, error),
            other => refused(self.path, format!("line {}: {other:?}", self.line)),
        }
    }
}

/// The fields of one line on its own.
fn split(line: &[u8], delimiter: u8) -> ByteRecord {
    let mut record = ByteRecord::new();
    // Reading from memory does not fail; an empty record would do.
    let _ = reader(delimiter, line).read_byte_record(&mut record);
    record
}

fn trim(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

/// Whether every quote of a record closes where a field ends. One that does
/// not was never meant to close there.
fn quotes_close(record: &[u8], delimiter: u8) -> bool {
    let mut at = 0;
    while at < record.len() {
        if record[at] == b'"' {
            at += 1;
            loop {
                match record[at..].iter().position(|byte| *byte == b'"') {
                    None => return false,
                    Some(quote) => at += quote + 1,
                }
                if record.get(at) != Some(&b'"') {
                    break;
                }
                at += 1;
            }
            if record.get(at).is_some_and(|byte| *byte != delimiter) {
                return false;
            }
        } else {
            at += record[at..].iter().position(|byte| *byte == delimiter).unwrap_or(record.len() - at);
        }
        at += 1;
    }
    true
}

fn is_line_end(byte: &&u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().filter(|byte| **byte == b'\n').count() as u64
}

/// Where a record's bytes lie.
struct Raw {
    /// The physical line on which it begins.
    line: u64,
    /// Its bytes, without the end of its line.
    span: Span,
    /// It spans lines or ends the file, as a record does whose quote was never closed.
    may_be_open: bool,
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    #[test]
    fn the_header_tells_the_delimiter() {
        assert_eq!(delimiter(b"a,b,c"), b',');
        assert_eq!(delimiter(b"a;b;c"), b';');
        assert_eq!(delimiter(b"a\tb"), b'\t');
        assert_eq!(delimiter(b"a|\"b,c,d\"|e"), b'|');
        assert_eq!(delimiter(b"alone"), b',');
    }

    #[test]
    fn quotes_that_close_in_mid_field_are_open() {
        let close = |record: &[u8]| quotes_close(record, b',');
        assert!(close(b"a,\"b\",c") && close(b"\"a \"\"b\"\"\n\",c\"d") && close(b"\"\",") && close(b""));
        assert!(!close(b"a,\"b") && !close(b"a,\"b\nc,\"d\"") && !close(b"\"a\"\""));
    }
}
