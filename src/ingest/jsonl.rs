//! JSON: one object a line, or one array of objects.
//!
//! A value keeps the text it came as: `33.20` stays `33.20` and an id of 30
//! digits keeps them all, which no number type would grant. `serde_json` finds
//! where values begin and end.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;

use serde::de::IgnoredAny;

use super::bronze_file::{BronzeFile, Writing};
use super::content::{self, ByteCount};
use super::in_order::in_order;
use super::pieces::{Limits, LineEnds, Piece, Pieces};
use super::refused;
use super::rows::Rows;
use crate::error::Result;

/// A row: what each key holds, as JSON text.
type Members<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// The keys of all rows, in the order in which they are first seen. The file
/// is read whole for that, because a key may appear on its last line only.
pub(super) fn columns(path: &Path, threads: usize) -> Result<Vec<String>> {
    let mut pieces = Pieces::open(path, LineEnds::Newline, Limits::default(), &ByteCount::default())?;
    let mut columns = Columns::default();
    in_order(
        threads,
        || pieces.next(),
        |piece| {
            let mut columns = Columns::default();
            for (_, line) in lines(&piece) {
                if let Ok(members) = std::str::from_utf8(line).map_err(|_| String::new()).and_then(members) {
                    columns.add(members.iter().map(|(key, _)| key.as_ref()));
                }
            }
            Ok(columns.names)
        },
        |names| {
            columns.add(names.iter().map(String::as_str));
            Ok(())
        },
    )?;
    columns.found(path)
}

/// Reads the rows of a file with one object a line.
pub(super) fn read(path: &Path, columns: &[String], writing: &mut Writing) -> Result<BronzeFile> {
    let mut pieces = Pieces::open(path, LineEnds::Newline, writing.limits, &writing.count)?;
    let places = places(columns);
    let parse = |piece: &Piece| {
        let mut rows = Rows::new(columns.len());
        for (number, line) in lines(piece) {
            let read = std::str::from_utf8(line)
                .map_err(|error| format!("not UTF-8 at byte {}", error.valid_up_to() + 1))
                .and_then(|line| fields(&members(line)?, &places));
            match read {
                Ok(fields) => rows.push(number, fields.iter().map(Cow::as_ref)),
                Err(error) => rows.push_malformed(number, std::iter::empty(), &error, line),
            }
        }
        rows
    };
    let sample = parse(&Piece { bytes: pieces.head().to_vec(), ..Piece::default() }).finish()?;
    let (mut file, encoder) = writing.create(columns, &sample)?;
    in_order(
        writing.threads,
        || pieces.next(),
        |piece| encoder.rows(parse(&piece)),
        |rows| {
            file.append(rows)?;
            (writing.progress)()
        },
    )?;
    Ok(file)
}

/// The keys of a JSON array's objects, nested ones joined with a dot.
pub(super) fn array_columns(path: &Path) -> Result<Vec<String>> {
    let text = whole(path, &ByteCount::default())?;
    let mut columns = Columns::default();
    for element in elements(&text).map_err(|error| refused(path, error))? {
        if let Ok(members) = flat_members(element) {
            columns.add(members.iter().map(|(key, _)| key.as_ref()));
        }
    }
    columns.found(path)
}

/// Reads the objects of a JSON array, which is held in memory: catalogues come that way, logs do not.
pub(super) fn read_array(path: &Path, columns: &[String], writing: &mut Writing) -> Result<BronzeFile> {
    let text = whole(path, &writing.count)?;
    let places = places(columns);
    let mut rows = Rows::new(columns.len());
    for (position, element) in elements(&text).map_err(|error| refused(path, error))?.iter().enumerate() {
        let number = position as u64 + 1;
        match flat_members(element).and_then(|members| fields(&members, &places)) {
            Ok(fields) => rows.push(number, fields.iter().map(Cow::as_ref)),
            Err(error) => rows.push_malformed(number, std::iter::empty(), &error, element.as_bytes()),
        }
    }
    let (mut file, encoder) = writing.create(columns, &[])?;
    file.append(encoder.rows(rows)?)?;
    (writing.progress)()?;
    Ok(file)
}

/// The lines of a piece that are not blank, with their numbers.
fn lines(piece: &Piece) -> impl Iterator<Item = (u64, &[u8])> {
    let lines = piece.bytes.split(|byte| *byte == b'\n').map(<[u8]>::trim_ascii);
    (piece.first_line..).zip(lines).filter(|(_, line)| !line.is_empty())
}

/// A whole file as text.
fn whole(path: &Path, count: &ByteCount) -> Result<String> {
    let mut input = content::open(path, count)?;
    let mut bytes = content::head(path, &mut input, Limits::default().head)?;
    input.read_to_end(&mut bytes).map_err(|error| content::failed(path, error))?;
    String::from_utf8(bytes).map_err(|error| {
        refused(path, format!("is not UTF-8 at byte {}", error.utf8_error().valid_up_to() + 1))
    })
}

/// Column names in the order of their first appearance.
#[derive(Default)]
struct Columns {
    names: Vec<String>,
    known: HashSet<String>,
}

impl Columns {
    fn add<'a>(&mut self, keys: impl Iterator<Item = &'a str>) {
        for key in keys {
            if !self.known.contains(key) {
                self.known.insert(key.to_owned());
                self.names.push(key.to_owned());
            }
        }
    }

    fn found(self, path: &Path) -> Result<Vec<String>> {
        if self.names.is_empty() {
            return Err(refused(path, "holds no JSON object with a key in it"));
        }
        Ok(self.names)
    }
}

fn places(columns: &[String]) -> HashMap<&str, usize> {
    columns.iter().enumerate().map(|(place, name)| (name.as_str(), place)).collect()
}

/// A row's values in the order of the columns; the last of two equal keys counts, as in JavaScript.
fn fields<'a>(
    members: &Members<'a>,
    places: &HashMap<&str, usize>,
) -> std::result::Result<Vec<Cow<'a, str>>, String> {
    let mut fields = vec![Cow::Borrowed(""); places.len()];
    for (key, value) in members {
        if let Some(place) = places.get(key.as_ref()) {
            fields[*place] = plain(value)?;
        }
    }
    Ok(fields)
}

/// A JSON value as the text of a field: a string without its quotes, null as nothing, others as they are.
fn plain(value: &str) -> std::result::Result<Cow<'_, str>, String> {
    match value.as_bytes().first() {
        Some(b'"') => match &value[1..value.len() - 1] {
            simple if !simple.contains('\\') => Ok(Cow::Borrowed(simple)),
            _ => serde_json::from_str(value).map(Cow::Owned).map_err(|error| format!("not JSON: {error}")),
        },
        Some(b'n') => Ok(Cow::Borrowed("")),
        _ => Ok(Cow::Borrowed(value)),
    }
}

/// The members of a JSON object.
fn members(text: &str) -> std::result::Result<Members<'_>, String> {
    let mut scan = Scan { text, at: 0 };
    let mut members = Vec::new();
    if scan.next_byte() != Some(b'{') {
        return Err("not a JSON object".to_owned());
    }
    scan.at += 1;
    if scan.next_byte() == Some(b'}') {
        scan.at += 1;
    } else {
        loop {
            if scan.next_byte() != Some(b'"') {
                return Err(scan.unexpected("a key"));
            }
            let key = plain(scan.value()?)?;
            scan.expect(b':')?;
            members.push((key, scan.value()?));
            if scan.next_byte() == Some(b'}') {
                scan.at += 1;
                break;
            }
            scan.expect(b',')?;
        }
    }
    match scan.next_byte() {
        None => Ok(members),
        Some(_) => Err(scan.unexpected("the end of the row")),
    }
}

/// The members of a JSON object, those of objects in it as `outer.inner`.
fn flat_members(text: &str) -> std::result::Result<Members<'_>, String> {
    let mut flat = Vec::new();
    for (key, value) in members(text)? {
        if value.starts_with('{') {
            let inner = flat_members(value)?;
            flat.extend(inner.into_iter().map(|(name, value)| (Cow::Owned(format!("{key}.{name}")), value)));
        } else {
            flat.push((key, value));
        }
    }
    Ok(flat)
}

/// The elements of a JSON array.
fn elements(text: &str) -> std::result::Result<Vec<&str>, String> {
    let mut scan = Scan { text, at: 0 };
    let mut elements = Vec::new();
    if scan.next_byte() != Some(b'[') {
        return Err("is not a JSON array of objects".to_owned());
    }
    scan.at += 1;
    if scan.next_byte() == Some(b']') {
        return Ok(elements);
    }
    loop {
        elements.push(scan.value()?);
        if scan.next_byte() == Some(b']') {
            return Ok(elements);
        }
        scan.expect(b',')?;
    }
}

/// A place in a JSON text.
struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// The next byte that is not white space, not taken.
    fn next_byte(&mut self) -> Option<u8> {
        let rest = &self.text.as_bytes()[self.at..];
        self.at += rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')).count();
        self.text.as_bytes().get(self.at).copied()
    }

    fn expect(&mut self, byte: u8) -> std::result::Result<(), String> {
        if self.next_byte() != Some(byte) {
            return Err(self.unexpected(&format!("'{}'", char::from(byte))));
        }
        self.at += 1;
        Ok(())
    }

    /// The text of the next whole value.
    fn value(&mut self) -> std::result::Result<&'a str, String> {
        self.next_byte();
        let rest = &self.text[self.at..];
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<IgnoredAny>();
        match values.next() {
            Some(Ok(_)) => {
                let value = &rest[..values.byte_offset()];
                self.at += value.len();
                Ok(value)
            }
            Some(Err(error)) if !error.is_eof() => Err(format!("not JSON at byte {}: {error}", self.at + 1)),
            _ => Err("cut off within a value".to_owned()),
        }
    }

    fn unexpected(&self, wanted: &str) -> String {
        if self.at >= self.text.len() {
            return format!("cut off before {wanted}");
        }
        format!("not JSON: {wanted} expected at byte {}", self.at + 1)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn plain_members(text: &str) -> Vec<(String, String)> {
        let members = flat_members(text).unwrap();
        members.iter().map(|(key, value)| (key.to_string(), plain(value).unwrap().into_owned())).collect()
    }

    #[test]
    fn values_keep_their_text() {
        let members =
            members(r#" {"a": 33.20 ,"b":"x\"y","c":null,"d":{"e":[1, 2]},"f":123456789012345678901234} "#);
        let values: Vec<_> = members.unwrap().iter().map(|(_, value)| plain(value).unwrap()).collect();
        assert_eq!(values, ["33.20", "x\"y", "", r#"{"e":[1, 2]}"#, "123456789012345678901234"]);
    }

    #[test]
    fn nested_objects_are_joined_with_a_dot() {
        let found = plain_members(r#"{"id":1,"rating":{"rate":3.9,"count":120},"tags":["a"]}"#);
        let expected = [("id", "1"), ("rating.rate", "3.9"), ("rating.count", "120"), ("tags", "[\"a\"]")];
        assert_eq!(found, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
    }

    #[test]
    fn what_is_no_object_says_why() {
        let error = |text: &str| members(text).unwrap_err();
        assert_eq!(error("[1]"), "not a JSON object");
        assert_eq!(error("hello"), "not a JSON object");
        assert_eq!(error(r#"{"a":1"#), "cut off before ','");
        assert_eq!(error(r#"{"a":"#), "cut off within a value");
        assert_eq!(error(r#"{"a":"x"#), "cut off within a value");
        assert!(error(r#"{"a":tru}"#).starts_with("not JSON"));
        assert!(error(r#"{"a":1} {"b":2}"#).contains("the end of the row"));
        assert!(members("{}").unwrap().is_empty());
    }
}
