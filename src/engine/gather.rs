//! Rows picked out of several batches, in any order.

use arrow::array::{Array, ArrayRef, RecordBatch, new_null_array};
use arrow::compute::interleave;
use arrow::error::ArrowError;

/// The rows at those places (number of the batch, number of the row in it), in
/// that order. Logs leave many columns of the canonical schema empty; these
/// are made, not picked.
pub(super) fn gather(
    batches: &[RecordBatch],
    places: &[(usize, usize)],
) -> std::result::Result<RecordBatch, ArrowError> {
    let schema = batches[0].schema();
    let columns = (0..schema.fields().len()).map(|column| {
        let values: Vec<&dyn Array> = batches.iter().map(|batch| batch.column(column).as_ref()).collect();
        match values.iter().all(|values| values.null_count() == values.len()) {
            true => Ok(new_null_array(schema.field(column).data_type(), places.len())),
            false => interleave(&values, places),
        }
    });
    let columns = columns.collect::<std::result::Result<Vec<ArrayRef>, _>>()?;
    RecordBatch::try_new(schema, columns)
}
