//! Rows as Arrow record batches, column by column.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Decimal128Builder, Int32Builder, RecordBatch, StringBuilder, TimestampMillisecondBuilder,
};
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;

use super::row::Row;
use super::schema::{self, Column, Kind};

/// The builder of one column.
enum Builder {
    Text(StringBuilder),
    Time(TimestampMillisecondBuilder),
    Money(Decimal128Builder),
    Count(Int32Builder),
}

/// A record batch that grows row by row.
pub(super) struct Batch {
    schema: SchemaRef,
    builders: Vec<Builder>,
    at: usize,
}

impl Batch {
    /// An empty batch of these columns.
    pub(super) fn new(columns: &[Column]) -> Self {
        let builder = |(_, kind): &Column| match kind {
            Kind::Text => Builder::Text(StringBuilder::new()),
            Kind::Time => Builder::Time(TimestampMillisecondBuilder::new().with_timezone("UTC")),
            Kind::Money => Builder::Money(
                Decimal128Builder::new().with_data_type(arrow::datatypes::DataType::Decimal128(12, 2)),
            ),
            Kind::Count => Builder::Count(Int32Builder::new()),
        };
        Self { schema: schema::arrow(columns), builders: columns.iter().map(builder).collect(), at: 0 }
    }

    /// The rows so far as a batch; the next one begins empty.
    pub(super) fn finish(&mut self) -> Result<RecordBatch, ArrowError> {
        let arrays = self
            .builders
            .iter_mut()
            .map(|builder| match builder {
                Builder::Text(builder) => Arc::new(builder.finish()) as ArrayRef,
                Builder::Time(builder) => Arc::new(builder.finish()),
                Builder::Money(builder) => Arc::new(builder.finish()),
                Builder::Count(builder) => Arc::new(builder.finish()),
            })
            .collect();
        RecordBatch::try_new(self.schema.clone(), arrays)
    }

    /// The builder of the next cell. Rows are written in the order of the
    /// schema, so the kinds agree; a cell of another kind would be dropped,
    /// and the batch then refused for its uneven columns.
    fn next(&mut self) -> &mut Builder {
        self.at += 1;
        &mut self.builders[self.at - 1]
    }
}

impl Row for Batch {
    fn text(&mut self, value: Option<&str>) {
        if let Builder::Text(builder) = self.next() {
            builder.append_option(value);
        }
    }

    fn time(&mut self, value: Option<i64>) {
        if let Builder::Time(builder) = self.next() {
            builder.append_option(value);
        }
    }

    fn money(&mut self, cents: Option<i64>) {
        if let Builder::Money(builder) = self.next() {
            builder.append_option(cents.map(i128::from));
        }
    }

    fn count(&mut self, value: Option<u32>) {
        if let Builder::Count(builder) = self.next() {
            builder.append_option(value.and_then(|value| i32::try_from(value).ok()));
        }
    }

    fn end(&mut self) {
        self.at = 0;
    }
}
