//! Statements that are planned once and run over one bucket after another.
//!
//! Planning a statement takes about as long as running it over a few thousand
//! rows. So a plan holds no rows: it names the tables it reads, and each run
//! finds their rows among those that its [`Desk`] holds.

use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{Array, RecordBatch};
use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::stats::Precision;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::common::{ColumnStatistics, DFSchema, DataFusionError, Result, Statistics};
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
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec};
use datafusion::physical_plan::{
    DisplayFormatType, ExecutionPlan, InputOrderMode, Partitioning, PhysicalExpr, SendableRecordBatchStream,
    execute_stream,
};
use futures::TryStreamExt;
use tokio::runtime::Runtime;

use super::local::failed;
use crate::lake::TableRef;

/// A statement, planned.
pub struct Prepared {
    plan: Arc<dyn ExecutionPlan>,
}

impl Prepared {
    pub(super) fn new(plan: Arc<dyn ExecutionPlan>) -> Result<Self> {
        Ok(Self { plan: plan.transform_up(whole_windows).data()? })
    }

    /// The columns of its rows.
    pub fn schema(&self) -> SchemaRef {
        self.plan.schema()
    }
}

/// Computes windows partition by partition. DataFusion prefers to go row by row
/// where it can, in less memory; but rows on a desk lie in memory anyway.
fn whole_windows(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    match plan.downcast_ref::<BoundedWindowAggExec>() {
        Some(window) if window.input_order_mode == InputOrderMode::Sorted => {
            let (window_expr, input) = (window.window_expr().to_vec(), window.input().clone());
            Ok(Transformed::yes(Arc::new(WindowAggExec::try_new(window_expr, input, false)?)))
        }
        _ => Ok(Transformed::no(plan)),
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
        let config = context.session_config().clone().with_extension(rows.clone());
        Self { rows, context: Arc::new(context.with_session_config(config)), runtime }
    }

    /// Lays out the rows of a table.
    pub fn put(&self, table: &TableRef, rows: Vec<RecordBatch>) {
        self.rows.0.lock().unwrap_or_else(PoisonError::into_inner).insert(table.clone(), rows);
    }

    /// The rows that a statement makes of those on the desk.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not run, for instance because a table it reads is not there.
    pub fn run(&self, statement: &Prepared) -> crate::error::Result<Vec<RecordBatch>> {
        let run = async {
            let plan = reset_plan_states(statement.plan.clone())?;
            execute_stream(plan, self.context.clone())?.try_collect().await
        };
        self.runtime.block_on(run).map_err(|source| failed("run a statement", source))
    }
}

/// Rows in memory, by table.
#[derive(Default)]
struct Rows(Mutex<HashMap<TableRef, Vec<RecordBatch>>>);

/// A table whose rows lie on the desk of whoever runs a statement.
#[derive(Debug)]
pub(super) struct DeskTable {
    table: TableRef,
    schema: SchemaRef,
    order: Vec<SortExpr>,
    /// Of a bucket like those to come: plans go by it, results do not.
    statistics: Statistics,
}

impl DeskTable {
    /// A table with such rows as these, ordered by `order`.
    pub(super) fn new(
        table: TableRef,
        schema: SchemaRef,
        rows: &[RecordBatch],
        order: Vec<SortExpr>,
    ) -> Self {
        let statistics = Statistics {
            num_rows: Precision::Inexact(rows.iter().map(RecordBatch::num_rows).sum()),
            total_byte_size: Precision::Absent,
            column_statistics: (0..schema.fields().len())
                .map(|column| {
                    let sum = |of: fn(&dyn Array) -> usize| {
                        Precision::Inexact(rows.iter().map(|batch| of(batch.column(column))).sum())
                    };
                    ColumnStatistics {
                        null_count: sum(|array| array.null_count()),
                        byte_size: sum(|array| array.get_array_memory_size()),
                        ..ColumnStatistics::new_unknown()
                    }
                })
                .collect(),
        };
        Self { table, schema, order, statistics }
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
        Ok(DataSourceExec::from_data_source(DeskRows {
            table: self.table.clone(),
            shape,
            statistics: self.statistics.clone(),
        }))
    }
}

/// Reads some columns of a table from the desk.
#[derive(Debug, Clone)]
struct DeskRows {
    table: TableRef,
    /// Which columns, and their order; it holds no rows.
    shape: MemorySourceConfig,
    /// Of all columns.
    statistics: Statistics,
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
        let mut statistics = self.statistics.clone().project(self.shape.projection().as_ref());
        let bytes = statistics.column_statistics.iter().map(|column| column.byte_size);
        statistics.total_byte_size = bytes.fold(Precision::Inexact(0), |sum, bytes| sum.add(&bytes));
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
