//! Rows to Parquet row groups: made apart from one another, by several threads,
//! then put into the file one behind the other.

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, StringArray, TimestampMicrosecondArray};
use arrow::datatypes::SchemaRef;
use chrono::{DateTime, Utc};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::{ArrowColumnChunk, ArrowRowGroupWriterFactory, compute_leaves};
use parquet::basic::{Compression, Encoding};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder};
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::ColumnPath;

use super::content::ByteCount;
use super::pieces::Limits;
use super::rows::{ORIGIN, Rows, schema};
use crate::error::{Error, Result};
use crate::lake::PartFile;

/// The encoder takes rows in such steps, and no column need be longer.
const STEP_ROWS: usize = 1 << 16;

/// Where the rows of a file come from.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) source_file: String,
    pub(super) batch_id: String,
    pub(super) ingested_at: DateTime<Utc>,
}

impl Origin {
    /// Source file, time and batch of that many rows.
    fn columns(&self, rows: usize) -> [ArrayRef; 3] {
        let text = |value: &String| StringArray::from_iter_values(std::iter::repeat_n(value, rows));
        let ingested_at = TimestampMicrosecondArray::from_value(self.ingested_at.timestamp_micros(), rows);
        [
            Arc::new(text(&self.source_file)),
            Arc::new(ingested_at.with_timezone("UTC")),
            Arc::new(text(&self.batch_id)),
        ]
    }
}

/// What a reader is told of the file that its rows go to.
pub(super) struct Writing {
    pub(super) place: PathBuf,
    pub(super) origin: Origin,
    /// How many threads may work on the file.
    pub(super) threads: usize,
    pub(super) limits: Limits,
    /// Counts the bytes read.
    pub(super) count: ByteCount,
    /// Called after each piece; may stop the run.
    pub(super) progress: Box<dyn FnMut() -> Result<()> + Send>,
}

impl Writing {
    /// The file, for rows of these columns, and what makes its row groups.
    /// `sample` holds some of the first rows, by which encodings are chosen.
    pub(super) fn create(&self, columns: &[String], sample: &[ArrayRef]) -> Result<(BronzeFile, Encoder)> {
        BronzeFile::create(&self.place, columns, &self.origin, sample)
    }
}

/// Rows as they will lie in the file.
pub(super) struct RowGroup {
    columns: Vec<ArrowColumnChunk>,
    rows: u64,
    malformed_rows: u64,
}

/// Makes row groups for one file.
pub(super) struct Encoder {
    place: PathBuf,
    schema: SchemaRef,
    factory: ArrowRowGroupWriterFactory,
    origin: Origin,
}

impl Encoder {
    /// A row group of these rows.
    pub(super) fn rows(&self, rows: Rows) -> Result<RowGroup> {
        let (_, malformed_rows) = rows.counts();
        self.encode(&rows.finish()?, malformed_rows)
    }

    /// A row group of rows given as the columns received, the lines, the reasons and the raw rows.
    pub(super) fn encode(&self, columns: &[ArrayRef], malformed_rows: u64) -> Result<RowGroup> {
        self.row_group(columns, malformed_rows).map_err(write_error(&self.place))
    }

    fn row_group(
        &self,
        columns: &[ArrayRef],
        malformed_rows: u64,
    ) -> std::result::Result<RowGroup, ParquetError> {
        let received = columns.len() - 3;
        let rows = columns[received].len();
        let [source_file, ingested_at, batch_id] = &self.origin.columns(rows.min(STEP_ROWS));
        let mut writers = self.factory.create_column_writers(0)?.into_iter();
        let mut chunks = Vec::with_capacity(self.schema.fields().len());
        for (position, field) in self.schema.fields().iter().enumerate() {
            let Some(mut writer) = writers.next() else { break };
            let (column, is_same) = match position.checked_sub(received) {
                None => (&columns[position], false),
                Some(0) => (source_file, true),
                Some(1) => (&columns[received], false),
                Some(2) => (ingested_at, true),
                Some(3) => (batch_id, true),
                Some(last) => (&columns[received + last - 3], false),
            };
            for from in (0..rows).step_by(STEP_ROWS) {
                let len = STEP_ROWS.min(rows - from);
                let step = column.slice(if is_same { 0 } else { from }, len);
                for leaf in compute_leaves(field, &step)? {
                    writer.write(&leaf)?;
                }
            }
            chunks.push(writer.close()?);
        }
        Ok(RowGroup { columns: chunks, rows: rows as u64, malformed_rows })
    }
}

/// A bronze Parquet file being written.
pub(super) struct BronzeFile {
    part: PartFile,
    writer: SerializedFileWriter<File>,
    /// Rows received, malformed ones included.
    pub(super) rows: u64,
    /// Rows that could not be split as the header says.
    pub(super) malformed_rows: u64,
}

impl BronzeFile {
    fn create(
        place: &Path,
        columns: &[String],
        origin: &Origin,
        sample: &[ArrayRef],
    ) -> Result<(Self, Encoder)> {
        let part = PartFile::create(place)?;
        let file = part.file().try_clone().map_err(Error::io("open", place))?;
        let schema = schema(columns);
        let properties = properties(columns, sample);
        let (writer, factory) = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .and_then(ArrowWriter::into_serialized_writer)
            .map_err(write_error(place))?;
        let encoder = Encoder { place: place.to_owned(), schema, factory, origin: origin.clone() };
        Ok((Self { part, writer, rows: 0, malformed_rows: 0 }, encoder))
    }

    /// Puts rows behind those that are there.
    pub(super) fn append(&mut self, rows: RowGroup) -> Result<()> {
        if rows.rows == 0 {
            return Ok(());
        }
        self.rows += rows.rows;
        self.malformed_rows += rows.malformed_rows;
        self.append_columns(rows.columns).map_err(write_error(self.part.place()))
    }

    fn append_columns(&mut self, columns: Vec<ArrowColumnChunk>) -> std::result::Result<(), ParquetError> {
        let mut row_group = self.writer.next_row_group()?;
        for column in columns {
            column.append_to_row_group(&mut row_group)?;
        }
        row_group.close().map(|_| ())
    }

    /// Writes the footer, gives the file its name and returns its size.
    pub(super) fn publish(self) -> Result<u64> {
        self.writer.close().map_err(write_error(self.part.place()))?;
        self.part.publish()
    }
}

fn write_error(place: &Path) -> impl FnOnce(ParquetError) -> Error {
    let path = place.to_owned();
    move |source| Error::Io { action: "write", path, source: std::io::Error::other(source) }
}

/// How a bronze file is written. Its columns are read whole, so only lines get
/// statistics; and a column whose texts hardly repeat gets no dictionary, which
/// would cost more than anything else here and be given up in the end.
fn properties(columns: &[String], sample: &[ArrayRef]) -> WriterProperties {
    let [_, lines, ..] = ORIGIN;
    let lines = ColumnPath::from(lines);
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::SNAPPY)
        .set_statistics_enabled(EnabledStatistics::None)
        .set_offset_index_disabled(true)
        .set_column_statistics_enabled(lines.clone(), EnabledStatistics::Chunk)
        .set_column_dictionary_enabled(lines.clone(), false)
        .set_column_encoding(lines, Encoding::DELTA_BINARY_PACKED);
    for (name, column) in columns.iter().zip(sample) {
        properties = for_texts(properties, name, column);
    }
    properties.build()
}

/// The properties with what fits a column of such texts.
fn for_texts(properties: WriterPropertiesBuilder, name: &str, sample: &ArrayRef) -> WriterPropertiesBuilder {
    let texts = sample.as_string::<i32>();
    let distinct = texts.iter().flatten().collect::<HashSet<_>>().len();
    if distinct * 2 <= texts.len() - texts.null_count() {
        return properties;
    }
    let name = ColumnPath::new(vec![name.to_owned()]);
    let properties = properties.set_column_dictionary_enabled(name.clone(), false);
    // Random ids do not get smaller; trying takes longer than splitting the row.
    match snap::raw::Encoder::new().compress_vec(texts.value_data()) {
        Ok(packed) if packed.len() * 10 > texts.value_data().len() * 9 => {
            properties.set_column_compression(name, Compression::UNCOMPRESSED)
        }
        _ => properties,
    }
}
