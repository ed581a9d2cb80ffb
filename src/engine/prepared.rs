//! Statements that are planned once and run over one bucket after another.
//!
//! Planning a statement takes about as long as running it over a few thousand
//! rows. So a plan holds no rows: it names the tables it reads, and each run
//! finds their rows among those that its [`Desk`] holds.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{DFSchema, DataFusionError, Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::{DataSource, DataSourceExec};
use datafusion::execution::TaskContext;
use datafusion::logical_expr::physical_planning_context::PhysicalPlanningContext;
use datafusion::logical_expr::{Expr, SortExpr};
use datafusion::physical_expr::{EquivalenceProperties, LexOrdering, create_physical_sort_exprs};
use datafusion::physical_plan::coop::cooperative;
use datafusion::physical_plan::execution_plan::{SchedulingType, reset_plan_states};
use datafusion::physical_plan::memory::MemoryStream;
use datafusion::physical_plan::projection::ProjectionExprs;
use datafusion::physical_plan::{
    DisplayFormatType, ExecutionPlan, Partitioning, PhysicalExpr, SendableRecordBatchStream, displayable,
    execute_stream,
};
use futures::TryStreamExt;
use tokio::runtime::Runtime;

use super::local::failed;
use super::partitioned::{Partitions, partitioned};
use crate::lake::TableRef;

/// A statement, planned.
pub struct Prepared {
    plan: Arc<dyn ExecutionPlan>,
}

impl Prepared {
    pub(super) fn new(plan: Arc<dyn ExecutionPlan>) -> Result<Self> {
        Ok(Self { plan: plan.transform_up(partitioned).data()? })
    }

    /// The columns of its rows.
    pub fn schema(&self) -> SchemaRef {
        self.plan.schema()
    }
}

/// Its plan.
impl fmt::Display for Prepared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        displayable(self.plan.as_ref()).indent(false).fmt(f)
    }
}

/// Where one thread runs prepared statements: the rows of some tables, to
/// which it adds those that statements make.
pub struct Desk {
    rows: Arc<Rows>,
    context: Arc<TaskContext>,
    runtime: Arc<Runtime>,
}

impl Desk {
    /// An empty desk of an engine with that context.
    pub(super) fn new(context: TaskContext, runtime: Arc<Runtime>) -> Self {
        let rows = Arc::new(Rows::default());
        let config = context.session_config().clone();
        let config = config.with_extension(rows.clone()).with_extension(Arc::new(Partitions::default()));
        Self { rows, context: Arc::new(context.with_session_config(config)), runtime }
    }

    /// Lays out the rows of a table.
    pub fn put(&self, table: &TableRef, rows: Vec<RecordBatch>) {
        self.rows.0.lock().unwrap_or_else(PoisonError::into_inner).insert(table.clone(), rows);
    }

    /// The rows that a statement makes of those on the desk.
    ///
    /// # Errors
    /// [`Engine`](crate::error::Error::Engine) when it does not run, for instance because a table
    /// that it reads is not there.
    pub fn run(&self, statement: &Prepared) -> crate::error::Result<Vec<RecordBatch>> {
        let run = async {
            let plan = reset_plan_states(statement.plan.clone())?;
            execute_stream(plan, self.context.clone())?.try_collect().await
        };
        self.runtime.block_on(run).map_err(|source| failed("run a statement", source))
    }
}

/// How long a text is taken to be, in bytes, before any is there.
const TEXT_BYTES: usize = 16;

/// Rows in memory, by table.
#[derive(Default)]
struct Rows(Mutex<HashMap<TableRef, Vec<RecordBatch>>>);

/// A table whose rows lie on the desk of whoever runs a statement.
#[derive(Debug)]
pub(super) struct DeskTable {
    table: TableRef,
    schema: SchemaRef,
    order: Vec<SortExpr>,
    /// On a desk, about: plans go by it, results do not.
    rows: usize,
}

impl DeskTable {
    /// A table with about so many rows, ordered by `order`.
    pub(super) fn new(table: TableRef, schema: SchemaRef, rows: usize, order: Vec<SortExpr>) -> Self {
        Self { table, schema, order, rows }
    }
}

#[async_trait::async_trait]
impl TableProvider for DeskTable {
    fn schema(&self) -> SchemaRef {
        self.schema.clone()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    async fn scan(
        &self,
        state: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        _: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let mut shape = MemorySourceConfig::try_new(&[vec![]], self.schema.clone(), projection.cloned())?;
        let order = create_physical_sort_exprs(
            &self.order,
            &DFSchema::try_from(self.schema.clone())?,
            state.execution_props(),
            &PhysicalPlanningContext::default(),
        )?;
        if let Some(order) = LexOrdering::new(order) {
            shape = shape.try_with_sort_information(vec![order])?;
        }
        Ok(DataSourceExec::from_data_source(DeskRows { table: self.table.clone(), shape, rows: self.rows }))
    }
}

/// Reads some columns of a table from the desk.
#[derive(Debug, Clone)]
struct DeskRows {
    table: TableRef,
    /// Which columns, and their order; it holds no rows.
    shape: MemorySourceConfig,
    /// About how many there will be.
    rows: usize,
}

impl DataSource for DeskRows {
    fn open(&self, _: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let desk = context.session_config().get_extension::<Rows>();
        let rows = desk.and_then(|desk| {
            let rows = desk.0.lock().unwrap_or_else(PoisonError::into_inner);
            rows.get(&self.table).cloned()
        });
        let rows =
            rows.ok_or_else(|| DataFusionError::Internal(format!("no {} lies on the desk", self.table)))?;
        let schema = self.shape.eq_properties().schema().clone();
        let stream = MemoryStream::try_new(rows, schema, self.shape.projection().clone())?;
        Ok(Box::pin(cooperative(stream)))
    }

    fn fmt_as(&self, format: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, ", self.table)?;
        self.shape.fmt_as(format, f)
    }

    fn output_partitioning(&self) -> Partitioning {
        Partitioning::UnknownPartitioning(1)
    }

    fn eq_properties(&self) -> EquivalenceProperties {
        self.shape.eq_properties()
    }

    fn scheduling_type(&self) -> SchedulingType {
        SchedulingType::Cooperative
    }

    fn partition_statistics(&self, _: Option<usize>) -> Result<Arc<Statistics>> {
        let schema = self.shape.eq_properties().schema().clone();
        let mut statistics = Statistics::new_unknown(&schema);
        statistics.num_rows = Precision::Inexact(self.rows);
        statistics.total_byte_size = Precision::Inexact(0);
        for (column, field) in statistics.column_statistics.iter_mut().zip(schema.fields()) {
            let width = field.data_type().primitive_width().unwrap_or(TEXT_BYTES);
            column.null_count = Precision::Inexact(0);
            column.byte_size = Precision::Inexact(self.rows * width);
            statistics.total_byte_size = statistics.total_byte_size.add(&column.byte_size);
        }
        Ok(Arc::new(statistics))
    }

    fn with_fetch(&self, _: Option<usize>) -> Option<Arc<dyn DataSource>> {
        None
    }

    fn fetch(&self) -> Option<usize> {
        None
    }

    fn try_swapping_with_projection(
        &self,
        projection: &ProjectionExprs,
    ) -> Result<Option<Arc<dyn DataSource>>> {
        let swapped = self.shape.try_swapping_with_projection(projection)?;
        let shape = swapped.and_then(|shape| (shape.as_ref() as &dyn Any).downcast_ref().cloned());
        Ok(shape.map(|shape| Arc::new(Self { shape, ..self.clone() }) as Arc<dyn DataSource>))
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use arrow::array::{ArrayRef, AsArray, Int64Array, StringArray};
    use arrow::datatypes::Int64Type;

    use super::*;
    use crate::engine::{LocalEngine, Options, Params};

    const VISITS: &str = "silver.visits";

    fn visits(rows: &[(&str, i64)]) -> RecordBatch {
        let names: StringArray = rows.iter().map(|row| Some(row.0)).collect();
        let times: Int64Array = rows.iter().map(|row| Some(row.1)).collect();
        let columns: [(&str, ArrayRef); 2] = [("visitor", Arc::new(names)), ("time", Arc::new(times))];
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).unwrap()
    }

    /// An engine whose statements read such rows as these, ordered.
    fn engine(rows: &RecordBatch) -> LocalEngine {
        let options = Options { threads: 2, memory_limit: None };
        let engine = LocalEngine::empty(&options).unwrap().fork().unwrap();
        let (table, order) = (TableRef::parse(VISITS).unwrap(), ["visitor", "time"].map(str::to_owned));
        engine.expect_rows(&table, rows.schema(), rows.num_rows(), &order).unwrap();
        engine
    }

    /// The numbers in the last column of what a statement makes of some rows.
    fn run(engine: &LocalEngine, statement: &Prepared, rows: RecordBatch) -> Vec<i64> {
        run_over(engine, statement, vec![rows])
    }

    /// The same of rows in several batches.
    fn run_over(engine: &LocalEngine, statement: &Prepared, batches: Vec<RecordBatch>) -> Vec<i64> {
        let desk = engine.desk();
        desk.put(&TableRef::parse(VISITS).unwrap(), batches);
        let made = desk.run(statement).unwrap();
        made.iter()
            .flat_map(|batch| batch.columns().last().unwrap().as_primitive::<Int64Type>().values().to_vec())
            .collect()
    }

    #[test]
    fn a_statement_planned_once_reads_the_rows_of_each_desk() {
        let first = visits(&[("a", 1), ("a", 4), ("b", 2)]);
        let engine = engine(&first);
        // A join, a window and a grouping keep something between batches, which must not outlive a run.
        let sql = "with numbered as (
                select visitor, time, row_number() over (partition by visitor order by time) as number
                from silver.visits
            ), last as (select visitor, max(time) as time from silver.visits group by visitor)
            select n.visitor, cast(n.number as bigint) * 100 + n.time as told
            from numbered as n inner join last on n.visitor = last.visitor and n.time = last.time
            order by told";
        let statement = engine.prepare(sql, &Params::new()).unwrap();
        let others = visits(&[("c", 7), ("d", 1), ("d", 2), ("d", 9)]);
        for _ in 0..2 {
            assert_eq!(run(&engine, &statement, first.clone()), [102, 204]);
            assert_eq!(run(&engine, &statement, others.clone()), [107, 309]);
            assert_eq!(run(&engine, &statement, visits(&[])), [] as [i64; 0]);
        }
    }

    #[test]
    fn sizes_met_while_planning_are_no_answer() {
        let engine = engine(&visits(&[("a", 1), ("b", 2)]));
        let statement = engine.prepare("select count(*) as n from silver.visits", &Params::new()).unwrap();
        assert_eq!(run(&engine, &statement, visits(&[("a", 1)])), [1]);
    }

    #[test]
    fn windows_take_all_partitions_of_rows_in_order_at_once() {
        let engine = engine(&visits(&[("a", 1)]));
        let sql = "select row_number() over (partition by visitor order by time) from silver.visits";
        let statement = engine.prepare(sql, &Params::new()).unwrap();
        let plan = statement.to_string();
        assert!(plan.contains("PartitionedExec") && !plan.contains("WindowAggExec"), "{plan}");
        assert!(!plan.contains("SortExec"), "{plan}");
    }

    #[test]
    fn partitions_go_over_the_ends_of_batches() {
        let engine = engine(&visits(&[("a", 1)]));
        let visit = "partition by visitor order by time";
        let sql = format!(
            "with windows as (
                select
                    time, row_number() over ({visit}) as number, previous(time) over ({visit}) as before,
                    running_max(time) over (partition by visitor, time > 5 order by time) as greatest
                from silver.visits
            )
            select cast(number as bigint) * 1000 + coalesce(before, 0) * 100 + greatest from windows"
        );
        let statement = engine.prepare(&sql, &Params::new()).unwrap();
        assert_eq!(statement.to_string().matches("PartitionedExec").count(), 2, "{statement}");
        let batches = [&[("a", 1), ("a", 4)][..], &[("a", 6), ("b", 2)], &[], &[("b", 3)]];
        let made = run_over(&engine, &statement, batches.map(visits).to_vec());
        assert_eq!(made, [1001, 2104, 3406, 1002, 2203]);
        assert_eq!(run_over(&engine, &statement, Vec::new()), [] as [i64; 0]);
    }

    #[test]
    fn a_table_that_is_not_there_is_named() {
        let engine = engine(&visits(&[]));
        let statement = engine.prepare("select * from silver.visits", &Params::new()).unwrap();
        let error = engine.desk().run(&statement).unwrap_err();
        let crate::error::Error::Engine { source, .. } = error else { panic!("{error}") };
        assert!(source.to_string().contains(VISITS), "{source}");
    }
}
