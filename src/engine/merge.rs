//! A published table with the rows of some keys made anew: files in which
//! nothing changed are kept as they are, the others are written again.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs::File;
use std::hash::{DefaultHasher, Hasher};
use std::path::{Path, PathBuf};

use arrow::array::{Array, AsArray, BooleanArray, RecordBatch, RecordBatchReader};
use arrow::datatypes::{Date32Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};
use parquet::arrow::arrow_reader::{
    ArrowPredicateFn, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder, RowFilter,
};
use parquet::arrow::{ArrowWriter, ProjectionMask};

use super::keys::{Keys, hash};
use super::parquet::{UNPARTITIONED, file_name, properties};
use crate::error::{Error, Result};
use crate::lake::{PartFile, files_below};

/// Rows of a row group of a file that is written again.
const GROUP_ROWS: usize = 1 << 18;

/// Where the rows of a table are, and where they go.
#[derive(Debug)]
pub struct Merge<'a> {
    /// The folder of the published table.
    pub old: PathBuf,
    /// The folder of the rows made anew: all rows of the touched keys.
    pub new: PathBuf,
    /// The folder of the table to be.
    pub target: PathBuf,
    /// The text column that tells whose a row is. A table without it only
    /// gains rows.
    pub by: &'a str,
    /// Whose rows were made anew.
    pub touched: &'a Keys,
    /// Date columns that say of which days a row is; two at most.
    pub days: &'a [String],
    /// Of whom every row counts as different, where days are told.
    pub judged_anew: &'a Keys,
}

/// What became of a table.
#[derive(Debug, Clone, Default)]
pub struct Merged {
    /// Rows of the table.
    pub rows: u64,
    /// Bytes that were written.
    pub bytes: u64,
    /// Files that stayed as they were.
    pub kept: usize,
    /// Files that were written.
    pub written: usize,
    /// Days, since 1970, of which a row differs now.
    pub days: BTreeSet<i32>,
}

/// The fingerprint of a row: which row it is, whose, and of which days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Print {
    row: u128,
    key: u64,
    days: [Option<i32>; 2],
}

impl Merge<'_> {
    /// Makes the table.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read or written.
    pub fn make(&self) -> Result<Merged> {
        std::fs::create_dir_all(&self.target).map_err(Error::io("create", &self.target))?;
        let mut merged = Merged::default();
        let mut pairs = self.pairs()?;
        if pairs.len() > 1 {
            // The empty file of a table that had no rows has done its duty.
            let mut is_empty = Vec::new();
            for Pair { old, new, .. } in &pairs {
                let rows = |path: &Option<PathBuf>| path.as_deref().map_or(Ok(0), rows_of);
                is_empty.push(rows(old)? + rows(new)? == 0);
            }
            let mut is_empty = is_empty.into_iter();
            pairs.retain(|_| is_empty.next() != Some(true));
        }
        for Pair { name, old, new } in pairs {
            self.file(old.as_deref(), new.as_deref(), &self.target.join(name), &mut merged)?;
        }
        if merged.kept + merged.written == 0 {
            // A table without rows has one file, so that its columns are known.
            let name = file_name(UNPARTITIONED);
            let any = files_below(&self.new, "parquet")?.into_iter().next();
            let schema = match any {
                Some(path) => open(&path)?.schema().clone(),
                None => return Ok(merged),
            };
            merged.bytes += Rewrite::begin(&self.target.join(name), schema)?.finish()?.1;
            merged.written += 1;
        }
        Ok(merged)
    }

    /// Of whom a row differs in any of these columns.
    ///
    /// # Errors
    /// [`Error::Io`] when a file cannot be read.
    pub fn judged_anew(&self, columns: &[String]) -> Result<Keys> {
        let mut keys = Keys::default();
        for Pair { old, new, .. } in self.pairs()? {
            let (before, after) = self.both(old.as_deref(), new.as_deref(), Some(columns))?;
            keys.extend_hashes(differing(&before, &after).map(|print| print.key));
        }
        Ok(keys)
    }

    /// The files of the table, each with its two places.
    fn pairs(&self) -> Result<Vec<Pair>> {
        let mut names = BTreeSet::new();
        for folder in [&self.old, &self.new] {
            let files = files_below(folder, "parquet")?;
            names.extend(files.iter().filter_map(|path| path.file_name().map(ToOwned::to_owned)));
        }
        let pair = |name: OsString| Pair {
            old: existing(self.old.join(&name)),
            new: existing(self.new.join(&name)),
            name,
        };
        Ok(names.into_iter().map(pair).collect())
    }

    /// The fingerprints of touched rows before and after, sorted.
    fn both(
        &self,
        old: Option<&Path>,
        new: Option<&Path>,
        columns: Option<&[String]>,
    ) -> Result<(Vec<Print>, Vec<Print>)> {
        let mut before = old.map_or(Ok(Vec::new()), |path| self.prints(path, Some(true), columns))?;
        let mut after = new.map_or(Ok(Vec::new()), |path| self.prints(path, None, columns))?;
        before.sort_unstable();
        after.sort_unstable();
        Ok((before, after))
    }

    /// Makes one file of the table out of its two.
    fn file(&self, old: Option<&Path>, new: Option<&Path>, place: &Path, merged: &mut Merged) -> Result<()> {
        let (before, after) = self.both(old, new, None)?;
        let is_same = before == after;
        let judged_anew = before.iter().chain(&after).filter(|print| self.judged_anew.holds_hash(print.key));
        for print in differing(&before, &after).chain(judged_anew) {
            merged.days.extend(print.days.iter().flatten());
        }
        match old {
            Some(old) if is_same => {
                merged.rows += rows_of(old)?;
                merged.kept += 1;
                keep(old, place)
            }
            _ => {
                let Some(schema) = new.or(old).map(open).transpose()?.map(|reader| reader.schema().clone())
                else {
                    return Ok(());
                };
                let mut file = Rewrite::begin(place, schema)?;
                if let Some(old) = old {
                    for batch in self.rows(old, Some(false))? {
                        file.write(&batch.map_err(|source| unreadable(old, source))?)?;
                    }
                }
                if let Some(new) = new {
                    for batch in self.rows(new, None)? {
                        file.write(&batch.map_err(|source| unreadable(new, source))?)?;
                    }
                }
                if file.rows > 0 {
                    let (rows, bytes) = file.finish()?;
                    merged.rows += rows;
                    merged.bytes += bytes;
                    merged.written += 1;
                }
                Ok(())
            }
        }
    }

    /// The rows of a file: all, or those of touched keys, or those of others.
    fn rows(&self, path: &Path, touched: Option<bool>) -> Result<ParquetRecordBatchReader> {
        let mut reader = open(path)?.with_batch_size(8192);
        if let Some(wanted) = touched {
            match reader.schema().index_of(self.by) {
                Ok(column) => {
                    let mask = ProjectionMask::roots(reader.parquet_schema(), [column]);
                    let touched = self.touched.clone();
                    let predicate = ArrowPredicateFn::new(mask, move |batch: RecordBatch| {
                        let keys = batch.column(0).as_string::<i32>().iter();
                        let is_touched = |key: Option<&str>| key.is_some_and(|key| touched.holds(key));
                        Ok(keys.map(|key| Some(is_touched(key) == wanted)).collect::<BooleanArray>())
                    });
                    reader = reader.with_row_filter(RowFilter::new(vec![Box::new(predicate)]));
                }
                Err(_) if wanted => reader = reader.with_row_groups(Vec::new()),
                Err(_) => {}
            }
        }
        reader.build().map_err(|source| unreadable(path, source.into()))
    }

    /// The fingerprints of rows.
    fn prints(&self, path: &Path, touched: Option<bool>, columns: Option<&[String]>) -> Result<Vec<Print>> {
        let fail = |source| unreadable(path, source);
        let reader = self.rows(path, touched)?;
        let schema = reader.schema();
        let compared = Compared::new(&schema, columns).map_err(fail)?;
        let by = schema.index_of(self.by).ok();
        let days: Vec<usize> = self.days.iter().filter_map(|day| schema.index_of(day).ok()).collect();
        let mut prints = Vec::new();
        for batch in reader {
            let batch = batch.map_err(fail)?;
            let rows = compared.rows(&batch).map_err(fail)?;
            let keys = by.map(|by| batch.column(by).as_string::<i32>());
            let days: Vec<_> =
                days.iter().filter_map(|day| batch.column(*day).as_primitive_opt::<Date32Type>()).collect();
            let day = |place: usize, row| {
                days.get(place).filter(|days| days.is_valid(row)).map(|days| days.value(row))
            };
            prints.extend(rows.iter().enumerate().map(|(number, row)| Print {
                row: wide_hash(row.data()),
                key: keys.filter(|keys| keys.is_valid(number)).map_or(0, |keys| hash(keys.value(number))),
                days: [day(0, number), day(1, number)],
            }));
        }
        Ok(prints)
    }
}

/// A file of the table: where it was published, and where its new rows are.
struct Pair {
    name: OsString,
    old: Option<PathBuf>,
    new: Option<PathBuf>,
}

/// Whether two folders of Parquet files hold the same rows in any order, as far
/// as these columns go, or all.
///
/// # Errors
/// [`Error::Io`] when a file cannot be read.
pub fn same_rows(one: &Path, other: &Path, columns: Option<&[String]>) -> Result<bool> {
    let prints = |folder: &Path| -> Result<Vec<u128>> {
        let mut prints = Vec::new();
        for path in files_below(folder, "parquet")? {
            let fail = |source| unreadable(&path, source);
            let reader = open(&path)?.build().map_err(|source| fail(source.into()))?;
            let compared = Compared::new(&reader.schema(), columns).map_err(fail)?;
            for batch in reader {
                let rows = batch.and_then(|batch| compared.rows(&batch)).map_err(fail)?;
                prints.extend(rows.iter().map(|row| wide_hash(row.data())));
            }
        }
        prints.sort_unstable();
        Ok(prints)
    };
    Ok(prints(one)? == prints(other)?)
}

/// The columns by which rows are compared.
struct Compared {
    columns: Vec<usize>,
    converter: RowConverter,
}

impl Compared {
    /// Those columns, or all.
    fn new(schema: &SchemaRef, columns: Option<&[String]>) -> std::result::Result<Self, ArrowError> {
        let columns: Vec<usize> = match columns {
            None => (0..schema.fields().len()).collect(),
            Some(columns) => {
                columns.iter().map(|column| schema.index_of(column)).collect::<std::result::Result<_, _>>()?
            }
        };
        let field = |column: &usize| SortField::new(schema.field(*column).data_type().clone());
        let converter = RowConverter::new(columns.iter().map(field).collect())?;
        Ok(Self { columns, converter })
    }

    /// Rows of bytes that are equal where the rows are.
    fn rows(&self, batch: &RecordBatch) -> std::result::Result<Rows, ArrowError> {
        let cells: Vec<_> = self.columns.iter().map(|column| batch.column(*column).clone()).collect();
        self.converter.convert_columns(&cells)
    }
}

/// What stands in one of two sorted lists more often than in the other.
fn differing<'a>(one: &'a [Print], other: &'a [Print]) -> impl Iterator<Item = &'a Print> {
    let (mut one, mut other) = (one.iter().peekable(), other.iter().peekable());
    std::iter::from_fn(move || {
        loop {
            match (one.peek(), other.peek()) {
                (Some(a), Some(b)) if a == b => {
                    one.next();
                    other.next();
                }
                (Some(a), Some(b)) if a > b => return other.next(),
                (Some(_), _) => return one.next(),
                (None, _) => return other.next(),
            }
        }
    })
}

/// Rows on their way into a file that is written again.
struct Rewrite {
    writer: ArrowWriter<File>,
    part: PartFile,
    schema: SchemaRef,
    rows: u64,
}

impl Rewrite {
    fn begin(place: &Path, schema: SchemaRef) -> Result<Self> {
        let part = PartFile::create(place)?;
        let file = part.file().try_clone().map_err(Error::io("open", place))?;
        let properties =
            properties(&schema).into_builder().set_max_row_group_row_count(Some(GROUP_ROWS)).build();
        let writer = ArrowWriter::try_new(file, schema.clone(), Some(properties))
            .map_err(|source| unwritable(place, source.into()))?;
        Ok(Self { writer, part, schema, rows: 0 })
    }

    fn write(&mut self, batch: &RecordBatch) -> Result<()> {
        let fail = |source| unwritable(self.part.place(), source);
        let batch = RecordBatch::try_new(self.schema.clone(), batch.columns().to_vec()).map_err(fail)?;
        self.rows += batch.num_rows() as u64;
        self.writer.write(&batch).map_err(|source| unwritable(self.part.place(), source.into()))
    }

    /// Ends the file; returns its rows and bytes.
    fn finish(self) -> Result<(u64, u64)> {
        self.writer.close().map_err(|source| unwritable(self.part.place(), source.into()))?;
        Ok((self.rows, self.part.publish()?))
    }
}

/// Has a file lie in a second place as well, without copying it where the disk allows.
fn keep(file: &Path, place: &Path) -> Result<()> {
    if std::fs::hard_link(file, place).is_err() {
        std::fs::copy(file, place).map_err(Error::io("copy", file))?;
    }
    Ok(())
}

fn existing(path: PathBuf) -> Option<PathBuf> {
    path.exists().then_some(path)
}

fn open(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>> {
    let file = File::open(path).map_err(Error::io("read", path))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|source| unreadable(path, source.into()))
}

fn rows_of(path: &Path) -> Result<u64> {
    let rows = open(path)?.metadata().file_metadata().num_rows();
    Ok(u64::try_from(rows).unwrap_or_default())
}

/// A hash of which two rows have the same only if they are the same row.
fn wide_hash(row: &[u8]) -> u128 {
    let half = |salt: u8| {
        let mut hasher = DefaultHasher::new();
        hasher.write_u8(salt);
        hasher.write(row);
        hasher.finish()
    };
    u128::from(half(0)) << 64 | u128::from(half(1))
}

fn unreadable(path: &Path, source: ArrowError) -> Error {
    Error::Io { action: "read", path: path.to_owned(), source: std::io::Error::other(source) }
}

fn unwritable(path: &Path, source: ArrowError) -> Error {
    Error::Io { action: "write", path: path.to_owned(), source: std::io::Error::other(source) }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use arrow::array::{ArrayRef, Date32Array, Int64Array, StringArray};

    use super::*;
    use crate::engine::{GroupedFiles, ParquetTarget};

    /// 2026-01-31 and 2026-02-01 as days since 1970.
    const JANUARY: i32 = 20_484;
    const FEBRUARY: i32 = 20_485;

    type Row = (Option<&'static str>, i32, i64);

    fn write(folder: &Path, rows: &[Row]) {
        let keys: StringArray = rows.iter().map(|row| row.0).collect();
        let days: Date32Array = rows.iter().map(|row| Some(row.1)).collect();
        let numbers: Int64Array = rows.iter().map(|row| Some(row.2)).collect();
        let columns: [(&str, ArrayRef); 3] =
            [("visitor", Arc::new(keys)), ("day", Arc::new(days)), ("n", Arc::new(numbers))];
        let nullable = columns.map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable).unwrap();
        let target = ParquetTarget { folder: folder.to_owned(), partition_by: vec!["day".to_owned()] };
        let files = GroupedFiles::new(target, batch.schema());
        files.add(0, &[batch]).unwrap();
        files.finish().unwrap();
    }

    fn read(folder: &Path) -> Vec<(String, Vec<i64>)> {
        let numbers = |path: &PathBuf| {
            let batches = open(path).unwrap().build().unwrap();
            let mut numbers: Vec<i64> = batches
                .flat_map(|batch| {
                    let numbers = batch.unwrap().column(2).clone();
                    numbers.as_primitive::<arrow::datatypes::Int64Type>().values().to_vec()
                })
                .collect();
            numbers.sort_unstable();
            (path.file_name().unwrap().to_string_lossy().into_owned(), numbers)
        };
        files_below(folder, "parquet").unwrap().iter().map(numbers).collect()
    }

    /// What becomes of `old` where `a` and `b` are touched.
    fn merged(old: &[Row], new: &[Row], by: &str, judged: &[&str]) -> (Merged, Vec<(String, Vec<i64>)>) {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        write(&place("old"), old);
        write(&place("new"), new);
        let (mut touched, mut judged_anew) = (Keys::default(), Keys::default());
        ["a", "b"].iter().for_each(|key| touched.insert(key));
        judged.iter().for_each(|key| judged_anew.insert(key));
        let days = ["day".to_owned()];
        let merge = Merge {
            old: place("old"),
            new: place("new"),
            target: place("target"),
            by,
            touched: &touched,
            days: &days,
            judged_anew: &judged_anew,
        };
        (merge.make().unwrap(), read(&place("target")))
    }

    const OLD: [Row; 4] = [
        (Some("a"), JANUARY, 1),
        (Some("c"), JANUARY, 2),
        (Some("b"), FEBRUARY, 3),
        (Some("d"), FEBRUARY, 4),
    ];

    fn months(january: &[i64], february: &[i64]) -> Vec<(String, Vec<i64>)> {
        vec![
            ("2026-01.parquet".to_owned(), january.to_vec()),
            ("2026-02.parquet".to_owned(), february.to_vec()),
        ]
    }

    #[test]
    fn only_files_in_which_a_row_differs_are_written() {
        let new = [(Some("a"), JANUARY, 1), (Some("b"), FEBRUARY, 3), (Some("b"), FEBRUARY, 5)];
        let (merged, files) = merged(&OLD, &new, "visitor", &[]);
        assert_eq!(files, months(&[1, 2], &[3, 4, 5]));
        assert_eq!((merged.kept, merged.written, merged.rows), (1, 1, 5));
        assert_eq!(merged.days.into_iter().collect::<Vec<_>>(), [FEBRUARY]);
    }

    #[test]
    fn rows_of_the_touched_go_and_those_of_others_stay() {
        let (merged, files) = merged(&OLD, &[(Some("b"), JANUARY, 9)], "visitor", &[]);
        assert_eq!(files, months(&[2, 9], &[4]));
        assert_eq!(merged.days.into_iter().collect::<Vec<_>>(), [JANUARY, FEBRUARY]);
    }

    #[test]
    fn days_of_who_is_judged_anew_are_touched_though_the_rows_stay() {
        let same = [(Some("a"), JANUARY, 1), (Some("b"), FEBRUARY, 3)];
        let (merged, files) = merged(&OLD, &same, "visitor", &["a"]);
        assert_eq!(files, months(&[1, 2], &[3, 4]));
        assert_eq!((merged.kept, merged.written), (2, 0));
        assert_eq!(merged.days.into_iter().collect::<Vec<_>>(), [JANUARY]);
    }

    #[test]
    fn a_table_of_no_visitor_only_gains_rows_and_an_empty_one_has_a_file() {
        let (_, files) = merged(&OLD, &[(None, FEBRUARY, 7)], "nobody", &[]);
        assert_eq!(files, months(&[1, 2], &[3, 4, 7]));
        let empty = [("part-0.parquet".to_owned(), Vec::new())];
        assert_eq!(merged(&[(Some("a"), JANUARY, 1)], &[], "visitor", &[]).1, empty);
        assert_eq!(merged(&[], &[], "visitor", &[]).1, empty);
        assert_eq!(merged(&[], &[(Some("a"), JANUARY, 1)], "visitor", &[]).1, months(&[1], &[])[..1]);
    }

    #[test]
    fn rows_are_the_same_in_any_order_and_differ_by_number() {
        let folder = tempfile::tempdir().unwrap();
        let place = |name: &str| folder.path().join(name);
        write(&place("one"), &OLD);
        let mut turned = OLD;
        turned.reverse();
        write(&place("other"), &turned);
        write(&place("twice"), &[OLD[0], OLD[0], OLD[1], OLD[2], OLD[3]]);
        let same = |other: &str, columns: Option<&[String]>| {
            same_rows(&place("one"), &place(other), columns).unwrap()
        };
        assert!(same("other", None) && !same("twice", None));
        turned[0].2 = 100;
        write(&place("changed"), &turned);
        assert!(!same("changed", None) && same("changed", Some(&["visitor".to_owned(), "day".to_owned()])));
    }
}
