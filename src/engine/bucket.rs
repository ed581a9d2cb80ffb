//! Rows dealt into buckets: what shares a key shares a bucket, so that work on
//! the rows of one key can be done bucket by bucket, each small enough to sort
//! in memory, without ever shuffling rows again.
//!
//! Which bucket is decided by a hash of the key's text that never changes, so
//! the same rows lie in the same bucket on every machine and at every thread
//! count. Buckets are held in memory up to a bound and go to disk beyond it.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use arrow::array::{AsArray, RecordBatch};
use arrow::compute::concat_batches;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;
use arrow_ipc::reader::StreamReader;
use arrow_ipc::writer::StreamWriter;
use snap::read::FrameDecoder;
use snap::write::FrameEncoder;

use super::gather::gather;
use super::keys::{Alike, BUCKET_BITS, Keys, hash};
use super::sorted::sorted;
use crate::error::{Error, Result};

/// How rows are dealt.
#[derive(Debug, Clone)]
pub struct Deal {
    /// The text column whose equal values share a bucket. Rows without a value
    /// are set aside in a bucket of their own, the last.
    pub by: String,
    /// Text columns whose equal values must share a bucket as well. As a rule
    /// they do (an event's copies have one visitor); keys for which they do
    /// not are brought together.
    pub alike: Vec<String>,
    /// The order of the rows of a bucket, nulls last, as SQL has it.
    pub order: Vec<String>,
    /// Buckets, without the one for rows that have no key; at most 4096.
    pub buckets: usize,
    /// Bytes of rows held in memory before buckets go to disk.
    pub held_bytes: usize,
    /// Where they go.
    pub folder: PathBuf,
    /// Whether to remember which keys there were.
    pub keys: bool,
}

/// Rows on their way into buckets; any number of threads and statements deal at once.
pub struct Dealer {
    deal: Deal,
    schema: SchemaRef,
    by: usize,
    alike: Vec<usize>,
    buckets: Vec<Mutex<Bucket>>,
    held: AtomicUsize,
    /// Keys that lie elsewhere than their hash says.
    moved: HashMap<u64, usize>,
}

/// What is remembered of dealt rows: of the `alike` columns a mark (hash of
/// the value, number of the bucket) for each value, and which keys there were.
#[derive(Debug, Default)]
pub struct Marks {
    alike: Vec<u64>,
    keys: Keys,
}

impl Marks {
    /// The keys that were dealt, which the marks then forget.
    pub fn take_keys(&mut self) -> Keys {
        std::mem::take(&mut self.keys)
    }

    /// The values of the `alike` columns.
    pub fn alike(&self) -> Alike {
        Alike::of_marks(&self.alike)
    }

    /// Adds what is remembered of other rows.
    pub fn add(&mut self, other: Self) {
        self.alike.extend(other.alike);
        self.keys.extend(&other.keys);
    }
}

/// The columns of a statement's rows once they are dealt: rows of several statements
/// meet there, some of which know that a column has no nulls.
pub fn dealt_schema(schema: &Schema) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| field.as_ref().clone().with_nullable(true));
    Arc::new(Schema::new(fields.collect::<Vec<_>>()))
}

/// Which of the rows of a statement are dealt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dealt {
    /// All.
    All,
    /// Those that have a key.
    Keyed,
}

impl Dealer {
    /// Buckets for rows of that schema.
    ///
    /// # Errors
    /// [`Error::Engine`] when they lack a text column to be dealt by,
    /// [`Error::Io`] when the folder cannot be made.
    pub fn try_new(deal: Deal, schema: SchemaRef) -> Result<Self> {
        let schema = dealt_schema(&schema);
        let find = |name: &String| match schema.index_of(name) {
            Ok(index) if schema.field(index).data_type() == &DataType::Utf8 => Ok(index),
            _ => Err(failed(format!("rows are dealt by {name}, which is no text column of theirs"))),
        };
        let by = find(&deal.by)?;
        let alike = deal.alike.iter().map(find).collect::<Result<_>>()?;
        let buckets = (0..=deal.buckets)
            .map(|number| {
                let path = deal.folder.join(format!("bucket-{number:04}.arrow"));
                Mutex::new(Bucket { path, rows: 0, held: Vec::new(), bytes: 0, file: None })
            })
            .collect();
        std::fs::create_dir_all(&deal.folder).map_err(Error::io("create", &deal.folder))?;
        Ok(Self { deal, schema, by, alike, buckets, held: AtomicUsize::new(0), moved: HashMap::new() })
    }

    /// Deals the rows of some batches.
    pub(super) fn deal(&self, batches: &[RecordBatch], dealt: Dealt, marks: &mut Marks) -> Result<()> {
        let batches = batches
            .iter()
            .map(|batch| RecordBatch::try_new(self.schema.clone(), batch.columns().to_vec()))
            .collect::<std::result::Result<Vec<_>, _>>()
            .map_err(unmovable)?;
        self.put_all(&batches, dealt, marks)
    }

    fn put_all(&self, batches: &[RecordBatch], dealt: Dealt, marks: &mut Marks) -> Result<()> {
        let mut rows: Vec<Vec<(usize, usize)>> = vec![Vec::new(); self.buckets.len()];
        for (number, batch) in batches.iter().enumerate() {
            let places = self.places(batch, marks);
            for column in &self.alike {
                let values = batch.column(*column).as_string::<i32>().iter().zip(&places);
                marks.alike.extend(
                    values
                        .filter(|(_, place)| **place < self.deal.buckets)
                        .filter_map(|(value, place)| Some(hash(value?) & !BUCKET_BITS | *place as u64)),
                );
            }
            for (row, place) in places.into_iter().enumerate() {
                rows[place].push((number, row));
            }
        }
        if dealt == Dealt::Keyed {
            rows[self.deal.buckets].clear();
        }
        for (place, rows) in rows.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty()) {
            self.put(place, gather(batches, &rows).map_err(unmovable)?)?;
        }
        Ok(())
    }

    /// The bucket of each row; the last for those that have no key.
    fn places(&self, batch: &RecordBatch, marks: &mut Marks) -> Vec<usize> {
        let mut last = None;
        let keys = batch.column(self.by).as_string::<i32>().iter();
        keys.map(|key| {
            let Some(key) = key else { return self.deal.buckets };
            let key = hash(key);
            if self.deal.keys && last.replace(key) != Some(key) {
                marks.keys.insert_hash(key);
            }
            self.place(key)
        })
        .collect()
    }

    /// The bucket of a key.
    fn place(&self, key: u64) -> usize {
        let home = (key >> 32) as usize % self.deal.buckets;
        if self.moved.is_empty() { home } else { self.moved.get(&key).copied().unwrap_or(home) }
    }

    fn put(&self, place: usize, piece: RecordBatch) -> Result<()> {
        let bytes = piece.get_array_memory_size();
        let mut bucket = locked(&self.buckets[place]);
        bucket.rows += piece.num_rows();
        bucket.bytes += bytes;
        bucket.held.push(piece);
        if self.held.fetch_add(bytes, Ordering::Relaxed) + bytes > self.deal.held_bytes {
            self.held.fetch_sub(bucket.bytes, Ordering::Relaxed);
            bucket.spill(&self.schema)?;
        }
        Ok(())
    }

    /// Ends the dealing, of which all that was remembered is given.
    ///
    /// # Errors
    /// [`Error::Io`] when a bucket cannot be written to disk.
    pub fn finish(mut self, marks: Marks) -> Result<Buckets> {
        let shared = shared(marks.alike);
        if !shared.is_empty() {
            self.bring_together(&shared)?;
        }
        let mut buckets = Vec::new();
        for bucket in self.buckets {
            let mut bucket = bucket.into_inner().unwrap_or_else(PoisonError::into_inner);
            bucket.close()?;
            buckets.push(Mutex::new(bucket));
        }
        let order = self
            .deal
            .order
            .iter()
            .map(|name| self.schema.index_of(name).map_err(unmovable))
            .collect::<Result<_>>()?;
        Ok(Buckets { order, buckets })
    }

    /// Brings keys that share a value of an `alike` column into one bucket.
    fn bring_together(&mut self, shared: &HashSet<u64>) -> Result<()> {
        let mut families = Families::default();
        let mut first_of: HashMap<u64, u64> = HashMap::new();
        for bucket in &self.buckets[..self.deal.buckets] {
            for batch in locked(bucket).batches(&self.schema)? {
                let keys = batch.column(self.by).as_string::<i32>();
                for column in &self.alike {
                    for (key, value) in keys.iter().zip(batch.column(*column).as_string::<i32>()) {
                        let (Some(key), Some(value)) = (key.map(hash), value.map(hash)) else { continue };
                        if shared.contains(&(value & !BUCKET_BITS)) {
                            families.join(*first_of.entry(value).or_insert(key), key);
                        }
                    }
                }
            }
        }
        let mut disturbed = BTreeSet::new();
        for (key, head) in families.members() {
            let (home, place) = (self.place(key), self.place(head));
            if home != place {
                self.moved.insert(key, place);
                disturbed.insert(home);
            }
        }
        tracing::info!(
            visitors = self.moved.len(),
            "visitors who share an event or an order are taken together"
        );
        for number in disturbed {
            let bucket =
                std::mem::replace(&mut *locked(&self.buckets[number]), Bucket::empty(&self.deal, number));
            let batches = bucket.into_batches(&self.schema)?;
            if !batches.is_empty() {
                self.put_all(&batches, Dealt::All, &mut Marks::default())?;
            }
        }
        Ok(())
    }
}

/// The hashes that marks of several buckets have in common.
fn shared(mut marks: Vec<u64>) -> HashSet<u64> {
    marks.sort_unstable();
    marks
        .windows(2)
        .filter(|pair| pair[0] != pair[1] && pair[0] & !BUCKET_BITS == pair[1] & !BUCKET_BITS)
        .map(|pair| pair[0] & !BUCKET_BITS)
        .collect()
}

/// Keys joined into families, each with a head.
#[derive(Debug, Default)]
struct Families(HashMap<u64, u64>);

impl Families {
    fn head(&mut self, key: u64) -> u64 {
        let mut head = *self.0.entry(key).or_insert(key);
        while self.0[&head] != head {
            head = self.0[&head];
        }
        self.0.insert(key, head);
        head
    }

    /// The smaller head becomes that of both, so that the outcome does not depend on the order.
    fn join(&mut self, one: u64, other: u64) {
        let (one, other) = (self.head(one), self.head(other));
        self.0.insert(one.max(other), one.min(other));
    }

    /// Every key with its family's head.
    fn members(mut self) -> Vec<(u64, u64)> {
        let mut keys: Vec<u64> = self.0.keys().copied().collect();
        keys.sort_unstable();
        keys.into_iter().map(|key| (key, self.head(key))).collect()
    }
}

/// One bucket: rows in memory, and those before them in a file.
struct Bucket {
    path: PathBuf,
    rows: usize,
    held: Vec<RecordBatch>,
    bytes: usize,
    file: Option<StreamWriter<FrameEncoder<File>>>,
}

impl Bucket {
    fn empty(deal: &Deal, number: usize) -> Self {
        // Another name, since the rows of the old file are still to be read.
        let path = deal.folder.join(format!("bucket-{number:04}-again.arrow"));
        Self { path, rows: 0, held: Vec::new(), bytes: 0, file: None }
    }

    fn spill(&mut self, schema: &SchemaRef) -> Result<()> {
        if self.file.is_none() {
            let file = File::create(&self.path).map_err(Error::io("create", &self.path))?;
            // Compressed: with many rows the disk is what they wait for.
            let writer = StreamWriter::try_new(FrameEncoder::new(file), schema);
            self.file = Some(writer.map_err(|source| unwritable(&self.path, source))?);
        }
        let rows = concat_batches(schema, &self.held).map_err(unmovable)?;
        self.held.clear();
        self.bytes = 0;
        match &mut self.file {
            Some(file) => file.write(&rows).map_err(|source| unwritable(&self.path, source)),
            None => Ok(()),
        }
    }

    fn close(&mut self) -> Result<()> {
        match &mut self.file {
            Some(file) => file
                .finish()
                .and_then(|()| file.get_mut().flush().map_err(ArrowError::from))
                .map_err(|source| unwritable(&self.path, source)),
            None => Ok(()),
        }
    }

    /// All rows, without taking them out.
    fn batches(&mut self, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
        if self.file.is_none() {
            return Ok(self.held.clone());
        }
        if !self.held.is_empty() {
            self.spill(schema)?;
        }
        self.close()?;
        let rows = read(&self.path)?;
        // The file is closed for good; what comes later starts from these rows.
        self.file = None;
        self.held.clone_from(&rows);
        self.bytes = 0;
        Ok(rows)
    }

    fn into_batches(mut self, schema: &SchemaRef) -> Result<Vec<RecordBatch>> {
        self.batches(schema)
    }
}

fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    StreamReader::try_new(FrameDecoder::new(BufReader::with_capacity(1 << 20, file)), None)
        .and_then(|reader| reader.collect())
        .map_err(|source| Error::Io {
            action: "read",
            path: path.to_owned(),
            source: std::io::Error::other(source),
        })
}

/// Rows in buckets, ready to be worked on.
pub struct Buckets {
    order: Vec<usize>,
    buckets: Vec<Mutex<Bucket>>,
}

impl Buckets {
    /// How many buckets there are, the one of rows without a key included.
    pub fn count(&self) -> usize {
        self.buckets.len()
    }

    /// The buckets that hold rows; the first where none does.
    pub fn filled(&self) -> Vec<usize> {
        let mut filled: Vec<_> =
            (0..self.count()).filter(|number| locked(&self.buckets[*number]).rows > 0).collect();
        if filled.is_empty() {
            filled.push(0);
        }
        filled
    }

    /// Takes the rows of a bucket out, in order.
    ///
    /// # Errors
    /// [`Error::Io`] when they cannot be read back from disk.
    pub fn take(&self, number: usize) -> Result<Vec<RecordBatch>> {
        let mut bucket = locked(&self.buckets[number]);
        let mut batches = match bucket.file.take() {
            Some(_) => {
                let batches = read(&bucket.path)?;
                std::fs::remove_file(&bucket.path).map_err(Error::io("remove", &bucket.path))?;
                batches
            }
            None => Vec::new(),
        };
        batches.append(&mut bucket.held);
        drop(bucket);
        sorted(&batches, &self.order).map_err(unmovable)
    }
}

fn locked(bucket: &Mutex<Bucket>) -> MutexGuard<'_, Bucket> {
    bucket.lock().unwrap_or_else(PoisonError::into_inner)
}

fn failed(message: String) -> Error {
    Error::Engine { context: "cannot deal rows into buckets".into(), source: message.into() }
}

fn unmovable(source: ArrowError) -> Error {
    Error::Engine { context: "cannot deal rows into buckets".into(), source: source.into() }
}

fn unwritable(path: &Path, source: ArrowError) -> Error {
    Error::Io { action: "write", path: path.to_owned(), source: std::io::Error::other(source) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use arrow::array::{ArrayRef, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;

    use super::*;

    fn batch(rows: &[(Option<&str>, Option<&str>, i64)]) -> RecordBatch {
        let keys: StringArray = rows.iter().map(|row| row.0).collect();
        let ids: StringArray = rows.iter().map(|row| row.1).collect();
        let times: Int64Array = rows.iter().map(|row| Some(row.2)).collect();
        let columns: [(&str, ArrayRef); 3] =
            [("visitor", Arc::new(keys)), ("id", Arc::new(ids)), ("time", Arc::new(times))];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
    }

    fn dealt(batches: &[RecordBatch], buckets: usize, held_bytes: usize) -> Vec<Vec<(Option<String>, i64)>> {
        let folder = tempfile::tempdir().unwrap();
        let deal = Deal {
            by: "visitor".to_owned(),
            alike: vec!["id".to_owned()],
            order: vec!["visitor".to_owned(), "time".to_owned()],
            buckets,
            held_bytes,
            folder: folder.path().to_owned(),
            keys: true,
        };
        let dealer = Dealer::try_new(deal, batches[0].schema()).unwrap();
        let mut marks = Marks::default();
        for batch in batches {
            dealer.deal(std::slice::from_ref(batch), Dealt::All, &mut marks).unwrap();
        }
        let buckets = dealer.finish(marks).unwrap();
        (0..buckets.count())
            .map(|number| {
                let mut rows = Vec::new();
                for batch in buckets.take(number).unwrap() {
                    let times = batch.column(2).as_primitive::<Int64Type>().values();
                    let keys = batch.column(0).as_string::<i32>();
                    rows.extend(keys.iter().map(|key| key.map(str::to_owned)).zip(times.iter().copied()));
                }
                rows
            })
            .collect()
    }

    fn shop() -> Vec<RecordBatch> {
        let names: Vec<String> = (0..500).map(|number| format!("v{}", number % 50)).collect();
        let ids: Vec<String> = (0..500).map(|number| format!("e{number}")).collect();
        let rows: Vec<_> = (0..500)
            .map(|row| (Some(names[row].as_str()), Some(ids[row].as_str()), (row as i64 * 7919) % 500))
            .collect();
        rows.chunks(60).map(batch).collect()
    }

    #[test]
    fn a_key_lies_in_one_bucket_in_order_on_disk_as_in_memory() {
        let in_memory = dealt(&shop(), 4, usize::MAX);
        let mut home = HashMap::new();
        for (number, rows) in in_memory.iter().enumerate() {
            assert!(rows.is_sorted(), "bucket {number}");
            for (key, _) in rows {
                assert_eq!(*home.entry(key.clone()).or_insert(number), number, "{key:?}");
            }
        }
        assert_eq!(in_memory.iter().map(Vec::len).sum::<usize>(), 500);
        assert!(in_memory[..4].iter().all(|rows| !rows.is_empty()) && in_memory[4].is_empty());
        assert_eq!(dealt(&shop(), 4, 0), in_memory);
    }

    #[test]
    fn rows_without_a_key_are_set_aside() {
        let rows = batch(&[(None, Some("a"), 1), (Some("v"), Some("b"), 2), (None, None, 3)]);
        let buckets = dealt(&[rows], 3, usize::MAX);
        assert_eq!(buckets[3], [(None, 1), (None, 3)]);
        assert_eq!(buckets[..3].concat(), [(Some("v".to_owned()), 2)]);
    }

    #[test]
    fn keys_that_share_a_value_share_a_bucket() {
        // v0 with v1 by one id, v1 with v2 by another: all three are one family.
        let mut batches = shop();
        batches.push(batch(&[(Some("v0"), Some("x"), 1000), (Some("v1"), Some("x"), 1001)]));
        batches.push(batch(&[(Some("v1"), Some("y"), 1002), (Some("v2"), Some("y"), 1003)]));
        for held_bytes in [usize::MAX, 0] {
            let buckets = dealt(&batches, 16, held_bytes);
            let homes: BTreeSet<usize> = ["v0", "v1", "v2"]
                .iter()
                .map(|name| {
                    let holds = |rows: &Vec<(Option<String>, i64)>| {
                        rows.iter().any(|(key, _)| key.as_deref() == Some(*name))
                    };
                    let homes: Vec<_> = (0..16).filter(|number| holds(&buckets[*number])).collect();
                    assert_eq!(homes.len(), 1, "{name} lies in {homes:?}");
                    homes[0]
                })
                .collect();
            assert_eq!(homes.len(), 1, "{homes:?}");
            assert!(buckets.iter().all(|rows| rows.is_sorted()));
            assert_eq!(buckets.iter().map(Vec::len).sum::<usize>(), 504);
        }
    }
}
