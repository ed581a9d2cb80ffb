//! The columns of the raw tables, in order: what every format writes.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Text.
    Text,
    /// A moment: RFC 3339 in UTC with milliseconds; in Parquet a timestamp.
    Time,
    /// Money: two decimals; in Parquet a decimal(12, 2).
    Money,
    /// A whole number.
    Count,
}

/// A column of a raw table.
pub(super) type Column = (&'static str, Kind);

/// `raw.events`.
pub(super) const EVENTS: &[Column] = &[
    ("event_id", Kind::Text),
    ("visitor_id", Kind::Text),
    ("user_id", Kind::Text),
    ("session_id", Kind::Text),
    ("event_time", Kind::Time),
    ("received_at", Kind::Time),
    ("event_type", Kind::Text),
    ("page_type", Kind::Text),
    ("page_url", Kind::Text),
    ("search_query", Kind::Text),
    ("product_id", Kind::Text),
    ("category", Kind::Text),
    ("brand", Kind::Text),
    ("price", Kind::Money),
    ("quantity", Kind::Count),
    ("order_id", Kind::Text),
    ("payment_method", Kind::Text),
    ("outcome", Kind::Text),
    ("device_type", Kind::Text),
    ("browser", Kind::Text),
    ("os", Kind::Text),
    ("user_agent", Kind::Text),
    ("country", Kind::Text),
    ("city", Kind::Text),
    ("ip_address", Kind::Text),
    ("referrer", Kind::Text),
    ("utm_source", Kind::Text),
    ("utm_medium", Kind::Text),
    ("utm_campaign", Kind::Text),
    ("experiment", Kind::Text),
    ("variant", Kind::Text),
];

/// `raw.users`.
pub(super) const USERS: &[Column] = &[
    ("user_id", Kind::Text),
    ("name", Kind::Text),
    ("email", Kind::Text),
    ("gender", Kind::Text),
    ("birth_year", Kind::Count),
    ("city", Kind::Text),
    ("country", Kind::Text),
    ("signup_date", Kind::Text),
    ("updated_at", Kind::Time),
];

/// `raw.products`.
pub(super) const PRODUCTS: &[Column] = &[
    ("product_id", Kind::Text),
    ("product_name", Kind::Text),
    ("category", Kind::Text),
    ("brand", Kind::Text),
    ("price", Kind::Money),
    ("stock", Kind::Count),
    ("rating", Kind::Text),
    ("rating_count", Kind::Count),
    ("updated_at", Kind::Time),
];

/// The Arrow schema of a table's columns.
pub(super) fn arrow(columns: &[Column]) -> SchemaRef {
    let field = |(name, kind): &Column| {
        let data_type = match kind {
            Kind::Text => DataType::Utf8,
            Kind::Time => DataType::Timestamp(TimeUnit::Millisecond, Some("UTC".into())),
            Kind::Money => DataType::Decimal128(12, 2),
            Kind::Count => DataType::Int32,
        };
        Field::new(*name, data_type, true)
    };
    Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()))
}
