//! The true sessions: `truth/sessions.parquet`, which sessionization must find.

use std::path::Path;
use std::sync::Arc;

use ::parquet::arrow::ArrowWriter;
use arrow::array::{ArrayRef, Int32Builder, RecordBatch, StringBuilder, TimestampMicrosecondBuilder};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

use super::file::{FileEntry, RawFile};
use super::row::{push_user_id, push_uuid, push_visitor_id};
use super::{parquet, write_error};
use crate::error::Result;
use crate::generate::TrueSession;

/// Where the file lies below the raw folder.
pub(super) const PATH: &str = "truth/sessions.parquet";

/// Writes the true sessions as they come.
pub(super) struct TruthWriter {
    writer: ArrowWriter<RawFile>,
    schema: SchemaRef,
    rows: u64,
}

impl TruthWriter {
    /// Opens the file below the folder `raw`.
    pub(super) fn create(raw: &Path) -> Result<Self> {
        let time = || DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
        let schema = Arc::new(Schema::new(vec![
            Field::new("visitor_id", DataType::Utf8, false),
            Field::new("session_no", DataType::Int32, false),
            Field::new("session_start", time(), false),
            Field::new("session_end", time(), false),
            Field::new("events", DataType::Int32, false),
            Field::new("user_id", DataType::Utf8, true),
            Field::new("session_id", DataType::Utf8, false),
        ]));
        let file = RawFile::create(raw, PATH.to_owned())?;
        let writer =
            parquet::writer(file, schema.clone()).map_err(|source| write_error(&raw.join(PATH), source))?;
        Ok(Self { writer, schema, rows: 0 })
    }

    /// Appends sessions.
    pub(super) fn write(&mut self, raw: &Path, sessions: &[TrueSession]) -> Result<()> {
        let time = || TimestampMicrosecondBuilder::new().with_timezone("UTC");
        let (mut visitors, mut users, mut ids) =
            (StringBuilder::new(), StringBuilder::new(), StringBuilder::new());
        let (mut numbers, mut events) = (Int32Builder::new(), Int32Builder::new());
        let (mut starts, mut ends) = (time(), time());
        let mut text = String::new();
        for session in sessions {
            text.clear();
            push_visitor_id(&mut text, session.visitor_id);
            visitors.append_value(&text);
            numbers.append_value(session.session_no as i32);
            starts.append_value(session.session_start * 1000);
            ends.append_value(session.session_end * 1000);
            events.append_value(session.events as i32);
            text.clear();
            if let Some(user) = session.user {
                push_user_id(&mut text, user);
            }
            users.append_option(session.user.map(|_| &text));
            text.clear();
            push_uuid(&mut text, session.session_id);
            ids.append_value(&text);
        }
        let columns: Vec<ArrayRef> = vec![
            Arc::new(visitors.finish()),
            Arc::new(numbers.finish()),
            Arc::new(starts.finish()),
            Arc::new(ends.finish()),
            Arc::new(events.finish()),
            Arc::new(users.finish()),
            Arc::new(ids.finish()),
        ];
        let batch = RecordBatch::try_new(self.schema.clone(), columns)
            .map_err(|source| write_error(&raw.join(PATH), source))?;
        self.rows += sessions.len() as u64;
        self.writer.write(&batch).map_err(|source| write_error(&raw.join(PATH), source))
    }

    /// Ends the file and gives it its name.
    pub(super) fn publish(self, raw: &Path) -> Result<FileEntry> {
        let file = self.writer.into_inner().map_err(|source| write_error(&raw.join(PATH), source))?;
        file.publish(self.rows)
    }
}
