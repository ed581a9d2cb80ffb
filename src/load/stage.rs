//! Gold rows on their way: read in key order, encoded, hashed.

use std::io::Write;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use postgres::Transaction;

use super::catalog::Target;
use super::encode::{HEADER, Rows, TRAILER};
use super::{failed, fingerprint};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Bytes handed to the driver at once; smaller pieces cost speed.
const CHUNK: usize = 128 * 1024;

/// Rows of one table, or of one day of it, in the binary COPY format.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    pub(super) rows: u64,
    bytes: Vec<u8>,
    nuls: usize,
}

impl Encoded {
    fn push(&mut self, rows: &Rows, row: usize) -> Result<()> {
        self.nuls += rows.write(row, &mut self.bytes)?;
        self.rows += 1;
        Ok(())
    }

    /// The rows' fingerprint: equal rows, equal hash.
    pub(super) fn hash(&self) -> String {
        fingerprint(&self.bytes)
    }

    /// The size of the rows in bytes.
    pub(super) fn size(&self) -> u64 {
        self.bytes.len() as u64
    }

    /// Copies the rows into `table` (qualified), whose columns are those of `target`.
    /// `freeze` spares a later rewriting; the table must be made by this transaction.
    pub(super) fn copy(
        &self,
        transaction: &mut Transaction<'_>,
        target: &Target,
        table: &str,
        freeze: bool,
    ) -> Result<()> {
        if self.nuls > 0 {
            tracing::warn!(
                table = target.name,
                characters = self.nuls,
                "NUL characters were left out, PostgreSQL's text cannot hold them"
            );
        }
        let context = format!("cannot copy rows into gold.{}", target.name);
        let freeze = if freeze { ", freeze" } else { "" };
        let statement = format!("copy {table} ({}) from stdin (format binary{freeze})", target.column_list());
        let mut writer = transaction.copy_in(&statement).map_err(|error| failed(&context, error))?;
        let written = std::iter::once(HEADER)
            .chain(self.bytes.chunks(CHUNK))
            .chain([TRAILER])
            .try_for_each(|chunk| writer.write_all(chunk));
        // Where writing fails the server has said why; `finish` brings its words.
        let finished = writer.finish().map_err(|error| failed(&context, error));
        match (written, finished) {
            (_, Err(error)) => Err(error),
            (Err(source), Ok(_)) => Err(Error::Load { message: context, source: Some(source.into()) }),
            (Ok(()), Ok(rows)) if rows != self.rows => Err(Error::Load {
                message: format!("{context}: the server took {rows} of {} rows", self.rows),
                source: None,
            }),
            _ => Ok(()),
        }
    }
}

/// Reads and encodes a whole table.
pub(super) fn encode_table(engine: &dyn Engine, target: &Target, progress: &Progress) -> Result<Encoded> {
    let mut encoded = Encoded::default();
    for batch in engine.query(&target.select(None))? {
        let batch = batch.map_err(|source| unreadable(target, source))?;
        let rows = Rows::try_new(&batch, &target.types)?;
        for row in 0..batch.num_rows() {
            encoded.push(&rows, row)?;
        }
        progress.advance(batch.num_rows() as u64)?;
    }
    Ok(encoded)
}

/// Reads and encodes a table day by day, and hands over each day when it is
/// whole; one day is in memory at a time. Days are counted from 1970-01-01.
pub(super) fn encode_days(
    engine: &dyn Engine,
    target: &Target,
    date_column: &str,
    progress: &Progress,
    mut on_day: impl FnMut(i32, Encoded) -> Result<()>,
) -> Result<()> {
    let mut open: Option<(i32, Encoded)> = None;
    for batch in engine.query(&target.select(Some(date_column)))? {
        let batch = batch.map_err(|source| unreadable(target, source))?;
        let rows = Rows::try_new(&batch, &target.types)?;
        for (row, day) in days(&batch, target, date_column)?.into_iter().enumerate() {
            if let Some((day, encoded)) = open.take_if(|(current, _)| *current != day) {
                on_day(day, encoded)?;
            }
            open.get_or_insert_with(|| (day, Encoded::default())).1.push(&rows, row)?;
        }
        progress.advance(batch.num_rows() as u64)?;
    }
    match open {
        Some((day, encoded)) => on_day(day, encoded),
        None => Ok(()),
    }
}

/// The day of each row.
fn days(batch: &RecordBatch, target: &Target, date_column: &str) -> Result<Vec<i32>> {
    let dates = batch
        .column_by_name(date_column)
        .and_then(|dates| cast(dates, &DataType::Date32).ok())
        .filter(|dates| dates.null_count() == 0)
        .ok_or_else(|| Error::Load {
            message: format!(
                "gold.{}.{date_column} of the lake is no date, or null; check the model",
                target.name
            ),
            source: None,
        })?;
    Ok(dates.as_primitive::<Date32Type>().values().to_vec())
}

fn unreadable(target: &Target, source: arrow::error::ArrowError) -> Error {
    Error::Load {
        message: format!("cannot read gold.{} of the lake", target.name),
        source: Some(source.into()),
    }
}
