//! CSV: any of four delimiters, quotes, any line ends, rows of the wrong length.
//!
//! The file is read in pieces that are taken to begin with a record. Where one
//! did not, because a quoted field goes over its end, its rows are read again
//! from where the record began.

use std::path::Path;

use super::bronze_file::{BronzeFile, Encoder, RowGroup, Writing};
use super::content::ByteCount;
use super::in_order::in_order;
use super::pieces::{Limits, LineEnds, Piece, Pieces};
use super::record::{Dialect, Outcome, Splitter};
use super::refused;
use super::rows::Rows;
use crate::error::Result;

/// What may stand between two fields, the likeliest first.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];

/// So many fields are split before they are copied, to be still in the cache.
const BLOCK_FIELDS: usize = 1 << 14;

/// The columns of a CSV file, by its first line.
pub(super) fn columns(path: &Path) -> Result<Vec<String>> {
    let limits = Limits::default();
    let pieces = Pieces::open(path, LineEnds::Any, limits, &ByteCount::default())?;
    Ok(Header::read(path, pieces.head(), limits)?.columns)
}

/// Reads the rows of a CSV file.
pub(super) fn read(path: &Path, writing: &mut Writing) -> Result<BronzeFile> {
    let limits = writing.limits;
    let mut pieces = Pieces::open(path, LineEnds::Any, limits, &writing.count)?;
    let header = Header::read(path, pieces.head(), limits)?;
    let sample = header.sample(pieces.head())?;
    let (mut file, encoder) = writing.create(&header.columns, &sample)?;
    let mut skip = header.bytes;
    let mut line = header.lines;
    let next = || {
        let mut piece = pieces.next()?;
        if let Some(piece) = &mut piece {
            // The header is in the first piece only.
            piece.bytes.drain(..std::mem::take(&mut skip));
            piece.first_line += std::mem::take(&mut line);
        }
        Ok(piece)
    };
    let mut open: Option<Piece> = None;
    in_order(
        writing.threads,
        next,
        |piece| Read::new(&header, &encoder, piece),
        |read| {
            let read = match open.take() {
                None => read,
                Some(before) => Read::new(&header, &encoder, joined(before, read.piece))?,
            };
            open = read.rest();
            file.append(read.rows)?;
            (writing.progress)()
        },
    )?;
    Ok(file)
}

/// How many bytes the whole records at the beginning of a file take, its header included.
pub(super) fn whole_records(path: &Path, bytes: &[u8]) -> Result<usize> {
    let limits = Limits::default();
    let header = Header::read(path, &bytes[..bytes.len().min(limits.head)], limits)?;
    let mut splitter = Splitter::new(&bytes[header.bytes..], 1, header.dialect, false);
    loop {
        match splitter.next() {
            Outcome::Open | Outcome::End => return Ok(header.bytes + splitter.start()),
            Outcome::Record | Outcome::FirstLine => {}
        }
    }
}

/// A piece with the record before it that was still open.
fn joined(mut before: Piece, piece: Piece) -> Piece {
    before.bytes.extend_from_slice(&piece.bytes);
    Piece { is_last: piece.is_last, ..before }
}

/// A piece whose rows have been read.
struct Read {
    piece: Piece,
    rows: RowGroup,
    /// Where a record begins that does not end in the piece, and its line.
    open: Option<(usize, u64)>,
}

impl Read {
    fn new(header: &Header, encoder: &Encoder, piece: Piece) -> Result<Self> {
        let mut rows = Rows::new(header.columns.len());
        let open = header.parse(&piece.bytes, piece.first_line, piece.is_last, &mut rows);
        Ok(Self { piece, rows: encoder.rows(rows)?, open })
    }

    /// The record that is still open.
    fn rest(&self) -> Option<Piece> {
        let (start, first_line) = self.open?;
        Some(Piece { bytes: self.piece.bytes[start..].to_vec(), first_line, is_last: false })
    }
}

/// What a file's first record says of those below it.
struct Header {
    columns: Vec<String>,
    dialect: Dialect,
    /// How many bytes and lines it takes, blank lines before it included.
    bytes: usize,
    lines: u64,
}

impl Header {
    fn read(path: &Path, head: &[u8], limits: Limits) -> Result<Self> {
        let first = head.split(|byte| *byte == b'\n' || *byte == b'\r').find(|line| !line.is_empty());
        let Some(first) = first else {
            return Err(refused(path, "has no header line"));
        };
        if first.contains(&0) {
            return Err(refused(path, "has NUL bytes in its header; if it is UTF-16, save it as UTF-8"));
        }
        let dialect = Dialect { delimiter: delimiter(first), row_limit: limits.row };
        let mut splitter = Splitter::new(head, 1, dialect, true);
        if splitter.next() != Outcome::Record {
            return Err(refused(path, "has a header with a quote that is never closed"));
        }
        // Less than the limit, by a byte order mark, is whole, too.
        if head.len() + 3 >= limits.head && splitter.at() == head.len() {
            return Err(refused(path, format!("has a header longer than {} KiB", limits.head >> 10)));
        }
        let mut columns = Vec::new();
        for (position, name) in splitter.fields().enumerate() {
            let name = std::str::from_utf8(&name)
                .map_err(|_| refused(path, "has a header that is not UTF-8; save it as UTF-8"))?;
            // Exported index columns have no name; a column of ours must have one.
            columns.push(match name {
                "" => format!("column_{}", position + 1),
                name => name.to_owned(),
            });
        }
        Ok(Self { columns, dialect, bytes: splitter.at(), lines: splitter.line() - 1 })
    }

    /// The first rows, as columns.
    fn sample(&self, head: &[u8]) -> Result<Vec<arrow::array::ArrayRef>> {
        let mut rows = Rows::new(self.columns.len());
        self.parse(&head[self.bytes..], 1, false, &mut rows);
        rows.finish()
    }

    /// Adds the rows of a text that begins with a record, and says where one
    /// begins that the text does not end.
    fn parse(&self, bytes: &[u8], first_line: u64, is_last: bool, rows: &mut Rows) -> Option<(usize, u64)> {
        let expected = self.columns.len();
        let is_utf8 = std::str::from_utf8(bytes).is_ok();
        let mut splitter = Splitter::new(bytes, first_line, self.dialect, is_last);
        let open = loop {
            let outcome = splitter.next();
            let is_good = match outcome {
                Outcome::End => break None,
                Outcome::Open => break Some((splitter.start(), splitter.start_line())),
                Outcome::FirstLine => false,
                Outcome::Record => {
                    splitter.len() == expected
                        && (is_utf8 || std::str::from_utf8(splitter.raw()).is_ok())
                        && !self.is_repeated(&splitter)
                }
            };
            if is_good {
                splitter.keep();
                if splitter.kept() >= BLOCK_FIELDS {
                    splitter.hand_over(rows);
                }
            } else {
                splitter.hand_over(rows);
                let error = self.fault(&splitter, outcome);
                rows.push_malformed(splitter.start_line(), splitter.fields(), &error, splitter.raw());
            }
        };
        splitter.hand_over(rows);
        open
    }

    /// What is wrong with the record at hand.
    fn fault(&self, splitter: &Splitter, outcome: Outcome) -> String {
        let (found, expected) = (splitter.len(), self.columns.len());
        if outcome == Outcome::FirstLine {
            return format!("{found} fields and an open quote, header has {expected}");
        }
        if found != expected {
            return format!("{found} fields, header has {expected}");
        }
        match std::str::from_utf8(splitter.raw()) {
            Ok(_) => "the header once more".to_owned(),
            Err(error) => format!("not UTF-8 at byte {}", error.valid_up_to() + 1),
        }
    }

    /// Whether the record at hand says what the header says.
    fn is_repeated(&self, splitter: &Splitter) -> bool {
        let first = splitter.fields().next();
        first.is_some_and(|first| first == self.columns[0].as_bytes())
            && splitter.fields().eq(self.columns.iter().map(|name| name.as_bytes()))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_the_delimiter() {
        assert_eq!(delimiter(b"a,b,c"), b',');
        assert_eq!(delimiter(b"a;b;c"), b';');
        assert_eq!(delimiter(b"a\tb"), b'\t');
        assert_eq!(delimiter(b"a|\"b,c,d\"|e"), b'|');
        assert_eq!(delimiter(b"alone"), b',');
    }
}
