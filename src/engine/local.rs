//! DataFusion in this process.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

use arrow::array::{RecordBatch, RecordBatchReader};
use arrow::datatypes::{Schema, SchemaRef};
use arrow::error::ArrowError;
use datafusion::catalog::{MemorySchemaProvider, SchemaProvider, TableProvider};
use datafusion::common::ParamValues;
use datafusion::datasource::file_format::parquet::transform_schema_to_view;
use datafusion::datasource::listing::ListingTableUrl;
use datafusion::error::DataFusionError;
use datafusion::execution::TaskContext;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::execution::runtime_env::{RuntimeEnv, RuntimeEnvBuilder};
use datafusion::physical_plan::{SendableRecordBatchStream, displayable, execute_stream_partitioned};
use datafusion::prelude::{DataFrame, SessionConfig, SessionContext, ident};
use futures::StreamExt;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use tokio::runtime::{Handle, Runtime};

use super::bucket::{Dealer, Dealt, Marks};
use super::direct::DirectFiles;
use super::keys::Keys;
use super::parquet::TableWriter;
use super::pool::SharedPool;
use super::prepared::{Desk, DeskTable, Prepared};
use super::table::FileTable;
use super::views::{of_schema, without_views};
use super::{Engine, Options, Params, ParquetTarget, functions, window};
use crate::error::{Error, Result};
use crate::lake::{Lake, Layer, TableRef, files_below};
use crate::schedule::threads;
use crate::summary::TableSummary;

/// Rows dealt at once: a bucket then gets a long piece now and then, not a short one each time.
const ROWS_DEALT_AT_ONCE: usize = 1 << 16;

/// How many batches may wait for the Parquet writer.
const BATCHES_WAITING: usize = 4;

/// The engine on this machine: DataFusion over the lake's Parquet files.
pub struct LocalEngine {
    context: SessionContext,
    runtime: Arc<Runtime>,
    /// Whether silver's and gold's texts are read as views.
    reads_views: bool,
}

impl LocalEngine {
    /// An engine that sees every table the lake holds.
    ///
    /// # Errors
    /// [`Error::Engine`] or [`Error::Io`] when a table's files cannot be read.
    pub fn open(lake: &Lake, options: &Options) -> Result<Self> {
        let engine = Self::empty(options)?;
        for layer in Layer::ALL {
            for table in lake.tables(layer)? {
                engine.attach(&table, &lake.table(&table))?;
            }
        }
        Ok(engine)
    }

    /// An engine that sees no table yet.
    ///
    /// # Errors
    /// [`Error::Engine`] when the runtime cannot start.
    pub fn empty(options: &Options) -> Result<Self> {
        let threads = threads(options.threads);
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(threads)
            .enable_all()
            .build()
            .map_err(|source| failed("start the engine", source))?;
        let mut environment = RuntimeEnvBuilder::new();
        if let Some(limit) = options.memory_limit {
            environment = environment.with_memory_pool(Arc::new(SharedPool::new(limit)));
        }
        let environment = environment.build_arc().map_err(|source| failed("start the engine", source))?;
        let here = ObjectStoreUrl::local_filesystem();
        environment.register_object_store(here.as_ref(), Arc::new(DirectFiles::default()));
        Self::with(Arc::new(runtime), environment, threads)
    }

    /// Has texts of silver and gold read as views, which are compared and picked
    /// without touching the text itself. What statements return may then hold
    /// views where it is not cast to a text.
    pub fn reading_views(self) -> Self {
        Self { reads_views: true, ..self }
    }

    /// An engine on that runtime and memory, whose statements run on so many threads.
    fn with(runtime: Arc<Runtime>, environment: Arc<RuntimeEnv>, threads: usize) -> Result<Self> {
        let mut config = SessionConfig::new()
            .with_target_partitions(threads)
            .with_information_schema(true)
            .with_default_catalog_and_schema("clickmill", Layer::Gold.as_str());
        let settings = config.options_mut();
        // A second pass turns a few joins into semi joins, and takes longer than that saves.
        settings.optimizer.max_passes = 1;
        // The lake's own files have no page index to look for.
        settings.execution.parquet.enable_page_index = false;
        settings.execution.parquet.schema_force_view_types = false;
        settings.sql_parser.map_string_types_to_utf8view = false;
        // Hash the smaller side of a join whole rather than deal both sides out again,
        // wide rows and all.
        settings.optimizer.hash_join_single_partition_threshold = 256 << 20;
        settings.optimizer.hash_join_single_partition_threshold_rows = 16 << 20;
        settings.execution.time_zone = Some("+00:00".to_owned());
        let context = SessionContext::new_with_config_rt(config, environment);
        for function in functions::all() {
            context.register_udf(function);
        }
        for function in window::all() {
            context.register_udwf(function);
        }
        let engine = Self { context, runtime, reads_views: false };
        // Made here, because models that run side by side would each make the
        // schema they miss, and one would lose its table.
        for layer in Layer::ALL {
            engine.schema(layer.as_str())?;
        }
        Ok(engine)
    }

    /// A second engine on the same threads and memory, which sees the tables
    /// that this one sees now and runs each statement on the thread that asks:
    /// for work on many small pieces, one to a thread.
    ///
    /// # Errors
    /// [`Error::Engine`] when it cannot be made.
    pub fn fork(&self) -> Result<Self> {
        self.fork_with(1)
    }

    /// A second engine like this one, which may see other tables by the same names.
    ///
    /// # Errors
    /// [`Error::Engine`] when it cannot be made.
    pub fn twin(&self) -> Result<Self> {
        self.fork_with(self.context.state().config().target_partitions())
    }

    /// Makes `is_touched(prefix, visitor_id)` tell the visitors among `keys`,
    /// and has files read by it: other columns of other rows are left unread.
    pub fn define_touched(&self, keys: Arc<Keys>) {
        self.context.register_udf(functions::is_touched(keys));
        let state = self.context.state_ref();
        let mut state = state.write();
        let options = state.config_mut().options_mut();
        options.execution.parquet.pushdown_filters = true;
        options.execution.parquet.reorder_filters = true;
    }

    fn fork_with(&self, threads: usize) -> Result<Self> {
        let fork = Self::with(self.runtime.clone(), self.context.runtime_env(), threads)?;
        let fork = Self { reads_views: self.reads_views, ..fork };
        let Some(catalog) = self.context.catalog("clickmill") else { return Ok(fork) };
        for schema_name in catalog.schema_names() {
            let (from, to) = (self.schema(&schema_name)?, fork.schema(&schema_name)?);
            for name in from.table_names() {
                let table = self
                    .runtime
                    .block_on(from.table(&name))
                    .map_err(|source| failed("find a table", source))?;
                if let Some(table) = table {
                    to.register_table(name, table).map_err(|source| failed("register a table", source))?;
                }
            }
        }
        Ok(fork)
    }

    /// Understands a statement, which is then to be dealt.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan.
    pub fn select(&self, sql: &str, params: &Params) -> Result<Selected> {
        let frame = self.runtime.block_on(self.plan(sql, params));
        frame.map(Selected).map_err(|source| failed("plan a statement", source))
    }

    /// Runs a statement, deals its rows into buckets, and says what is to be
    /// remembered of them when the dealing ends.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan or run, [`Error::Io`] when a
    /// bucket cannot be written to disk.
    pub fn deal(&self, selected: Selected, dealer: &Dealer, dealt: Dealt) -> Result<Marks> {
        let streams = self.runtime.block_on(async {
            let plan = selected.0.create_physical_plan().await?;
            tracing::trace!("planned\n{}", displayable(plan.as_ref()).indent(false));
            execute_stream_partitioned(plan, Arc::new(TaskContext::from(&self.context)))
        });
        let streams = streams.map_err(|source| failed("run a statement", source))?;
        std::thread::scope(|scope| {
            let threads: Vec<_> = streams
                .into_iter()
                .map(|mut stream| {
                    scope.spawn(move || {
                        let mut marks = Marks::default();
                        let (mut batches, mut rows) = (Vec::new(), 0);
                        while let Some(batch) = self.runtime.block_on(stream.next()) {
                            let batch = batch.map_err(|source| failed("run a statement", source))?;
                            rows += batch.num_rows();
                            batches.push(batch);
                            if rows >= ROWS_DEALT_AT_ONCE {
                                dealer.deal(&batches, dealt, &mut marks)?;
                                batches.clear();
                                rows = 0;
                            }
                        }
                        dealer.deal(&batches, dealt, &mut marks)?;
                        Ok(marks)
                    })
                })
                .collect();
            let mut marks = Marks::default();
            for thread in threads {
                let join = |thread: ScopedJoinHandle<'_, Result<Marks>>| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                };
                marks.add(join(thread)?);
            }
            Ok(marks)
        })
    }

    /// Plans a statement, to be run at desks of this engine.
    ///
    /// # Errors
    /// [`Error::Engine`] when it does not plan.
    pub fn prepare(&self, sql: &str, params: &Params) -> Result<Prepared> {
        let plan =
            self.runtime.block_on(async { self.plan(sql, params).await?.create_physical_plan().await });
        plan.and_then(Prepared::new).map_err(|source| failed("plan a statement", source))
    }

    /// A place to run prepared statements at.
    pub fn desk(&self) -> Desk {
        Desk::new(TaskContext::from(&self.context), self.runtime.clone())
    }

    /// Has prepared statements read `table` from their desk, where it will have
    /// about so many rows, in that order (columns, nulls last).
    ///
    /// # Errors
    /// [`Error::Engine`] when the table cannot be registered.
    pub fn expect_rows(
        &self,
        table: &TableRef,
        schema: SchemaRef,
        rows: usize,
        order: &[String],
    ) -> Result<()> {
        let order = order.iter().map(|column| ident(column).sort(true, false)).collect();
        let provider = DeskTable::new(table.clone(), schema, rows, order);
        self.replace(table.layer.as_str(), &table.name, Arc::new(provider))
    }

    /// Makes rows in memory readable as `table`.
    ///
    /// # Errors
    /// [`Error::Engine`] when the rows are not of the schema.
    #[cfg(test)]
    pub fn attach_rows(&self, table: &TableRef, schema: SchemaRef, rows: Vec<RecordBatch>) -> Result<()> {
        let provider = datafusion::catalog::MemTable::try_new(schema, vec![rows])
            .map_err(|source| failed(&format!("hold the rows of {table}"), source))?;
        self.replace(table.layer.as_str(), &table.name, Arc::new(provider))
    }

    /// Forgets a table, if it is known.
    ///
    /// # Errors
    /// [`Error::Engine`] when it cannot be forgotten.
    pub fn detach(&self, table: &TableRef) -> Result<()> {
        let schema = self.schema(table.layer.as_str())?;
        schema.deregister_table(&table.name).map_err(|source| failed("forget a table", source))?;
        Ok(())
    }

    /// Makes a table readable in the place of what had its name.
    fn replace(&self, schema: &str, name: &str, provider: Arc<dyn TableProvider>) -> Result<()> {
        let schema = self.schema(schema)?;
        schema.deregister_table(name).map_err(|source| failed("replace a table", source))?;
        schema
            .register_table(name.to_owned(), provider)
            .map_err(|source| failed("register a table", source))?;
        Ok(())
    }

    /// The schema of that name, made when it is first asked for.
    fn schema(&self, name: &str) -> Result<Arc<dyn SchemaProvider>> {
        let catalog = self
            .context
            .catalog("clickmill")
            .ok_or_else(|| failed("find the catalog", DataFusionError::Internal("no catalog".into())))?;
        if let Some(schema) = catalog.schema(name) {
            return Ok(schema);
        }
        let schema: Arc<dyn SchemaProvider> = Arc::new(MemorySchemaProvider::new());
        catalog.register_schema(name, schema.clone()).map_err(|source| failed("make a schema", source))?;
        Ok(schema)
    }

    /// Makes Parquet files readable as one table; where their columns differ it has all of them.
    ///
    /// # Errors
    /// [`Error::Io`] or [`Error::Engine`] when the files cannot be read.
    pub fn attach_files(
        &self,
        schema_name: &str,
        name: &str,
        files: &[PathBuf],
        columns_differ: bool,
    ) -> Result<()> {
        let mut urls = Vec::new();
        let mut schema: Option<Schema> = None;
        for (position, path) in files.iter().enumerate() {
            let path_text = path.to_string_lossy();
            urls.push(
                ListingTableUrl::parse(&path_text)
                    .map_err(|source| failed("read a table's files", source))?,
            );
            if position == 0 || columns_differ {
                let file = File::open(path).map_err(Error::io("read", path))?;
                let found = ParquetRecordBatchReaderBuilder::try_new(file)
                    .map_err(|source| failed(&format!("read {}", path.display()), source))?
                    .schema()
                    .as_ref()
                    .clone()
                    .with_metadata(Default::default());
                schema = Some(match schema {
                    None => found,
                    Some(known) => Schema::try_merge([known, found])
                        .map_err(|source| failed(&format!("read {}", path.display()), source))?,
                });
            }
        }
        let Some(schema) = schema else { return Ok(()) };
        let is_made = [Layer::Silver, Layer::Gold].iter().any(|layer| layer.as_str() == schema_name);
        let schema = if self.reads_views && is_made { transform_schema_to_view(&schema) } else { schema };
        // Of what was received few rows are looked for again, those in quarantine.
        let provider = FileTable::try_new(urls, Arc::new(schema), !is_made)
            .map_err(|source| failed("read a table's files", source))?;
        self.replace(schema_name, name, Arc::new(provider))
    }

    async fn plan(&self, sql: &str, params: &Params) -> std::result::Result<DataFrame, DataFusionError> {
        // A statement only reads: no COPY to a file, no table of a file outside the lake, no SET.
        let reading =
            SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        let frame = self.context.sql_with_options(sql, reading).await?;
        if params.is_empty() {
            return Ok(frame);
        }
        let named: std::collections::HashMap<_, _> =
            params.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
        frame.with_param_values(ParamValues::Map(named))
    }

    fn stream(&self, sql: &str, params: &Params) -> Result<SendableRecordBatchStream> {
        self.runtime
            .block_on(async { self.plan(sql, params).await?.execute_stream().await })
            .map_err(|source| failed("run a statement", source))
    }
}

impl Engine for LocalEngine {
    fn query_with(&self, sql: &str, params: &Params) -> Result<Box<dyn RecordBatchReader + Send>> {
        let stream = self.stream(sql, params)?;
        Ok(Box::new(BlockingReader { stream, handle: self.runtime.handle().clone() }))
    }

    fn materialize(
        &self,
        table: &TableRef,
        sql: &str,
        params: &Params,
        target: &ParquetTarget,
    ) -> Result<TableSummary> {
        let started = Instant::now();
        let mut stream = self.stream(sql, params)?;
        let schema = Arc::new(without_views(&stream.schema()));
        let mut writer = TableWriter::try_new(target, schema.clone())?;
        // Encoding takes as long as the query, so it has a thread of its own.
        let (sender, batches) = mpsc::sync_channel::<RecordBatch>(BATCHES_WAITING);
        let (rows, bytes) = std::thread::scope(|scope| {
            let written = scope.spawn(move || {
                for batch in batches {
                    writer.write(&batch)?;
                }
                Ok(writer)
            });
            let (mut made, mut is_wanted) = (Ok(()), true);
            while let Some(batch) = self.runtime.block_on(stream.next()) {
                let batch = batch.and_then(|batch| Ok(of_schema(&batch, &schema)?));
                made = batch.map_err(|source| failed(&format!("make {table}"), source)).map(|batch| {
                    // Where nobody receives, the writer has failed; it says why when it is joined.
                    is_wanted = sender.send(batch).is_ok();
                });
                if made.is_err() || !is_wanted {
                    break;
                }
            }
            drop(sender);
            let writer = written.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            made.and(writer)?.finish()
        })?;
        Ok(TableSummary::new(table.to_string(), rows, bytes, started.elapsed().as_secs_f64()))
    }

    fn explain(&self, sql: &str, params: &Params) -> Result<String> {
        let plan = self
            .runtime
            .block_on(async {
                let plan = self.plan(sql, params).await?.create_physical_plan().await?;
                Ok::<_, DataFusionError>(displayable(plan.as_ref()).indent(false).to_string())
            })
            .map_err(|source| failed("plan a statement", source))?;
        Ok(plan)
    }

    fn attach(&self, table: &TableRef, folder: &Path) -> Result<()> {
        // Made tables have one schema; received ones (bronze) may gain columns from file to file.
        let columns_differ = table.layer == Layer::Bronze;
        self.attach_files(table.layer.as_str(), &table.name, &files_below(folder, "parquet")?, columns_differ)
    }

    fn define_view(&self, schema: &str, name: &str, sql: &str, params: &Params) -> Result<()> {
        let view = self
            .runtime
            .block_on(self.plan(sql, params))
            .map_err(|source| failed(&format!("plan {schema}.{name}"), source))?
            .into_view();
        self.replace(schema, name, view)
    }

    fn columns(&self, schema: &str, name: &str) -> Vec<(String, String)> {
        let Ok(provider) = self.schema(schema) else { return Vec::new() };
        match self.runtime.block_on(provider.table(name)) {
            Ok(Some(table)) => table
                .schema()
                .fields()
                .iter()
                .map(|field| (field.name().clone(), field.data_type().to_string()))
                .collect(),
            _ => Vec::new(),
        }
    }
}

/// A statement that is understood, and not planned yet.
pub struct Selected(DataFrame);

impl Selected {
    /// The columns of its rows.
    pub fn schema(&self) -> SchemaRef {
        Arc::new(self.0.schema().as_arrow().clone())
    }
}

/// A DataFusion stream as a blocking iterator, which is what every stage wants.
struct BlockingReader {
    stream: SendableRecordBatchStream,
    handle: Handle,
}

impl Iterator for BlockingReader {
    type Item = std::result::Result<RecordBatch, ArrowError>;

    fn next(&mut self) -> Option<Self::Item> {
        let batch = self.handle.block_on(self.stream.next())?;
        Some(batch.map_err(|error| ArrowError::ExternalError(Box::new(error))))
    }
}

impl RecordBatchReader for BlockingReader {
    fn schema(&self) -> SchemaRef {
        self.stream.schema()
    }
}

/// An engine error: what could not be done, and why.
pub(super) fn failed(what: &str, source: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::Engine { context: format!("cannot {what}"), source: Box::new(source) }
}
