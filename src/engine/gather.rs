//! Rows picked out of several batches, in any order.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::datatypes::DataType;
use arrow::error::ArrowError;

/// The rows at those places (number of the batch, number of the row in it), in
/// that order. Logs leave many columns of the canonical schema empty; these
/// are made, not picked, and share what they hold.
pub(super) fn gather(
    batches: &[RecordBatch],
    places: &[(usize, usize)],
) -> std::result::Result<RecordBatch, ArrowError> {
    let schema = batches[0].schema();
    let mut empty: HashMap<&DataType, ArrayRef> = HashMap::new();
    let columns = (0..schema.fields().len()).map(|column| {
        let values: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(column).as_ref()).collect();
        match values.iter().all(|values| values.null_count() == values.len()) {
            true => {
                let of_type = schema.field(column).data_type();
                Ok(empty.entry(of_type).or_insert_with(|| new_null_array(of_type, places.len())).clone())
            }
            false => interleave(&values, places),
        }
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    RecordBatch::try_new(schema.clone(), columns)
}
