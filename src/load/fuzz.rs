//! Any value of any type that the warehouse has, from any Arrow type that a
//! model may give, to a real server and back.

#![cfg(test)]
#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::Write;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use postgres::Client;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

use super::encode::{HEADER, PgType, Rows, TRAILER};
use super::server::{self, ServerFound};
use crate::lake::Lake;

/// One row: a value for each type, null or not.
#[derive(Debug, Clone)]
struct Value {
    small: Option<i16>,
    integer: Option<i32>,
    big: Option<i64>,
    double: Option<f64>,
    boolean: Option<bool>,
    date: Option<i32>,
    time: Option<i64>,
    text: Option<String>,
    uuid: Option<u128>,
    money: Option<i128>,
    fine: Option<i128>,
}

const COLUMNS: &str = "small smallint, \"integer\" integer, big bigint, double double precision, \
    boolean boolean, date date, time timestamptz, text text, uuid uuid, money numeric(18,2), fine numeric(38,10)";

fn value() -> impl Strategy<Value = Value> {
    use proptest::option::of;
    let text = proptest::collection::vec(any::<char>(), 0..30).prop_map(String::from_iter);
    let most = 10_i128.pow(38) - 1;
    (
        (of(any::<i16>()), of(any::<i32>()), of(any::<i64>()), of(any::<f64>()), of(any::<bool>())),
        // 4713 BC to 9999 AD, within what PostgreSQL and Arrow both hold.
        (of(-2_400_000..2_932_000_i32), of(-200_000_000_000_000_000..250_000_000_000_000_000_i64), of(text)),
        (
            of(any::<u128>()),
            of(prop_oneof![-999_999_999_999_999_999_i128..=999_999_999_999_999_999, -10_000_i128..10_000]),
            of(prop_oneof![-most..=most, Just(0), Just(most), Just(-most), Just(1)]),
        ),
    )
        .prop_map(|((small, integer, big, double, boolean), (date, time, text), (uuid, money, fine))| {
            Value { small, integer, big, double, boolean, date, time, text, uuid, money, fine }
        })
}

/// The rows as a batch; `style` chooses among the Arrow types that a column may come in.
fn batch(values: &[Value], style: usize) -> RecordBatch {
    let pick = |array: ArrayRef, types: &[DataType]| cast(&array, &types[style % types.len()]).unwrap();
    let strings = [
        DataType::Utf8,
        DataType::LargeUtf8,
        DataType::Utf8View,
        DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8)),
    ];
    let micros = |zone: Option<&str>| DataType::Timestamp(TimeUnit::Microsecond, zone.map(Into::into));
    let uuids = values.iter().map(|value| {
        let text = format!("{:032x}", value.uuid?);
        let parts = [&text[..8], &text[8..12], &text[12..16], &text[16..20], &text[20..]];
        Some(if style.is_multiple_of(2) { text.clone() } else { parts.join("-").to_uppercase() })
    });
    let whole = |number: fn(&Value) -> Option<i64>| -> ArrayRef {
        Arc::new(Int64Array::from_iter(values.iter().map(number)))
    };
    let decimal = |number: fn(&Value) -> Option<i128>, precision: u8, scale: i8| -> ArrayRef {
        let array = Decimal128Array::from_iter(values.iter().map(number));
        Arc::new(array.with_precision_and_scale(precision, scale).unwrap())
    };
    let columns: [(&str, ArrayRef); 11] = [
        (
            "small",
            pick(
                whole(|value| value.small.map(i64::from)),
                &[DataType::Int16, DataType::Int64, DataType::Int32],
            ),
        ),
        ("integer", pick(whole(|value| value.integer.map(i64::from)), &[DataType::Int32, DataType::Int64])),
        ("big", whole(|value| value.big)),
        ("double", Arc::new(Float64Array::from_iter(values.iter().map(|value| value.double)))),
        ("boolean", Arc::new(BooleanArray::from_iter(values.iter().map(|value| value.boolean)))),
        (
            "date",
            pick(
                Arc::new(Date32Array::from_iter(values.iter().map(|value| value.date))),
                &[DataType::Date32, DataType::Date64],
            ),
        ),
        (
            "time",
            pick(
                Arc::new(TimestampMicrosecondArray::from_iter(values.iter().map(|value| value.time))),
                &[micros(None), micros(Some("UTC")), micros(Some("+00:00"))],
            ),
        ),
        (
            "text",
            pick(
                Arc::new(StringArray::from_iter(values.iter().map(|value| value.text.as_deref()))),
                &strings,
            ),
        ),
        ("uuid", pick(Arc::new(StringArray::from_iter(uuids)), &strings)),
        (
            "money",
            pick(
                decimal(|value| value.money, 18, 2),
                &[DataType::Decimal128(18, 2), DataType::Decimal128(38, 2)],
            ),
        ),
        ("fine", decimal(|value| value.fine, 38, 10)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

/// Sends the rows; returns how many NUL characters were left out.
fn send(client: &mut Client, values: &[Value], style: usize) -> usize {
    let types: Vec<_> = COLUMNS
        .replace(", ", "\n")
        .lines()
        .map(|column| column.split_once(' ').unwrap().1.replace("timestamptz", "timestamp with time zone"))
        .map(|name| PgType::parse(&name).unwrap())
        .collect();
    let batch = batch(values, style);
    let rows = Rows::try_new(&batch, &types).unwrap();
    let mut bytes = HEADER.to_vec();
    let nuls = (0..values.len()).map(|row| rows.write(row, &mut bytes).unwrap()).sum();
    bytes.extend_from_slice(TRAILER);
    let mut writer = client.copy_in("copy values_sent from stdin (format binary)").unwrap();
    writer.write_all(&bytes).unwrap();
    assert_eq!(writer.finish().unwrap(), values.len() as u64);
    nuls
}

fn as_text(number: i128, scale: u32) -> String {
    let unit = 10_u128.pow(scale);
    let sign = if number < 0 { "-" } else { "" };
    let (whole, fraction) = (number.unsigned_abs() / unit, number.unsigned_abs() % unit);
    format!("{sign}{whole}.{fraction:0width$}", width = scale as usize)
}

#[test]
fn any_value_of_any_type_comes_back_from_the_server() {
    let folder = tempfile::tempdir().unwrap();
    let lake = Lake::new(folder.path());
    let ServerFound::Server(server) = server::start(&lake, None).unwrap() else {
        eprintln!("skipped: there are no PostgreSQL server programs");
        return;
    };
    let client = std::cell::RefCell::new(server.connect().unwrap());
    let mut runner = TestRunner::new(Config { cases: 96, failure_persistence: None, ..Config::default() });
    let strategy = (proptest::collection::vec(value(), 0..60), 0..12_usize);
    let outcome = runner.run(&strategy, |(values, style)| {
        let client = &mut *client.borrow_mut();
        client
            .batch_execute(&format!(
                "set client_min_messages = warning; drop table if exists values_sent; \
                 create table values_sent ({COLUMNS})"
            ))
            .unwrap();
        let nuls = send(client, &values, style);
        let all: usize =
            values.iter().flat_map(|value| &value.text).map(|text| text.matches('\0').count()).sum();
        prop_assert_eq!(nuls, all);
        let rows = client
            .query(
                "select small, \"integer\", big, double, boolean, date - date '1970-01-01',
                    (extract(epoch from time) * 1000000)::bigint, text, uuid::text, money::text, fine::text
                from values_sent order by ctid",
                &[],
            )
            .unwrap();
        prop_assert_eq!(rows.len(), values.len());
        for (row, value) in rows.iter().zip(&values) {
            prop_assert_eq!(row.get::<_, Option<i16>>(0), value.small);
            prop_assert_eq!(row.get::<_, Option<i32>>(1), value.integer);
            prop_assert_eq!(row.get::<_, Option<i64>>(2), value.big);
            prop_assert_eq!(row.get::<_, Option<f64>>(3).map(f64::to_bits), value.double.map(f64::to_bits));
            prop_assert_eq!(row.get::<_, Option<bool>>(4), value.boolean);
            prop_assert_eq!(row.get::<_, Option<i32>>(5), value.date);
            prop_assert_eq!(row.get::<_, Option<i64>>(6), value.time);
            prop_assert_eq!(
                row.get::<_, Option<String>>(7),
                value.text.as_ref().map(|text| text.replace('\0', ""))
            );
            let uuid = row.get::<_, Option<String>>(8).map(|text| text.replace('-', ""));
            prop_assert_eq!(uuid, value.uuid.map(|uuid| format!("{uuid:032x}")));
            prop_assert_eq!(row.get::<_, Option<String>>(9), value.money.map(|money| as_text(money, 2)));
            prop_assert_eq!(row.get::<_, Option<String>>(10), value.fine.map(|fine| as_text(fine, 10)));
        }
        Ok(())
    });
    drop(client);
    let home = server::status(&lake).unwrap().folder;
    server::stop(&lake).unwrap();
    if home != lake.postgres() {
        std::fs::remove_dir_all(home).unwrap();
    }
    outcome.unwrap();
}
