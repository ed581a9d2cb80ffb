//! Gold rows on their way: read, encoded, hashed, kept until they are sent.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Date32Type};
use arrow::error::ArrowError;
use postgres::GenericClient;
use twox_hash::XxHash64;

use super::catalog::{Target, quoted};
use super::encode::{HEADER, Rows, TRAILER};
use super::failed;
use super::period::{Period, day_text};
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::progress::Progress;

/// Bytes handed to the driver at once; smaller pieces cost speed.
const CHUNK: usize = 128 * 1024;
/// Bytes of one period or table that a thread keeps in memory; what is beyond lies in a nameless file.
const IN_MEMORY: usize = 1 << 20;

/// Threads that encode rows. The server has nothing to do before the first period is whole.
const ENCODERS: usize = 2;
/// Batches read before they are asked for.
const BATCHES_AHEAD: usize = 4;

/// A fingerprint of rows whatever their order, so that they need not be sorted:
/// the sum of the rows' own hashes (two XXH64 with different seeds), and their
/// number. It tells chance apart, not malice: whoever may write gold may write
/// the warehouse. A cryptographic hash took a quarter of a load's own time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct RowsHash {
    sum: u128,
    pub(super) rows: u64,
}

impl RowsHash {
    fn add(&mut self, row: &[u8]) {
        let half = |seed| u128::from(XxHash64::oneshot(seed, row));
        self.sum = self.sum.wrapping_add(half(0) << 64 | half(1));
        self.rows += 1;
    }

    fn add_all(&mut self, other: Self) {
        self.sum = self.sum.wrapping_add(other.sum);
        self.rows += other.rows;
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
    pieces: Vec<Piece>,
    nuls: usize,
}

/// What one thread encoded.
#[derive(Debug, Default)]
struct Piece {
    /// The end of the rows; what came before is in `file`.
    memory: Vec<u8>,
    file: Option<File>,
    in_file: u64,
}

impl Encoded {
    fn push(&mut self, row: &[u8], nuls: usize, spill: &Spill) -> Result<()> {
        if self.pieces.is_empty() {
            self.pieces.push(Piece::default());
        }
        if let Some(piece) = self.pieces.last_mut() {
            piece.push(row, spill)?;
        }
        self.nuls += nuls;
        self.rows += 1;
        Ok(())
    }

    fn append(&mut self, other: Self) {
        self.pieces.extend(other.pieces);
        self.nuls += other.nuls;
        self.rows += other.rows;
    }

    /// The size of the rows in bytes.
    pub(super) fn size(&self) -> u64 {
        self.pieces.iter().map(|piece| piece.in_file + piece.memory.len() as u64).sum()
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
        self.pieces.iter_mut().try_for_each(|piece| piece.write_to(writer))?;
        writer.write_all(TRAILER)
    }
}

impl Piece {
    fn push(&mut self, row: &[u8], spill: &Spill) -> Result<()> {
        self.memory.extend_from_slice(row);
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

    fn write_to(&mut self, writer: &mut impl Write) -> std::io::Result<()> {
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
        self.memory.chunks(CHUNK).try_for_each(|chunk| writer.write_all(chunk))
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

/// Reads and encodes a whole table, in the order of its key: the server then fills the key's
/// index from left to right.
pub(super) fn encode_table(
    engine: &dyn Engine,
    target: &Target,
    spill: &Spill,
    progress: &Progress,
) -> Result<(Encoded, RowsHash)> {
    let (mut encoded, mut hash) = (Encoded::default(), RowsHash::default());
    let mut bytes = Vec::new();
    let order = format!(" order by {}", quoted(&target.key));
    for batch in engine.query(&target.select(&order))? {
        let batch = batch.map_err(|source| unreadable(target, source))?;
        let rows = Rows::try_new(&batch, &target.types)?;
        for row in 0..batch.num_rows() {
            bytes.clear();
            let nuls = rows.write(row, &mut bytes)?;
            hash.add(&bytes);
            encoded.push(&bytes, nuls, spill)?;
        }
        progress.advance(batch.num_rows() as u64)?;
    }
    Ok((encoded, hash))
}

/// A period's rows, and the hash of each day in it.
#[derive(Debug, Default)]
pub(super) struct EncodedPeriod {
    pub(super) encoded: Encoded,
    pub(super) days: BTreeMap<i32, RowsHash>,
}

/// Reads and encodes the rows of consecutive `periods`, in one pass whatever their order in the lake.
pub(super) fn encode_periods(
    engine: &dyn Engine,
    target: &Target,
    date_column: &str,
    periods: &[Period],
    spill: &Spill,
    progress: &Progress,
) -> Result<Vec<EncodedPeriod>> {
    let (Some(first), Some(last)) = (periods.first(), periods.last()) else { return Ok(Vec::new()) };
    let condition = format!(
        " where \"{date_column}\" >= date '{}' and \"{date_column}\" < date '{}'",
        day_text(first.from),
        day_text(last.until)
    );
    // Which period each day is of.
    let days = first.from..last.until;
    let numbers: Vec<usize> =
        days.clone().map(|day| periods.partition_point(|period| period.until <= day)).collect();
    let encode = |batches: Arc<Mutex<Batches>>| -> Result<Vec<EncodedPeriod>> {
        let mut found: Vec<EncodedPeriod> = periods.iter().map(|_| EncodedPeriod::default()).collect();
        let mut hashes = vec![RowsHash::default(); numbers.len()];
        let mut bytes = Vec::new();
        while let Some(batch) = next(&batches) {
            let batch = batch.map_err(|source| unreadable(target, source))?;
            let rows = Rows::try_new(&batch, &target.types)?;
            for (row, day) in days_of(&batch, target, date_column)?.into_iter().enumerate() {
                let place = (day - days.start) as usize;
                let Some(number) = numbers.get(place) else { continue };
                bytes.clear();
                let nuls = rows.write(row, &mut bytes)?;
                hashes[place].add(&bytes);
                found[*number].encoded.push(&bytes, nuls, spill)?;
            }
            progress.advance(batch.num_rows() as u64)?;
        }
        for ((day, number), hash) in days.clone().zip(&numbers).zip(hashes) {
            if hash.rows > 0 {
                found[*number].days.insert(day, hash);
            }
        }
        Ok(found)
    };

    let reader = engine.query(&target.select(&condition))?;
    let (sender, batches) = sync_channel(BATCHES_AHEAD);
    let batches = Arc::new(Mutex::new(batches));
    let shares: Vec<_> = std::thread::scope(|scope| {
        let encode = &encode;
        let start = |batches| scope.spawn(move || encode(batches));
        let encoders: Vec<_> = (0..ENCODERS).map(|_| start(Arc::clone(&batches))).collect();
        // When no encoder is left, nobody takes batches, and handing one over fails.
        drop(batches);
        for batch in reader {
            if encoders.iter().any(|encoder| encoder.is_finished()) || sender.send(batch).is_err() {
                break;
            }
        }
        drop(sender);
        let joined = encoders.into_iter().map(|encoder| encoder.join());
        joined.map(|share| share.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    });
    let mut found: Vec<EncodedPeriod> = periods.iter().map(|_| EncodedPeriod::default()).collect();
    for share in shares {
        for (period, more) in found.iter_mut().zip(share?) {
            period.encoded.append(more.encoded);
            for (day, hash) in more.days {
                period.days.entry(day).or_default().add_all(hash);
            }
        }
    }
    Ok(found)
}

/// Batches on their way to the encoders.
type Batches = Receiver<std::result::Result<RecordBatch, ArrowError>>;

/// The next batch, for whichever thread asks first.
fn next(batches: &Mutex<Batches>) -> Option<std::result::Result<RecordBatch, ArrowError>> {
    batches.lock().unwrap_or_else(PoisonError::into_inner).recv().ok()
}

/// The day of each row.
fn days_of(batch: &RecordBatch, target: &Target, date_column: &str) -> Result<Vec<i32>> {
    let dates = batch
        .column_by_name(date_column)
        .and_then(|dates| cast(dates, &DataType::Date32).ok())
        .filter(|dates| dates.null_count() == 0)
        .ok_or_else(|| no_date(target.name, date_column))?;
    Ok(dates.as_primitive::<Date32Type>().values().to_vec())
}

/// How many rows each day of a fact has in the lake.
pub(super) fn count_days(engine: &dyn Engine, name: &str, date_column: &str) -> Result<BTreeMap<i32, u64>> {
    use arrow::array::Array;
    use arrow::datatypes::Int64Type;
    let sql = format!(
        "select cast(\"{date_column}\" as date) as day, count(*) as rows from gold.{name} group by 1"
    );
    let mut counts = BTreeMap::new();
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
