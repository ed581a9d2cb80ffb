//! Windows over rows that lie in memory and in order, all partitions at once.
//!
//! DataFusion evaluates each function anew for each partition. A visitor has a
//! few events only, so that most of the time would go into beginning.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::array::{ArrayRef, RecordBatch};
use arrow::compute::{concat, partition};
use arrow::datatypes::SchemaRef;
use datafusion::common::tree_node::{Transformed, TreeNodeRecursion};
use datafusion::common::{DataFusionError, Result, Statistics};
use datafusion::execution::TaskContext;
use datafusion::physical_expr::window::{StandardWindowExpr, WindowExpr};
use datafusion::physical_plan::stream::RecordBatchStreamAdapter;
use datafusion::physical_plan::windows::{BoundedWindowAggExec, WindowAggExec, WindowUDFExpr};
use datafusion::physical_plan::{
    DisplayAs, DisplayFormatType, ExecutionPlan, InputOrderMode, PhysicalExpr, PlanProperties,
    SendableRecordBatchStream, StatisticsArgs,
};
use futures::{StreamExt, TryStreamExt, stream};

use super::window::{Evaluate, at_once};

/// Puts windows that take all partitions at once in the place of DataFusion's.
/// Where a function is not of that kind, its windows are computed partition by
/// partition: row by row, which DataFusion prefers, takes less memory, but here
/// the rows lie in memory anyway.
pub(super) fn partitioned(plan: Arc<dyn ExecutionPlan>) -> Result<Transformed<Arc<dyn ExecutionPlan>>> {
    let window = match (plan.downcast_ref::<WindowAggExec>(), plan.downcast_ref::<BoundedWindowAggExec>()) {
        (Some(window), _) => window.clone(),
        (_, Some(window)) if window.input_order_mode == InputOrderMode::Sorted => {
            WindowAggExec::try_new(window.window_expr().to_vec(), window.input().clone(), false)?
        }
        _ => return Ok(Transformed::no(plan)),
    };
    Ok(Transformed::yes(match PartitionedExec::of(&window) {
        Some(partitioned) => Arc::new(partitioned),
        None => Arc::new(window),
    }))
}

/// Windows of functions that take all partitions at once.
#[derive(Debug)]
struct PartitionedExec {
    /// What it stands for: knows the columns and the order of the rows.
    window: WindowAggExec,
    functions: Vec<Function>,
}

/// A function, and what it is given.
#[derive(Clone)]
struct Function {
    evaluate: Evaluate,
    window: Arc<dyn WindowExpr>,
}

impl Function {
    fn of(window: &Arc<dyn WindowExpr>) -> Option<Self> {
        let standard = window.as_any().downcast_ref::<StandardWindowExpr>()?;
        let function = standard.get_standard_func_expr().as_any().downcast_ref::<WindowUDFExpr>()?.fun();
        Some(Self { evaluate: at_once(function)?, window: window.clone() })
    }
}

impl fmt::Debug for Function {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.window.name())
    }
}

impl PartitionedExec {
    fn of(window: &WindowAggExec) -> Option<Self> {
        let functions = window.window_expr().iter().map(Function::of).collect::<Option<_>>()?;
        Some(Self { window: window.clone(), functions })
    }
}

impl DisplayAs for PartitionedExec {
    fn fmt_as(&self, _: DisplayFormatType, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PartitionedExec: {:?}", self.functions)
    }
}

impl ExecutionPlan for PartitionedExec {
    fn name(&self) -> &str {
        "PartitionedExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.window.properties()
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![self.window.input()]
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        self.window.maintains_input_order()
    }

    fn with_new_children(
        self: Arc<Self>,
        children: Vec<Arc<dyn ExecutionPlan>>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let window_expr = self.window.window_expr().to_vec();
        let [input] = <[_; 1]>::try_from(children)
            .map_err(|_| DataFusionError::Internal("windows have one input".to_owned()))?;
        let window = WindowAggExec::try_new(window_expr, input, false)?;
        Ok(Arc::new(Self { window, functions: self.functions.clone() }))
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = self.window.input().execute(partition, context.clone())?;
        let (functions, schema) = (self.functions.clone(), self.schema());
        let made = async move {
            let batches: Vec<_> = input.try_collect().await?;
            let made = with_windows(&batches, &functions, &schema, &context)?;
            Ok::<_, DataFusionError>(stream::iter(made.into_iter().map(Ok)))
        };
        let stream = stream::once(made).try_flatten().boxed();
        Ok(Box::pin(RecordBatchStreamAdapter::new(self.schema(), stream)))
    }

    fn statistics_from_inputs(
        &self,
        inputs: &[Arc<Statistics>],
        arguments: &StatisticsArgs,
    ) -> Result<Arc<Statistics>> {
        self.window.statistics_from_inputs(inputs, arguments)
    }

    fn apply_expressions(
        &self,
        f: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        self.window.apply_expressions(f)
    }
}

/// The rows with the results of all functions behind them. Only what functions
/// are given is put together; all else stays in its batches.
fn with_windows(
    batches: &[RecordBatch],
    functions: &[Function],
    schema: &SchemaRef,
    context: &TaskContext,
) -> Result<Vec<RecordBatch>> {
    if batches.is_empty() {
        return Ok(Vec::new());
    }
    let known = context.session_config().get_extension::<Partitions>().unwrap_or_default();
    let mut results = Vec::new();
    for Function { evaluate, window } in functions {
        let by = window.partition_by().iter().map(|by| pieces(by, batches)).collect::<Result<Vec<_>>>()?;
        let arguments = window.expressions().into_iter().map(|argument| whole(&pieces(&argument, batches)?));
        let partitions = known.of(by, batches)?;
        results.push(evaluate(&arguments.collect::<Result<Vec<_>>>()?, &partitions)?);
    }
    let mut start = 0;
    let made = batches.iter().map(|batch| {
        let (from, rows) = (start, batch.num_rows());
        let of_batch = results.iter().map(|result| result.slice(from, rows));
        start += rows;
        let columns = batch.columns().iter().cloned().chain(of_batch).collect();
        Ok(RecordBatch::try_new(schema.clone(), columns)?)
    });
    made.collect()
}

/// The values of an expression, batch by batch.
fn pieces(expression: &Arc<dyn PhysicalExpr>, batches: &[RecordBatch]) -> Result<Vec<ArrayRef>> {
    batches.iter().map(|batch| expression.evaluate(batch)?.into_array(batch.num_rows())).collect()
}

/// The same as one array.
fn whole(pieces: &[ArrayRef]) -> Result<ArrayRef> {
    match pieces {
        [piece] => Ok(piece.clone()),
        pieces => Ok(concat(&pieces.iter().map(AsRef::as_ref).collect::<Vec<_>>())?),
    }
}

/// The partitions last found, and the columns that they came from: windows one
/// upon another mostly divide the same rows by the same columns.
#[derive(Default)]
pub(super) struct Partitions(Mutex<Found>);

#[derive(Default)]
struct Found {
    by: Vec<Vec<ArrayRef>>,
    partitions: Arc<[Range<usize>]>,
}

impl Partitions {
    /// Where rows that follow one another are alike in these columns, given in pieces.
    fn of(&self, by: Vec<Vec<ArrayRef>>, batches: &[RecordBatch]) -> Result<Arc<[Range<usize>]>> {
        if by.is_empty() {
            let rows = batches.iter().map(RecordBatch::num_rows).sum();
            return Ok(std::iter::once(0..rows).collect());
        }
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !are_same(&last.by, &by) {
            let columns = by.iter().map(|pieces| whole(pieces)).collect::<Result<Vec<_>>>()?;
            *last = Found { by, partitions: partition(&columns)?.ranges().into() };
        }
        Ok(last.partitions.clone())
    }
}

/// Whether both are the very same arrays.
fn are_same(some: &[Vec<ArrayRef>], others: &[Vec<ArrayRef>]) -> bool {
    let of_column = |(some, others): (&Vec<ArrayRef>, &Vec<ArrayRef>)| {
        some.len() == others.len() && some.iter().zip(others).all(|(one, other)| Arc::ptr_eq(one, other))
    };
    some.len() == others.len() && some.iter().zip(others).all(of_column)
}
