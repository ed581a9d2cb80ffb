//! A reader that remembers what it handed out lately, so that a record can be
//! had as it was received, or read again.

use std::io::Read;

/// A record longer than this is not waited for to end.
pub(super) const ROW_BYTES: usize = 64 << 20;

/// A stretch of the file, as offsets behind the byte order mark.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// A reader that remembers what it handed out from `keep_from` on.
pub(super) struct Window {
    input: Box<dyn Read>,
    held: Vec<u8>,
    /// Offset of the first byte held.
    start: u64,
    /// How many of the bytes held have been handed out.
    used: usize,
    pub(super) keep_from: u64,
    /// The record at `keep_from` is too long; the input was made to end there.
    pub(super) cut: bool,
}

impl Window {
    pub(super) fn new(input: Box<dyn Read>) -> Self {
        Self { input, held: Vec::new(), start: 0, used: 0, keep_from: 0, cut: false }
    }

    pub(super) fn slice(&self, span: Span) -> &[u8] {
        let from = (span.start - self.start) as usize;
        let to = ((span.end - self.start) as usize).min(self.held.len());
        &self.held[from.min(to)..to]
    }

    pub(super) fn rewind(&mut self, offset: u64) {
        self.used = (offset - self.start) as usize;
        self.keep_from = offset;
        self.cut = false;
    }
}

impl Read for Window {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.used == self.held.len() {
            let done = (self.keep_from - self.start) as usize;
            if self.held.len() - done > ROW_BYTES {
                self.cut = true;
                return Ok(0);
            }
            // Moving what is kept costs less than what is let go.
            if done > self.held.len() / 2 {
                self.held.drain(..done);
                self.start = self.keep_from;
                self.used = self.held.len();
            }
            let read = self.input.read(buffer)?;
            self.held.extend_from_slice(&buffer[..read]);
            self.used += read;
            return Ok(read);
        }
        let read = buffer.len().min(self.held.len() - self.used);
        buffer[..read].copy_from_slice(&self.held[self.used..self.used + read]);
        self.used += read;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use std::io::Cursor;

    use super::*;

    #[test]
    fn the_window_gives_back_what_it_handed_out() {
        let mut window = Window::new(Box::new(Cursor::new((0..200_u8).collect::<Vec<_>>())));
        let mut buffer = [0; 50];
        window.read_exact(&mut buffer).unwrap();
        window.keep_from = 40;
        window.read_exact(&mut buffer).unwrap();
        assert_eq!(window.slice(Span { start: 40, end: 60 }), (40..60).collect::<Vec<_>>());
        window.rewind(45);
        window.read_exact(&mut buffer).unwrap();
        assert_eq!(buffer.to_vec(), (45..95).collect::<Vec<_>>());
        window.read_exact(&mut buffer[..10]).unwrap();
        assert_eq!(buffer[..10], (95..105).collect::<Vec<_>>());
    }
}
