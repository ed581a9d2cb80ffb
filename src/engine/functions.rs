//! The few functions that our SQL needs and DataFusion lacks, or would bring
//! only with a large feature: `md5`, `hash60`, `is_uuid`, `local_us`.

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Builder, StringBuilder};
use arrow::datatypes::{DataType, Int64Type};
use chrono::{DateTime, Offset, TimeZone};
use chrono_tz::Tz;
use datafusion::common::{DataFusionError, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarUDF, Volatility, create_udf};
use md5::{Digest, Md5};

/// All functions, to be registered with a session.
pub(super) fn all() -> Vec<ScalarUDF> {
    vec![
        create_udf("md5", vec![DataType::Utf8], DataType::Utf8, Volatility::Immutable, Arc::new(md5_hex)),
        create_udf(
            "is_uuid",
            vec![DataType::Utf8],
            DataType::Boolean,
            Volatility::Immutable,
            Arc::new(is_uuid),
        ),
        create_udf("hash60", vec![DataType::Utf8], DataType::Int64, Volatility::Immutable, Arc::new(hash60)),
        create_udf(
            "local_us",
            vec![DataType::Int64, DataType::Utf8],
            DataType::Int64,
            Volatility::Immutable,
            Arc::new(local_us),
        ),
    ]
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
            Some(text) => {
                hex.clear();
                for byte in Md5::digest(text.as_bytes()) {
                    for nibble in [byte >> 4, byte & 15] {
                        hex.push(char::from(b"0123456789abcdef"[usize::from(nibble)]));
                    }
                }
                hashes.append_value(&hex);
            }
        }
    }
    Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
}

/// Whether a text is a UUID in its usual form of 8-4-4-4-12 hex digits.
fn is_uuid(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let judged: BooleanArray = args[0].as_string::<i32>().iter().map(|text| text.map(uuid_form)).collect();
    Ok(ColumnarValue::Array(Arc::new(judged)))
}

fn uuid_form(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(position, byte)| match position {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

/// The first 60 bits of a text's MD5 (its first 15 hex digits) as a number that is never negative.
fn hash60(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
    let args = arrays(args)?;
    let texts = args[0].as_string::<i32>();
    let mut hashes = Int64Builder::with_capacity(texts.len());
    for text in texts {
        match text {
            None => hashes.append_null(),
            Some(text) => {
                let digest = Md5::digest(text.as_bytes());
                let head = digest[..8].iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
                hashes.append_value((head >> 4) as i64);
            }
        }
    }
    Ok(ColumnarValue::Array(Arc::new(hashes.finish())))
}

/// Microseconds UTC to microseconds of the wall clock in a named time zone.
fn local_us(args: &[ColumnarValue]) -> Result<ColumnarValue, DataFusionError> {
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
