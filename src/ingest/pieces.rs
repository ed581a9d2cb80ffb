//! A text file cut into pieces that end where a line ends, so that they can be
//! read apart from one another, by several threads.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::content::{self, ByteCount, Input};
use super::refused;
use crate::error::Result;

/// How much of a file is held at a time.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// How much is looked at to tell what the file is.
    pub(super) head: usize,
    /// About as many bytes are in a piece: its rows are a row group of some
    /// 100,000 rows, enough for a reader to gain by, few enough to be held by each thread.
    pub(super) piece: usize,
    /// A line, or a record of several lines, longer than this is not waited for to end.
    pub(super) row: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { head: 1 << 20, piece: 16 << 20, row: 64 << 20 }
    }
}

/// What may end a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum LineEnds {
    /// `\n` only; a `\r` is part of the line.
    Newline,
    /// `\n`, `\r\n` or `\r` alone.
    Any,
}

/// Some lines of a file.
#[derive(Debug, Default)]
pub(super) struct Piece {
    pub(super) bytes: Vec<u8>,
    /// The number of its first line.
    pub(super) first_line: u64,
    /// Nothing follows it.
    pub(super) is_last: bool,
}

/// A file as its pieces.
pub(super) struct Pieces {
    path: PathBuf,
    input: Input,
    line_ends: LineEnds,
    limits: Limits,
    /// Read, and not yet handed out: the beginning of the next piece.
    held: Vec<u8>,
    line: u64,
    ended: bool,
}

impl Pieces {
    pub(super) fn open(path: &Path, line_ends: LineEnds, limits: Limits, count: &ByteCount) -> Result<Self> {
        let mut input = content::open(path, count)?;
        let held = content::head(path, &mut input, limits.head)?;
        Ok(Self { path: path.to_owned(), input, line_ends, limits, held, line: 1, ended: false })
    }

    /// The first bytes of the file, without byte order mark: the next piece begins with them.
    pub(super) fn head(&self) -> &[u8] {
        &self.held
    }

    /// The next lines; the last piece says that it is the last, and may be empty.
    pub(super) fn next(&mut self) -> Result<Option<Piece>> {
        if self.ended {
            return Ok(None);
        }
        let mut bytes = std::mem::take(&mut self.held);
        let mut searched = 0;
        let end = loop {
            let wanted = self.limits.piece.max(bytes.len() + self.limits.piece / 4 + 1) - bytes.len();
            let read = (&mut self.input).take(wanted as u64).read_to_end(&mut bytes);
            if read.map_err(|error| content::failed(&self.path, error))? < wanted {
                self.ended = true;
                break bytes.len();
            }
            if let Some(end) = last_line_end(&bytes[searched..], self.line_ends) {
                break searched + end;
            }
            // A `\r` at the end may be half a line end; it is looked at again.
            searched = bytes.len() - 1;
            if bytes.len() > self.limits.row {
                let limit = self.limits.row >> 20;
                return Err(refused(&self.path, format!("line {} is longer than {limit} MiB", self.line)));
            }
        };
        self.held = bytes.split_off(end);
        let first_line = self.line;
        self.line += line_ends(&bytes, self.line_ends);
        Ok(Some(Piece { bytes, first_line, is_last: self.ended }))
    }
}

/// Where the last line of these bytes that is whole ends.
fn last_line_end(bytes: &[u8], line_ends: LineEnds) -> Option<usize> {
    let newline = memchr::memrchr(b'\n', bytes).map(|at| at + 1);
    if line_ends == LineEnds::Newline {
        return newline;
    }
    // The last byte may be the first half of `\r\n`.
    let from = newline.unwrap_or(0);
    let tail = &bytes[from..bytes.len().saturating_sub(1).max(from)];
    memchr::memrchr(b'\r', tail).map(|at| from + at + 1).or(newline)
}

/// How many lines end in these bytes.
pub(super) fn line_ends(bytes: &[u8], line_ends: LineEnds) -> u64 {
    let newlines = memchr::memchr_iter(b'\n', bytes).count() as u64;
    match line_ends {
        LineEnds::Newline => newlines,
        LineEnds::Any => newlines + lone_returns(bytes),
    }
}

/// How many `\r` stand without a `\n` behind them.
pub(super) fn lone_returns(bytes: &[u8]) -> u64 {
    memchr::memchr_iter(b'\r', bytes).filter(|at| bytes.get(at + 1) != Some(&b'\n')).count() as u64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn lines_are_counted_by_any_line_end() {
        assert_eq!(line_ends(b"a\nb\r\nc\rd\r\r\n\n", LineEnds::Any), 6);
        assert_eq!(line_ends(b"a\nb\r\nc\rd\r\r\n\n", LineEnds::Newline), 4);
        assert_eq!(last_line_end(b"a\rb\r", LineEnds::Any), Some(2));
        assert_eq!(last_line_end(b"a\nb\rc", LineEnds::Any), Some(4));
        assert_eq!(last_line_end(b"a\n", LineEnds::Any), Some(2));
        assert_eq!(last_line_end(b"a\rb\r", LineEnds::Newline), None);
    }

    #[test]
    fn pieces_are_the_file_cut_at_line_ends() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lines");
        let line = "0123456789".repeat(100) + "\n";
        let text = line.repeat(40_000) + "the end";
        std::fs::write(&path, &text).unwrap();
        let mut pieces =
            Pieces::open(&path, LineEnds::Any, Limits::default(), &ByteCount::default()).unwrap();
        let mut joined = Vec::new();
        let (mut count, mut line) = (0, 1);
        while let Some(piece) = pieces.next().unwrap() {
            assert_eq!(piece.first_line, line);
            line += line_ends(&piece.bytes, LineEnds::Any);
            joined.extend_from_slice(&piece.bytes);
            count += 1;
            assert_eq!(piece.is_last, joined.len() == text.len());
            assert!(piece.is_last || piece.bytes.ends_with(b"\n"));
        }
        assert_eq!(count, 3);
        assert!(joined == text.as_bytes());
    }
}
