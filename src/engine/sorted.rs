//! The rows of a bucket in order.

use std::collections::HashMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, new_null_array};
use arrow::compute::SortOptions;
use arrow::datatypes::{DataType, Int64Type};
use arrow::error::ArrowError;
use arrow::row::{RowConverter, Rows, SortField};

use super::gather::gather;

/// Rows of a sorted bucket handed out at once.
const CHUNK_ROWS: usize = 1 << 14;

/// The rows of all batches, ordered by those columns, nulls last.
///
/// Most rows differ from their neighbours by key or by time, so these are
/// compared as two numbers; the whole order decides only where they are equal.
pub(super) fn sorted(
    batches: &[RecordBatch],
    order: &[usize],
) -> std::result::Result<Vec<RecordBatch>, ArrowError> {
    let Some(first) = batches.first() else { return Ok(Vec::new()) };
    let is_time = |column: &usize| first.schema().field(*column).data_type() == &DataType::Int64;
    let time = order.iter().position(is_time).unwrap_or(order.len());
    let (heads, tails) = (keys(batches, &order[..time])?, keys(batches, &order[time..])?);

    let mut places = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    let ranks = ranks(&heads);
    for (number, (batch, heads)) in batches.iter().zip(&heads).enumerate() {
        let times = order.get(time).map(|column| batch.column(*column).as_primitive::<Int64Type>());
        places.extend(heads.iter().enumerate().map(|(row, head)| {
            let time = times.filter(|times| times.is_valid(row)).map_or(i64::MAX, |times| times.value(row));
            (ranks[head.data()], time, number as u32, row as u32)
        }));
    }
    drop(ranks);
    drop(heads);
    places.sort_unstable_by(|one, other| {
        let tail = |place: &(u32, i64, u32, u32)| tails[place.2 as usize].row(place.3 as usize);
        (one.0, one.1)
            .cmp(&(other.0, other.1))
            .then_with(|| tail(one).cmp(&tail(other)))
            .then_with(|| (one.2, one.3).cmp(&(other.2, other.3)))
    });
    drop(tails);
    places
        .chunks(CHUNK_ROWS)
        .map(|chunk| {
            let rows: Vec<_> = chunk.iter().map(|place| (place.2 as usize, place.3 as usize)).collect();
            gather(batches, &rows)
        })
        .collect()
}

/// Those columns of each row as bytes that compare as the columns do.
fn keys(batches: &[RecordBatch], columns: &[usize]) -> std::result::Result<Vec<Rows>, ArrowError> {
    let nulls_last = SortOptions { descending: false, nulls_first: false };
    let mut fields: Vec<_> = columns
        .iter()
        .map(|column| {
            let of_type = batches[0].schema().field(*column).data_type().clone();
            SortField::new_with_options(of_type, nulls_last)
        })
        .collect();
    if fields.is_empty() {
        // Without a column all keys are equal, but each row still has one.
        fields.push(SortField::new(DataType::Null));
    }
    let converter = RowConverter::new(fields)?;
    let mut keys = Vec::with_capacity(batches.len());
    for batch in batches {
        let mut values: Vec<ArrayRef> = columns.iter().map(|column| batch.column(*column).clone()).collect();
        if values.is_empty() {
            values.push(new_null_array(&DataType::Null, batch.num_rows()));
        }
        keys.push(converter.convert_columns(&values)?);
    }
    Ok(keys)
}

/// The place of each different key among all.
fn ranks(keys: &[Rows]) -> HashMap<&[u8], u32> {
    let mut ranks: HashMap<&[u8], u32> = HashMap::new();
    for key in keys.iter().flat_map(Rows::iter) {
        ranks.entry(key.data()).or_default();
    }
    let mut different: Vec<&[u8]> = ranks.keys().copied().collect();
    different.sort_unstable();
    for (rank, key) in different.into_iter().enumerate() {
        ranks.insert(key, rank as u32);
    }
    ranks
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::Arc;

    use arrow::array::{Int64Array, StringArray};

    use super::*;

    #[test]
    fn rows_keep_their_number_whatever_orders_them() {
        let columns: [(&str, ArrayRef); 3] = [
            ("visitor", Arc::new(StringArray::from(vec![Some("b"), Some("a"), None]))),
            ("id", Arc::new(StringArray::from(vec![None::<&str>; 3]))),
            ("time", Arc::new(Int64Array::from(vec![2, 3, 1]))),
        ];
        let rows = [RecordBatch::try_from_iter(columns).unwrap()];
        let times = |order: &[usize]| {
            let sorted = sorted(&rows, order).unwrap();
            sorted[0].column(2).as_primitive::<Int64Type>().values().to_vec()
        };
        assert_eq!(times(&[]), [2, 3, 1]);
        assert_eq!(times(&[0]), [3, 2, 1]);
        assert_eq!(times(&[2, 0]), [1, 2, 3]);
        assert_eq!(times(&[1, 2]), [1, 2, 3]);
    }
}
