//! Texts that were read as views, as texts again: the lake's files know no views.

use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::cast;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use arrow::error::ArrowError;

/// The schema of a table with such columns, every view a text.
pub(super) fn without_views(schema: &Schema) -> Schema {
    let fields = schema.fields().iter().map(|field| match field.data_type() {
        DataType::Utf8View => Arc::new(field.as_ref().clone().with_data_type(DataType::Utf8)),
        _ => field.clone(),
    });
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone())
}

/// The rows, cast to the types of a schema.
pub(super) fn of_schema(batch: &RecordBatch, schema: &SchemaRef) -> Result<RecordBatch, ArrowError> {
    let columns = batch.columns().iter().zip(schema.fields());
    let columns = columns.map(|(column, field)| cast(column, field.data_type()));
    RecordBatch::try_new(schema.clone(), columns.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::fs::File;

    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    use super::*;
    use crate::engine::{Engine, LocalEngine, Options, Params, ParquetTarget};
    use crate::lake::TableRef;

    #[test]
    fn texts_read_as_views_are_texts_again_in_files() {
        let folder = tempfile::tempdir().unwrap();
        let engine = LocalEngine::empty(&Options { threads: 1, memory_limit: None }).unwrap().reading_views();
        let make = |name: &str, sql: &str| {
            let table = TableRef::parse(name).unwrap();
            let target = ParquetTarget { folder: folder.path().join(name), partition_by: Vec::new() };
            engine.materialize(&table, sql, &Params::new(), &target).unwrap();
            engine.attach(&table, &target.folder).unwrap();
            let file = File::open(target.folder.join("part-0.parquet")).unwrap();
            ParquetRecordBatchReaderBuilder::try_new(file).unwrap().schema().field(0).data_type().clone()
        };
        assert_eq!(make("silver.words", "select 'one and a half' as word"), DataType::Utf8);
        let read = engine.select("select word from silver.words", &Params::new()).unwrap().schema();
        assert_eq!(read.field(0).data_type(), &DataType::Utf8View);
        assert_eq!(make("gold.words", "select word from silver.words"), DataType::Utf8);
    }
}
