//! Window functions that see a whole partition at once. DataFusion's own `lag`
//! and running `max` go row by row, which costs several times as much:
//! `previous` (lag by one) and `running_max` (of the rows up to this one), both
//! of bigint. `first_of` tells the first row with these values, for which
//! `row_number` would need rows sorted once more.

use std::collections::HashSet;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, BooleanArray, Int64Array};
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

/// From the columns of a partition to the results of its rows.
type Evaluate = fn(&[ArrayRef]) -> Result<ArrayRef>;

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
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        (self.0)(values)
    }
}

/// The value of the row before; null on the first.
fn previous(columns: &[ArrayRef]) -> Result<ArrayRef> {
    Ok(shift(columns[0].as_ref(), 1)?)
}

/// The greatest value up to this row, nulls apart; null before the first value.
fn running_max(columns: &[ArrayRef]) -> Result<ArrayRef> {
    let values = columns[0].as_primitive::<Int64Type>();
    let mut greatest = None;
    let maxima: Int64Array = (0..values.len())
        .map(|row| {
            if values.is_valid(row) {
                greatest = greatest.max(Some(values.value(row)));
            }
            greatest
        })
        .collect();
    Ok(Arc::new(maxima))
}

/// Whether no row before has the same values, nulls being alike. Rows are told apart by 64 bits: of
/// the pairs within a partition one in 2^64 would be taken for alike by chance.
fn first_of(columns: &[ArrayRef]) -> Result<ArrayRef> {
    /// So many rows are sooner looked through than hashed again.
    const FEW: usize = 32;
    let mut hashes = vec![0; columns[0].len()];
    create_hashes_with_hasher(columns, &QualityRandomState::default(), &mut hashes)?;
    let firsts: BooleanArray = if hashes.len() <= FEW {
        hashes.iter().enumerate().map(|(row, hash)| Some(!hashes[..row].contains(hash))).collect()
    } else {
        let mut seen = HashSet::with_capacity(hashes.len());
        hashes.iter().map(|hash| Some(seen.insert(*hash))).collect()
    };
    Ok(Arc::new(firsts))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use arrow::array::StringArray;
    use arrow::compute::concat;

    use super::*;

    fn array(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    #[test]
    fn previous_is_the_row_before() {
        let values = array(&[Some(3), None, Some(5)]);
        assert_eq!(&previous(&[values]).unwrap(), &array(&[None, Some(3), None]));
    }

    #[test]
    fn the_running_max_leaves_nulls_out() {
        let values = array(&[None, Some(-3), None, Some(-5), Some(2)]);
        assert_eq!(&running_max(&[values]).unwrap(), &array(&[None, Some(-3), Some(-3), Some(-3), Some(2)]));
    }

    #[test]
    fn the_first_row_with_its_values_is_told_in_few_rows_as_in_many() {
        let numbers = array(&[Some(1), None, Some(1), None, Some(2), Some(1)]);
        let words: ArrayRef = Arc::new(StringArray::from(vec!["a", "b", "a", "b", "a", "b"]));
        let firsts = first_of(&[numbers.clone(), words.clone()]).unwrap();
        assert_eq!(firsts.as_boolean(), &BooleanArray::from(vec![true, true, false, false, true, true]));
        let many = |column: &ArrayRef| concat(&vec![column.as_ref(); 20]).unwrap();
        let firsts = first_of(&[many(&numbers), many(&words)]).unwrap();
        assert_eq!(firsts.as_boolean().true_count(), 4);
        assert!(firsts.as_boolean().slice(6, 114).true_count() == 0);
    }
}
