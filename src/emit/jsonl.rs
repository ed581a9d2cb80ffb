//! Rows as JSON Lines: an object a line, keys in the columns' order, null ones left out.

use super::number::{push_count, push_money, push_time};
use super::row::Row;
use super::schema::Column;

/// A JSON Lines text that grows row by row.
pub(super) struct Jsonl {
    bytes: Vec<u8>,
    columns: &'static [Column],
    at: usize,
    begun: bool,
}

impl Jsonl {
    /// An empty text.
    pub(super) fn new(columns: &'static [Column]) -> Self {
        Self { bytes: Vec::new(), columns, at: 0, begun: false }
    }

    /// The key of the next cell.
    fn begin(&mut self) {
        self.bytes.extend_from_slice(if self.begun { b",\"" } else { b"{\"" });
        self.bytes.extend_from_slice(self.columns[self.at].0.as_bytes());
        self.bytes.extend_from_slice(b"\":");
        self.begun = true;
        self.at += 1;
    }
}

impl Row for Jsonl {
    fn text(&mut self, value: Option<&str>) {
        let Some(text) = value else {
            self.at += 1;
            return;
        };
        self.begin();
        self.bytes.push(b'"');
        for byte in text.bytes() {
            match byte {
                b'"' | b'\\' => self.bytes.extend_from_slice(&[b'\\', byte]),
                0..=31 => self.bytes.extend_from_slice(format!("\\u{byte:04x}").as_bytes()),
                _ => self.bytes.push(byte),
            }
        }
        self.bytes.push(b'"');
    }

    fn time(&mut self, value: Option<i64>) {
        let Some(value) = value else {
            self.at += 1;
            return;
        };
        self.begin();
        self.bytes.push(b'"');
        push_time(&mut self.bytes, value);
        self.bytes.push(b'"');
    }

    fn money(&mut self, cents: Option<i64>) {
        match cents {
            None => self.at += 1,
            Some(cents) => {
                self.begin();
                push_money(&mut self.bytes, cents);
            }
        }
    }

    fn count(&mut self, value: Option<u32>) {
        match value {
            None => self.at += 1,
            Some(value) => {
                self.begin();
                push_count(&mut self.bytes, u64::from(value));
            }
        }
    }

    fn end(&mut self) {
        self.bytes.extend_from_slice(if self.begun { b"}\n" } else { b"{}\n" });
        self.at = 0;
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

    #[test]
    fn a_line_is_an_object_without_nulls() {
        const COLUMNS: &[Column] =
            &[("a", Kind::Text), ("b", Kind::Money), ("c", Kind::Count), ("d", Kind::Time)];
        let mut jsonl = Jsonl::new(COLUMNS);
        jsonl.text(Some("say \"hi\"\n\\"));
        jsonl.money(None);
        jsonl.count(Some(3));
        jsonl.time(Some(0));
        jsonl.end();
        let line = String::from_utf8(jsonl.bytes).unwrap();
        let object: serde_json::Value = serde_json::from_str(&line).unwrap();
        let expected = serde_json::json!({"a": "say \"hi\"\n\\", "c": 3, "d": "1970-01-01T00:00:00.000Z"});
        assert_eq!(object, expected);
    }
}
