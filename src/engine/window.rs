//! Window functions that see whole partitions at once. DataFusion's own `lag`
//! and running `max` go row by row, which costs several times as much:
//! `previous` (lag by one) and `running_max` (of the rows up to this one), both
//! of bigint. `first_of` tells the first row with these values, for which
//! `row_number` would need rows sorted once more.

use std::collections::HashSet;
use std::hash::{BuildHasherDefault, Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, BooleanBufferBuilder, Int64Array, UInt64Array};
use arrow::buffer::NullBuffer;
use arrow::compute::shift;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::Result;
use datafusion::common::hash_utils::{QualityRandomState, create_hashes_with_hasher};
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl};

/// All of them, to be registered with a session.
pub(super) fn all() -> Vec<WindowUDF> {
    let of_bigint = || Signature::exact(vec![DataType::Int64], Volatility::Immutable);
    let of_any = Signature::variadic_any(Volatility::Immutable);
    [
        ("previous", previous as Evaluate, of_bigint(), DataType::Int64),
        ("running_max", running_max, of_bigint(), DataType::Int64),
        ("first_of", first_of, of_any, DataType::Boolean),
    ]
    .map(|(name, evaluate, signature, returns)| WindowUDF::from(Whole { name, evaluate, signature, returns }))
    .into()
}

/// From the columns of some rows, and the partitions that they fall into, to the
/// results of all rows. Partitions follow one another without a gap.
pub(super) type Evaluate = fn(&[ArrayRef], &[Range<usize>]) -> Result<ArrayRef>;

/// How a window function is evaluated for all partitions at once, if it can be.
pub(super) fn at_once(function: &WindowUDF) -> Option<Evaluate> {
    match function.inner().downcast_ref::<Whole>() {
        Some(whole) => Some(whole.evaluate),
        None => (function.name() == "row_number").then_some(row_number),
    }
}

/// A function that needs the rows of a partition in order, and no frame.
#[derive(Debug, Clone)]
struct Whole {
    name: &'static str,
    evaluate: Evaluate,
    signature: Signature,
    returns: DataType,
}

impl PartialEq for Whole {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Whole {}

impl Hash for Whole {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.name.hash(state);
    }
}

impl WindowUDFImpl for Whole {
    fn name(&self) -> &str {
        self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(&self, _: PartitionEvaluatorArgs) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(WholePartition(self.evaluate)))
    }

    fn field(&self, arguments: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(arguments.name(), self.returns.clone(), true)))
    }
}

#[derive(Debug)]
struct WholePartition(Evaluate);

impl PartitionEvaluator for WholePartition {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        (self.0)(values, std::slice::from_ref(&(0..rows)))
    }
}

/// The number of the row within its partition, from 1, as DataFusion's own.
fn row_number(_: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let numbers = partitions.iter().flat_map(|rows| 1..=rows.len() as u64);
    Ok(Arc::new(UInt64Array::from_iter_values(numbers)))
}

/// The value of the row before; null on the first.
fn previous(columns: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let shifted = shift(columns[0].as_ref(), 1)?;
    let mut has_one = BooleanBufferBuilder::new(shifted.len());
    has_one.append_n(shifted.len(), true);
    partitions.iter().for_each(|rows| has_one.set_bit(rows.start, false));
    let nulls = NullBuffer::union(shifted.nulls(), Some(&NullBuffer::new(has_one.finish())));
    let values = shifted.as_primitive::<Int64Type>().values().clone();
    Ok(Arc::new(Int64Array::new(values, nulls)))
}

/// The greatest value up to this row, nulls apart; null before the first value.
fn running_max(columns: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    let values = columns[0].as_primitive::<Int64Type>();
    let mut maxima = Vec::with_capacity(values.len());
    for rows in partitions {
        let mut greatest = None;
        maxima.extend(rows.clone().map(|row| {
            if values.is_valid(row) {
                greatest = greatest.max(Some(values.value(row)));
            }
            greatest
        }));
    }
    Ok(Arc::new(Int64Array::from(maxima)))
}

/// Whether no row before has the same values, nulls being alike. Rows are told apart by 64 bits: of
/// the pairs within a partition one in 2^64 would be taken for alike by chance.
fn first_of(columns: &[ArrayRef], partitions: &[Range<usize>]) -> Result<ArrayRef> {
    /// So many rows are sooner looked through than hashed again.
    const FEW: usize = 32;
    let mut hashes = vec![0; columns[0].len()];
    create_hashes_with_hasher(columns, &QualityRandomState::default(), &mut hashes)?;
    let mut firsts = BooleanBufferBuilder::new(hashes.len());
    let mut seen: HashSet<u64, BuildHasherDefault<Hashed>> = HashSet::default();
    for hashes in partitions.iter().map(|rows| &hashes[rows.clone()]) {
        if hashes.len() <= FEW {
            (0..hashes.len()).for_each(|row| firsts.append(!hashes[..row].contains(&hashes[row])));
        } else {
            seen.clear();
            seen.reserve(hashes.len());
            hashes.iter().for_each(|hash| firsts.append(seen.insert(*hash)));
        }
    }
    Ok(Arc::new(BooleanArray::new(firsts.finish(), None)))
}

/// The hash of what is a hash already.
#[derive(Default)]
struct Hashed(u64);

impl Hasher for Hashed {
    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        unreachable!("{} bytes are no hash", bytes.len());
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::single_range_in_vec_init)]

    use arrow::array::StringArray;
    use arrow::compute::concat;

    use super::*;

    fn array(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    #[test]
    fn rows_are_numbered_in_their_partition() {
        let numbers = row_number(&[], &[0..2, 2..3, 3..6]).unwrap();
        assert_eq!(numbers.as_ref(), &UInt64Array::from(vec![1, 2, 1, 1, 2, 3]));
    }

    #[test]
    fn previous_is_the_row_before_in_the_partition() {
        let values = array(&[Some(3), None, Some(5), Some(6), Some(7)]);
        let found = previous(&[values], &[0..3, 3..5]).unwrap();
        assert_eq!(&found, &array(&[None, Some(3), None, None, Some(6)]));
    }

    #[test]
    fn the_running_max_leaves_nulls_out_and_begins_anew() {
        let values = array(&[None, Some(-3), None, Some(-5), Some(2), Some(-7), None]);
        let expected = array(&[None, Some(-3), Some(-3), Some(-3), Some(2), Some(-7), Some(-7)]);
        assert_eq!(&running_max(&[values], &[0..5, 5..7]).unwrap(), &expected);
    }

    #[test]
    fn the_first_row_with_its_values_is_told_in_few_rows_as_in_many() {
        let numbers = array(&[Some(1), None, Some(1), None, Some(2), Some(1)]);
        let words: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "a", "b", "a", "b"]));
        let firsts = first_of(&[numbers.clone(), words.clone()], &[0..6]).unwrap();
        assert_eq!(firsts.as_boolean(), &BooleanArray::from(vec![true, true, false, false, true, true]));
        let firsts = first_of(&[numbers.clone(), words.clone()], &[0..2, 2..6]).unwrap();
        assert_eq!(firsts.as_boolean(), &BooleanArray::from(vec![true; 6]));
        let many = |column: &ArrayRef| concat(&vec![column.as_ref(); 20]).unwrap();
        // Two partitions of many rows: what the first has seen is new to the second.
        let firsts = first_of(&[many(&numbers), many(&words)], &[0..60, 60..120]).unwrap();
        assert_eq!(firsts.as_boolean().true_count(), 8);
        assert_eq!(firsts.as_boolean().slice(60, 6).true_count(), 4);
    }

    #[test]
    fn without_rows_there_are_no_results() {
        for evaluate in [row_number as Evaluate, previous, running_max, first_of] {
            assert_eq!(evaluate(&[array(&[])], &[]).unwrap().len(), 0);
        }
    }
}
