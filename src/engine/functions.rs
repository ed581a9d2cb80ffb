//! The few functions that our SQL needs and DataFusion lacks, or would bring
//! only with a large feature: `md5`, `row_md5`, `hash60`, `hex60`, `session_key`,
//! `is_uuid`, `uuid_of`, `clean`, `given`, `masked_ip`, `local_us`, `date_of_us`.

use std::fmt::Write;
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, BooleanArray, Int64Array, Int64Builder, StringArray, StringBuilder,
};
use arrow::buffer::{BooleanBuffer, NullBuffer};
use arrow::datatypes::{DataType, Date32Type, Int64Type};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::common::{DataFusionError, ScalarValue, exec_err};
use datafusion::logical_expr::{
    ColumnarValue, ScalarUDF, Signature, SimpleScalarUDF, Volatility, create_udf,
};
use md5::{Digest, Md5};

use super::keys::Keys;

/// All functions, to be registered with a session.
pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        create_udf("md5", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(md5_hex)),
        ScalarUDF::from(SimpleScalarUDF::new_with_signature(
            "row_md5",
            Signature::variadic(vec![DataType::Utf8], Volatility::Immutable),
            DataType::Utf8,
            Arc::new(row_md5),
        )),
        create_udf("uuid_of", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(uuid_of)),
        create_udf(
            "is_uuid",
            vec![DataType::Utf8],
            DataType::Boolean,
            Volatility::Immutable,
            Arc::new(is_uuid),
        ),
        create_udf("hash60", vec![DataType::Utf8], DataType::Int64, Volatility::Immutable, Arc::new(hash60)),
        create_udf("hex60", vec![DataType::Utf8], DataType::Int64, Volatility::Immutable, Arc::new(hex60)),
        create_udf(
            "session_key",
            vec![DataType::Utf8, DataType::Utf8, DataType::Int64, DataType::Utf8],
            DataType::Int64,
            Volatility::Immutable,
            Arc::new(session_key),
        ),
        create_udf("clean", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(clean)),
        create_udf("given", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(given)),
        create_udf(
            "masked_ip",
            vec![DataType::Utf8],
            DataType::Utf8,
            Volatility::Immutable,
            Arc::new(masked_ip),
        ),
        create_udf(
            "date_of_us",
            vec![DataType::Int64],
            DataType::Date32,
            Volatility::Immutable,
            Arc::new(date_of_us),
        ),
        create_udf(
            "local_us",
            vec![DataType::Int64, DataType::Utf8],
            DataType::Int64,
            Volatility::Immutable,
            Arc::new(local_us),
        ),
    ]
}

/// `is_touched(prefix, visitor_id)`: whether the visitor that a received id
/// becomes is one of `keys`.
pub(super) fn is_touched(keys: Arc<Keys>) -> ScalarUDF {
    let function = move |args: &[ColumnarValue]| {
        let args = arrays(args)?;
        let (prefixes, ids) = (args[0].as_string::<i32>(), args[1].as_string::<i32>());
        let mut name = String::new();
        let touched = prefixes.iter().zip(ids.iter()).map(|(prefix, id)| {
            let id = id.map(|id| id.trim_matches(' ')).filter(|id| !id.is_empty())?;
            match prefix {
                None | Some("") => Some(keys.holds(id)),
                Some(prefix) => {
                    name.clear();
                    name.push_str(prefix);
                    name.push_str(id);
                    Some(keys.holds(&name))
                }
            }
        });
        let touched: BooleanArray = touched.map(|touched| Some(touched.unwrap_or(false))).collect();
        Ok(ColumnarValue::Array(Arc::new(touched)))
    };
    let texts = vec![DataType::Utf8, DataType::Utf8];
    create_udf("is_touched", texts, DataType::Boolean, Volatility::Immutable, Arc::new(function))
}

/// The arguments as arrays of one length.
fn arrays(args: &[ColumnarValue]) -> Result<Vec<ArrayRef>, DataFusionError> {
    ColumnarValue::values_to_arrays(args)
}

/// Hex MD5 of a text, as PostgreSQL, DuckDB and Spark have it.
fn md5_hex(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let mut hashes = StringBuilder::with_capacity(texts.len(), texts.len() * 32);
    let mut hex = String::with_capacity(32);
    for text in texts {
        match text {
            None => hashes.append_null(),
            Some(text) => hashes.append_value(hex_of(&Md5::digest(text.as_bytes()), &mut hex)),
        }
    }
    Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
}

/// Bytes in lower-case hex, written over what `hex` held.
fn hex_of<'a>(bytes: &[u8], hex: &'a mut String) -> &'a str {
    hex.clear();
    for byte in bytes {
        for nibble in [byte >> 4, byte & 15] {
            hex.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
        }
    }
    hex
}

/// Hex MD5 of a row: of the first argument, then of `name=value` and a unit
/// separator for each further pair whose value is not null.
fn row_md5(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let (names, values): (Vec<_>, Vec<_>) =
        args.iter().enumerate().partition(|(position, _)| position % 2 == 1);
    let mut labels = vec![String::new()];
    for (position, name) in names {
        match name {
            ColumnarValue::Scalar(ScalarValue::Utf8(Some(name))) => labels.push(format!("{name}=")),
            _ => return exec_err!("row_md5: argument {} is not the name of a column", position + 1),
        }
    }
    let values: Vec<_> = values.into_iter().map(|(_, value)| value.clone()).collect();
    let values = arrays(&values)?;
    let columns: Vec<_> = values.iter().map(|column| column.as_string::<i32>()).collect();
    let rows = columns.first().map_or(0, |column| column.len());
    let mut hashes = StringBuilder::with_capacity(rows, rows * 32);
    let (mut text, mut hex) = (Vec::new(), String::with_capacity(32));
    for row in 0..rows {
        text.clear();
        for (position, (label, column)) in labels.iter().zip(&columns).enumerate() {
            if column.is_valid(row) {
                text.extend_from_slice(label.as_bytes());
                text.extend_from_slice(column.value(row).as_bytes());
                if position > 0 {
                    text.push(31);
                }
            }
        }
        hashes.append_value(hex_of(&Md5::digest(&text), &mut hex));
    }
    Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
}

/// 32 hex digits in the usual form of a UUID.
fn uuid_of(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let hashes = args[0].as_string::<i32>();
    let mut ids = StringBuilder::with_capacity(hashes.len(), hashes.len() * 36);
    let mut id = String::with_capacity(36);
    for hash in hashes {
        let Some(hash) = hash else {
            ids.append_null();
            continue;
        };
        id.clear();
        for (position, digit) in hash.chars().take(32).enumerate() {
            if matches!(position, 8 | 12 | 16 | 20) {
                id.push('-');
            }
            id.push(digit);
        }
        ids.append_value(&id);
    }
    Ok(ColumnarValue::Array(Arc::new(ids.finish())))
}

/// Whether a text is a UUID in its usual form of 8-4-4-4-12 hex digits.
fn is_uuid(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let judged = BooleanBuffer::collect_bool(texts.len(), |row| uuid_form(texts.value(row).as_bytes()));
    Ok(ColumnarValue::Array(Arc::new(BooleanArray::new(judged, texts.nulls().cloned()))))
}

fn uuid_form(text: &[u8]) -> bool {
    const DASHES: [usize; 4] = [8, 13, 18, 23];
    // Without a branch per byte: 32 digits and, of nothing else, the dashes in their places.
    let is_digit = |byte: &&u8| byte.is_ascii_hexdigit();
    text.len() == 36
        && DASHES.iter().all(|place| text[*place] == b'-')
        && text.iter().filter(is_digit).count() == 32
}

/// The first 60 bits of a text's MD5 (its first 15 hex digits) as a number that is never negative.
fn hash60(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let mut hashes = Int64Builder::with_capacity(texts.len());
    for text in texts {
        match text {
            None => hashes.append_null(),
            Some(text) => hashes.append_value(head_of_md5(text.as_bytes())),
        }
    }
    Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
}

fn head_of_md5(text: &[u8]) -> i64 {
    let digest = Md5::digest(text);
    let head = digest[..8].iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
    (head >> 4) as i64
}

/// The first 15 hex digits of a text as a number; null where they are none.
fn hex60(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let numbers: Int64Array = args[0]
        .as_string::<i32>()
        .iter()
        .map(|text| text.and_then(|text| i64::from_str_radix(text.get(..15)?, 16).ok()))
        .collect();
    Ok(ColumnarValue::Array(Arc::new(numbers)))
}

/// `hash60` of `source|visitor|start`, and of `|tracker session` behind it
/// where that is not empty. Rows of one session come together as a rule, so a
/// row like the one before is not hashed again.
fn session_key(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let [sources, visitors, trackers] = [0, 1, 3].map(|column| args[column].as_string::<i32>());
    let starts = args[2].as_primitive::<Int64Type>();
    let mut keys = Int64Builder::with_capacity(starts.len());
    let mut text = String::new();
    let mut before: Option<(&str, &str, i64, &str)> = None;
    let mut key = 0;
    for row in 0..starts.len() {
        let is_null = [sources, visitors, trackers].iter().any(|column| column.is_null(row));
        if is_null || starts.is_null(row) {
            keys.append_null();
            continue;
        }
        let now = (sources.value(row), visitors.value(row), starts.value(row), trackers.value(row));
        if before != Some(now) {
            let (source, visitor, start, tracker) = now;
            text.clear();
            // Writing into a text cannot fail.
            let _ = write!(text, "{source}|{visitor}|{start}");
            if let Some(tracker) = tracker.strip_prefix(':') {
                let _ = write!(text, "|{tracker}");
            }
            key = head_of_md5(text.as_bytes());
            before = Some(now);
        }
        keys.append_value(key);
    }
    Ok(ColumnarValue::Array(Arc::new(keys.finish())))
}

/// A text without the blanks around it; null where nothing is left. Most
/// columns are clean as they come, and are handed on as they are.
fn clean(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let trimmed = |text: &str| text.trim_matches(' ').len();
    if texts.null_count() == texts.len()
        || texts.iter().flatten().all(|text| !text.is_empty() && trimmed(text) == text.len())
    {
        return Ok(ColumnarValue::Array(args[0].clone()));
    }
    let cleaned: StringArray = texts
        .iter()
        .map(|text| text.map(|text| text.trim_matches(' ')).filter(|text| !text.is_empty()))
        .collect();
    Ok(ColumnarValue::Array(Arc::new(cleaned)))
}

/// A text; null where it is empty. Values are never copied. The stock `nullif`
/// compares each with the empty text, which was half the time of dealing out a
/// log: where a column holds no byte, the vector instructions of `memcmp` meet
/// an address that is none.
fn given(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let is_given = |row: usize| texts.value_length(row) > 0;
    if texts.null_count() == texts.len() || (0..texts.len()).all(|row| is_given(row) || texts.is_null(row)) {
        return Ok(ColumnarValue::Array(args[0].clone()));
    }
    let empty = NullBuffer::from_iter((0..texts.len()).map(is_given));
    let nulls = NullBuffer::union(texts.nulls(), Some(&empty));
    let given = StringArray::try_new(texts.offsets().clone(), texts.values().clone(), nulls)?;
    Ok(ColumnarValue::Array(Arc::new(given)))
}

/// An address without what tells one household from the next: the last octet of
/// an IPv4, all but three groups of an IPv6 address; null where a text is neither.
fn masked_ip(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let masked = args[0].as_string::<i32>().iter().map(|address| {
        let address = address?;
        if address.contains(':') {
            let mut groups = address.split(':');
            let mut group = || groups.next().unwrap_or_default();
            return Some(format!("{}:{}:{}::", group(), group(), group()));
        }
        let (last_dot, _) = address.match_indices('.').nth(2)?;
        Some(format!("{}.0", &address[..last_dot]))
    });
    Ok(ColumnarValue::Array(Arc::new(masked.collect::<StringArray>())))
}

/// The day of microseconds since 1970.
fn date_of_us(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    const DAY_US: i64 = 86_400_000_000;
    let args = arrays(args)?;
    // No bigint has more days than an int holds.
    let days = args[0].as_primitive::<Int64Type>().unary::<_, Date32Type>(|us| us.div_euclid(DAY_US) as i32);
    Ok(ColumnarValue::Array(Arc::new(days)))
}

/// Microseconds UTC to microseconds of the wall clock in a named time zone.
fn local_us(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    if let [_, ColumnarValue::Scalar(ScalarValue::Utf8(Some(zone)))] = args
        && zone == "UTC"
    {
        // The rule, and nothing to be worked out.
        return Ok(args[0].clone());
    }
    let args = arrays(args)?;
    let (times, zones) = (args[0].as_primitive::<Int64Type>(), args[1].as_string::<i32>());
    let mut locals = Int64Builder::with_capacity(times.len());
    // One zone per statement is the rule, so it is looked up once.
    let mut zone = ("", Tz::UTC);
    for row in 0..times.len() {
        if times.is_null(row) || zones.is_null(row) {
            locals.append_null();
            continue;
        }
        let (time, name) = (times.value(row), zones.value(row));
        if name != zone.0 {
            let Ok(found) = name.parse::<Tz>() else {
                return exec_err!("unknown time zone {name:?}");
            };
            zone = (name, found);
        }
        let Some(utc) = DateTime::from_timestamp_micros(time) else {
            locals.append_null();
            continue;
        };
        let offset = zone.1.offset_from_utc_datetime(&utc.naive_utc()).fix().local_minus_utc();
        locals.append_value(time + i64::from(offset) * 1_000_000);
    }
    Ok(ColumnarValue::Array(Arc::new(locals.finish())))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn text(values: &[Option<&str>]) -> ColumnarValue {
        ColumnarValue::Array(Arc::new(StringArray::from(values.to_vec())))
    }

    fn name(value: &str) -> ColumnarValue {
        ColumnarValue::Scalar(ScalarValue::from(value))
    }

    #[test]
    fn addresses_lose_the_household() {
        let masked = |address: &str| {
            let masked = masked_ip(&[text(&[Some(address)])]).unwrap().into_array(1).unwrap();
            masked.as_string::<i32>().iter().next().unwrap().map(str::to_owned)
        };
        assert_eq!(masked("203.0.113.77").unwrap(), "203.0.113.0");
        assert_eq!(masked("2001:db8:85a3:8d3:1319:8a2e:370:7348").unwrap(), "2001:db8:85a3::");
        assert_eq!(masked("::1").unwrap(), "::1::");
        assert_eq!(masked("localhost"), None);
        assert_eq!(masked("1.2.3"), None);
    }

    #[test]
    fn a_day_begins_at_midnight_before_1970_too() {
        let times = Int64Array::from(vec![Some(0), Some(86_399_999_999), Some(-1), None]);
        let days = date_of_us(&[ColumnarValue::Array(Arc::new(times))]).unwrap().into_array(4).unwrap();
        let expected = arrow::array::Date32Array::from(vec![Some(0), Some(0), Some(-1), None]);
        assert_eq!(days.as_ref(), &expected);
    }

    fn texts(value: ColumnarValue) -> Vec<String> {
        let array = value.into_array(0).unwrap();
        array.as_string::<i32>().iter().map(|text| text.unwrap().to_owned()).collect()
    }

    #[test]
    fn a_row_hashes_as_its_text_would() {
        let args = [
            text(&[None, Some("raw,line")]),
            name("a"),
            text(&[Some("1"), Some("2")]),
            name("b"),
            text(&[None, Some("")]),
        ];
        let written = text(&[Some("a=1\u{1f}"), Some("raw,linea=2\u{1f}b=\u{1f}")]);
        assert_eq!(texts(row_md5(&args).unwrap()), texts(md5_hex(&[written]).unwrap()));
    }

    fn numbers(value: ColumnarValue) -> Vec<Option<i64>> {
        value.into_array(0).unwrap().as_primitive::<Int64Type>().iter().collect()
    }

    #[test]
    fn a_session_hashes_as_its_text_would() {
        let args = [
            text(&[Some("s"), Some("s"), Some("s"), None]),
            text(&[Some("v"), Some("v"), Some("v"), Some("v")]),
            ColumnarValue::Array(Arc::new(Int64Array::from(vec![7, 7, 7, 7]))),
            text(&[Some("."), Some("."), Some(":t"), Some(".")]),
        ];
        let written = text(&[Some("s|v|7"), Some("s|v|7"), Some("s|v|7|t"), None]);
        assert_eq!(numbers(session_key(&args).unwrap()), numbers(hash60(&[written]).unwrap()));
        let digits = text(&[Some("00000000000000ff"), Some("short"), None]);
        assert_eq!(numbers(hex60(&[digits]).unwrap()), [Some(15), None, None]);
    }

    #[test]
    fn clean_text_has_no_blanks_around_it_and_is_not_empty() {
        let cleaned = clean(&[text(&[Some(" a b "), Some("  "), Some(""), None, Some("c")])]).unwrap();
        let cleaned = cleaned.into_array(0).unwrap();
        let cleaned: Vec<_> = cleaned.as_string::<i32>().iter().collect();
        assert_eq!(cleaned, [Some("a b"), None, None, None, Some("c")]);
    }

    #[test]
    fn an_empty_text_is_not_given() {
        let column = text(&[Some("a"), Some(""), None, Some(" ")]);
        let found = given(&[column]).unwrap().into_array(0).unwrap();
        assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("a"), None, None, Some(" ")]);
        let full = text(&[Some("a"), None]);
        let found = given(&[full]).unwrap().into_array(0).unwrap();
        assert_eq!(found.as_string::<i32>().iter().collect::<Vec<_>>(), [Some("a"), None]);
    }

    #[test]
    fn a_hash_reads_as_a_uuid() {
        let md5_of_nothing = text(&[Some("d41d8cd98f00b204e9800998ecf8427e")]);
        let id = texts(uuid_of(&[md5_of_nothing]).unwrap());
        assert_eq!(id, ["d41d8cd9-8f00-b204-e980-0998ecf8427e"]);
        assert!(uuid_form(id[0].as_bytes()));
    }
}
