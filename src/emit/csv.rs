//! Rows as CSV (RFC 4180): quoted only where needed, nothing for null.

use super::number::{push_count, push_money, push_time};
use super::row::Row;
use super::schema::Column;

/// A CSV text that grows row by row.
pub(super) struct Csv {
    bytes: Vec<u8>,
    begun: bool,
}

impl Csv {
    /// A text that holds the header.
    pub(super) fn new(columns: &[Column]) -> Self {
        let mut csv = Self { bytes: Vec::new(), begun: false };
        for (name, _) in columns {
            csv.text(Some(name));
        }
        csv.end();
        csv
    }

    /// The comma before every cell but the first.
    fn begin(&mut self) {
        if self.begun {
            self.bytes.push(b',');
        }
        self.begun = true;
    }
}

impl Row for Csv {
    fn text(&mut self, value: Option<&str>) {
        self.begin();
        let Some(text) = value else { return };
        if !text.bytes().any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r')) {
            self.bytes.extend_from_slice(text.as_bytes());
            return;
        }
        self.bytes.push(b'"');
        for byte in text.bytes() {
            if byte == b'"' {
                self.bytes.push(b'"');
            }
            self.bytes.push(byte);
        }
        self.bytes.push(b'"');
    }

    fn time(&mut self, value: Option<i64>) {
        self.begin();
        if let Some(value) = value {
            push_time(&mut self.bytes, value);
        }
    }

    fn money(&mut self, cents: Option<i64>) {
        self.begin();
        if let Some(cents) = cents {
            push_money(&mut self.bytes, cents);
        }
    }

    fn count(&mut self, value: Option<u32>) {
        self.begin();
        if let Some(value) = value {
            push_count(&mut self.bytes, u64::from(value));
        }
    }

    fn end(&mut self) {
        self.bytes.push(b'\n');
        self.begun = false;
    }

    fn text_so_far(&mut self) -> Option<&mut Vec<u8>> {
        Some(&mut self.bytes)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::super::schema::Kind;
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_reader_gets_back_what_was_written(cells in prop::collection::vec("[a-z,\"\r\n é]{1,12}", 3)) {
            let mut csv = Csv::new(&[("a", Kind::Text), ("b", Kind::Text), ("c", Kind::Text)]);
            for cell in &cells {
                csv.text(Some(cell));
            }
            csv.end();
            let bytes = csv.bytes;
            let mut reader = ::csv::Reader::from_reader(bytes.as_slice());
            let record = reader.records().next().unwrap().unwrap();
            prop_assert_eq!(record.iter().collect::<Vec<_>>(), cells);
        }
    }

    #[test]
    fn nothing_is_an_empty_cell() {
        let mut csv =
            Csv::new(&[("a", Kind::Text), ("b", Kind::Money), ("c", Kind::Count), ("d", Kind::Time)]);
        csv.text(None);
        csv.money(None);
        csv.count(Some(3));
        csv.time(Some(0));
        csv.end();
        assert_eq!(String::from_utf8(csv.bytes).unwrap(), "a,b,c,d\n,,3,1970-01-01T00:00:00.000Z\n");
    }
}
