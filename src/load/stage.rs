//! Gold rows on their way: read, encoded, hashed, kept until they are sent.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use postgres::GenericClient;
use sha2::{Digest, Sha256};

use super::catalog::Target;
use super::encode::{HEADER, Rows, TRAILER};
use super::failed;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Bytes handed to the driver at once; smaller pieces cost speed.
const CHUNK: usize = 128 * 1024;
/// Bytes of one period or table that are kept in memory; what is beyond lies in a nameless file.
const IN_MEMORY: usize = 2 << 20;

/// Batches read before they are asked for.
const BATCHES_AHEAD: usize = 4;

/// A fingerprint of rows whatever their order, so that they need not be sorted:
/// the sum of the rows' own hashes, and their number.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RowsHash {
    sum: u128,
    pub(super) rows: u64,
}

impl RowsHash {
    fn add(&mut self, row: &[u8]) {
        let digest = Sha256::digest(row);
        let mut half = [0; 16];
        half.copy_from_slice(&digest[..16]);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(half));
        self.rows += 1;
    }
}

impl std::fmt::Display for RowsHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:032x}-{}", self.sum, self.rows)
    }
}

/// Rows of one table, or of one period of it, in the binary COPY format.
#[derive(Debug, Default)]
pub(super) struct Encoded {
    pub(super) rows: u64,
    /// The end of the rows; what came before is in `file`.
    memory: Vec<u8>,
    file: Option<File>,
    in_file: u64,
    nuls: usize,
}

impl Encoded {
    fn push(&mut self, row: &[u8], nuls: usize, spill: &Spill) -> Result<()> {
        self.memory.extend_from_slice(row);
        self.nuls += nuls;
        self.rows += 1;
        if self.memory.len() >= IN_MEMORY {
            let file = match &mut self.file {
                Some(file) => file,
                none => none.insert(spill.file()?),
            };
            file.write_all(&self.memory).map_err(spill.error("write"))?;
            self.in_file += self.memory.len() as u64;
            self.memory.clear();
        }
        Ok(())
    }

    /// The size of the rows in bytes.
    pub(super) fn size(&self) -> u64 {
        self.in_file + self.memory.len() as u64
    }

    /// Copies the rows into `table` (qualified), whose columns are those of `target`.
    /// `freeze` spares a later rewriting; the table must be made by the transaction that `client` is in.
    pub(super) fn copy(
        &mut self,
        client: &mut impl GenericClient,
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
        let mut writer = client.copy_in(&statement).map_err(|error| failed(&context, error))?;
        let written = self.write_to(&mut writer);
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

    fn write_to(&mut self, writer: &mut impl Write) -> std::io::Result<()> {
        writer.write_all(HEADER)?;
        if let Some(file) = &mut self.file {
            file.seek(SeekFrom::Start(0))?;
            let mut chunk = vec![0; CHUNK];
            let mut left = self.in_file;
            while left > 0 {
                let length = CHUNK.min(usize::try_from(left).unwrap_or(CHUNK));
                file.read_exact(&mut chunk[..length])?;
                writer.write_all(&chunk[..length])?;
                left -= length as u64;
            }
        }
        for chunk in self.memory.chunks(CHUNK) {
            writer.write_all(chunk)?;
        }
        writer.write_all(TRAILER)
    }
}

/// Where rows lie that do not fit into memory: in files without a name, which go with the process.
#[derive(Debug, Clone)]
pub(super) struct Spill(PathBuf);

impl Spill {
    pub(super) fn new(folder: Option<&Path>) -> Self {
        Self(folder.map_or_else(std::env::temp_dir, Path::to_owned))
    }

    fn file(&self) -> Result<File> {
        tempfile::tempfile_in(&self.0).map_err(self.error("create"))
    }

    fn error(&self, action: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        let path = self.0.join("(rows to be loaded)");
        move |source| Error::Io { action, path, source }
    }
}

/// Reads and encodes a whole table.
pub(super) fn encode_table(
    engine: &dyn Engine,
    target: &Target,
    spill: &Spill,
    progress: &Progress,
) -> Result<(Encoded, RowsHash)> {
    let (mut encoded, mut hash) = (Encoded::default(), RowsHash::default());
    let mut bytes = Vec::new();
    each_batch(engine, target, "", |batch| {
        let rows = Rows::try_new(&batch, &target.types)?;
        for row in 0..batch.num_rows() {
            bytes.clear();
            let nuls = rows.write(row, &mut bytes)?;
            hash.add(&bytes);
            encoded.push(&bytes, nuls, spill)?;
        }
        progress.advance(batch.num_rows() as u64)
    })?;
    Ok((encoded, hash))
}

/// A period's rows, and the hash of each day in it.
#[derive(Debug, Default)]
pub(super) struct EncodedPeriod {
    pub(super) encoded: Encoded,
    pub(super) days: Vec<(i32, RowsHash)>,
}

/// Reads and encodes the rows of consecutive `periods`, in one pass whatever their order in the lake.
pub(super) fn encode_periods(
    engine: &dyn Engine,
    target: &Target,
    date_column: &str,
    periods: &[super::period::Period],
    spill: &Spill,
    progress: &Progress,
) -> Result<Vec<EncodedPeriod>> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return Ok(Vec::new()) };
    let mut found: Vec<EncodedPeriod> = periods.iter().map(|_| EncodedPeriod::default()).collect();
    // Which period, and which place among its days, each day has.
    let mut places = vec![None; (last.until - first.from).max(0) as usize];
    let condition = format!(
        " where \"{date_column}\" >= date '{}' and \"{date_column}\" < date '{}'",
        super::period::day_text(first.from),
        super::period::day_text(last.until)
    );
    let mut bytes = Vec::new();
    each_batch(engine, target, &condition, |batch| {
        let rows = Rows::try_new(&batch, &target.types)?;
        for (row, day) in days(&batch, target, date_column)?.into_iter().enumerate() {
            let Some(place) = places.get_mut((day - first.from) as usize) else { continue };
            let (number, position) = match *place {
                Some(known) => known,
                None => {
                    let number = periods.partition_point(|period| period.until <= day);
                    let list = &mut found[number].days;
                    list.push((day, RowsHash::default()));
                    *place.insert((number, list.len() - 1))
                }
            };
            let period = &mut found[number];
            bytes.clear();
            let nuls = rows.write(row, &mut bytes)?;
            period.days[position].1.add(&bytes);
            period.encoded.push(&bytes, nuls, spill)?;
        }
        progress.advance(batch.num_rows() as u64)
    })?;
    Ok(found)
}

/// Does `work` on the table's rows under `condition`, while a thread reads on.
fn each_batch(
    engine: &dyn Engine,
    target: &Target,
    condition: &str,
    mut work: impl FnMut(RecordBatch) -> Result<()>,
) -> Result<()> {
    let reader = engine.query(&target.select(condition))?;
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    std::thread::scope(|scope| {
        // Where nobody receives any more, the work has failed.
        scope.spawn(move || reader.into_iter().try_for_each(|batch| sender.send(batch)));
        batches.into_iter().try_for_each(|batch| work(batch.map_err(|source| unreadable(target, source))?))
    })
}

/// The day of each row.
fn days(batch: &RecordBatch, target: &Target, date_column: &str) -> Result<Vec<i32>> {
    let dates = batch
        .column_by_name(date_column)
        .and_then(|dates| cast(dates, &DataType::Date32).ok())
        .filter(|dates| dates.null_count() == 0)
        .ok_or_else(|| no_date(target.name, date_column))?;
    Ok(dates.as_primitive::<Date32Type>().values().to_vec())
}

/// How many rows each day of a fact has in the lake.
pub(super) fn count_days(
    engine: &dyn Engine,
    name: &str,
    date_column: &str,
) -> Result<std::collections::BTreeMap<i32, u64>> {
    use arrow::array::Array;
    use arrow::datatypes::Int64Type;
    let sql = format!(
        "select cast(\"{date_column}\" as date) as day, count(*) as rows from gold.{name} group by 1"
    );
    let mut counts = std::collections::BTreeMap::new();
    for batch in engine.collect(&sql, &crate::engine::Params::new())? {
        let (days, rows) = (batch.column(0), batch.column(1).as_primitive::<Int64Type>());
        if days.null_count() > 0 {
            return Err(no_date(name, date_column));
        }
        let days = days.as_primitive_opt::<Date32Type>().ok_or_else(|| no_date(name, date_column))?;
        counts.extend(days.values().iter().zip(rows.values()).map(|(day, rows)| (*day, *rows as u64)));
    }
    Ok(counts)
}

fn no_date(table: &str, date_column: &str) -> Error {
    Error::Load {
        message: format!("gold.{table}.{date_column} of the lake is no date, or null; check the model"),
        source: None,
    }
}

fn unreadable(target: &Target, source: arrow::error::ArrowError) -> Error {
    Error::Load {
        message: format!("cannot read gold.{} of the lake", target.name),
        source: Some(source.into()),
    }
}
