//! Two window functions that see a whole partition at once. DataFusion's own
//! `lag` and running `max` go row by row, which costs several times as much:
//! `previous` (lag by one) and `running_max` (of the rows up to this one), both
//! of bigint.

use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array};
use arrow::compute::shift;
use arrow::datatypes::{DataType, Field, FieldRef, Int64Type};
use datafusion::common::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl};

/// Both functions, to be registered with a session.
pub(super) fn all() -> Vec<WindowUDF> {
    let of_bigint = || Signature::exact(vec![DataType::Int64], Volatility::Immutable);
    [("previous", previous as Evaluate), ("running_max", running_max)]
        .map(|(name, evaluate)| WindowUDF::from(Whole { name, evaluate, signature: of_bigint() }))
        .into()
}

/// From the values of a partition to the results of its rows.
type Evaluate = fn(&ArrayRef) -> Result<ArrayRef>;

/// A function of one column that needs the rows of a partition in order, and no frame.
#[derive(Debug, Clone)]
struct Whole {
    name: &'static str,
    evaluate: Evaluate,
    signature: Signature,
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
        Ok(Arc::new(Field::new(arguments.name(), DataType::Int64, true)))
    }
}

#[derive(Debug)]
struct WholePartition(Evaluate);

impl PartitionEvaluator for WholePartition {
    fn evaluate_all(&mut self, values: &[ArrayRef], _: usize) -> Result<ArrayRef> {
        (self.0)(&values[0])
    }
}

/// The value of the row before; null on the first.
fn previous(values: &ArrayRef) -> Result<ArrayRef> {
    Ok(shift(values.as_ref(), 1)?)
}

/// The greatest value up to this row, nulls apart; null before the first value.
fn running_max(values: &ArrayRef) -> Result<ArrayRef> {
    let values = values.as_primitive::<Int64Type>();
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    fn array(values: &[Option<i64>]) -> ArrayRef {
        Arc::new(Int64Array::from(values.to_vec()))
    }

    #[test]
    fn previous_is_the_row_before() {
        let values = array(&[Some(3), None, Some(5)]);
        assert_eq!(&previous(&values).unwrap(), &array(&[None, Some(3), None]));
    }

    #[test]
    fn the_running_max_leaves_nulls_out() {
        let values = array(&[None, Some(-3), None, Some(-5), Some(2)]);
        assert_eq!(&running_max(&values).unwrap(), &array(&[None, Some(-3), Some(-3), Some(-3), Some(2)]));
    }
}
