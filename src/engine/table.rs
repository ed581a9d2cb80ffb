//! Parquet files as one table, looked at once: DataFusion's own table lists its
//! files and sums up their statistics for every statement that reads them, which
//! of many small statements takes more than the reading.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use arrow::datatypes::SchemaRef;
use datafusion::catalog::{Session, TableProvider};
use datafusion::common::config::TableParquetOptions;
use datafusion::common::{Result, Statistics};
use datafusion::datasource::TableType;
use datafusion::datasource::file_format::FileFormat;
use datafusion::datasource::file_format::parquet::ParquetFormat;
use datafusion::datasource::listing::{ListingOptions, ListingTable, ListingTableConfig, ListingTableUrl};
use datafusion::datasource::physical_plan::{FileGroup, FileScanConfigBuilder};
use datafusion::datasource::table_schema::TableSchema;
use datafusion::execution::object_store::ObjectStoreUrl;
use datafusion::logical_expr::{Expr, TableProviderFilterPushDown};
use datafusion::physical_plan::ExecutionPlan;

/// A table of files that nobody changes while it is attached.
#[derive(Debug)]
pub(super) struct FileTable {
    listing: ListingTable,
    format: Arc<ParquetFormat>,
    /// By how many threads they are read.
    found: Mutex<HashMap<usize, Arc<Found>>>,
}

/// The files, shared out among threads, and what is known of their rows.
#[derive(Debug)]
struct Found {
    groups: Vec<FileGroup>,
    statistics: Statistics,
}

impl FileTable {
    /// The files at those places as a table with these columns. Where it
    /// `picks_rows`, a filter is tried first, and the other columns are read of
    /// the rows that pass: worth it where a few of many do.
    ///
    /// # Errors
    /// DataFusion's, where there is no file.
    pub(super) fn try_new(urls: Vec<ListingTableUrl>, schema: SchemaRef, picks_rows: bool) -> Result<Self> {
        let mut options = TableParquetOptions::default();
        options.global.pushdown_filters = picks_rows;
        let format = Arc::new(ParquetFormat::default().with_options(options));
        let options = ListingOptions::new(format.clone()).with_file_extension(".parquet");
        let config = ListingTableConfig::new_with_multi_paths(urls).with_listing_options(options);
        let listing = ListingTable::try_new(config.with_schema(schema))?;
        Ok(Self { listing, format, found: Mutex::default() })
    }

    async fn found(&self, session: &dyn Session) -> Result<Arc<Found>> {
        let threads = session.config().target_partitions();
        let known = self.found.lock().unwrap_or_else(PoisonError::into_inner).get(&threads).cloned();
        if let Some(found) = known {
            return Ok(found);
        }
        let listed = self.listing.list_files_for_scan(session, &[], None).await?;
        let found = Arc::new(Found { groups: listed.file_groups, statistics: listed.statistics });
        self.found.lock().unwrap_or_else(PoisonError::into_inner).insert(threads, found.clone());
        Ok(found)
    }
}

#[async_trait::async_trait]
impl TableProvider for FileTable {
    fn schema(&self) -> SchemaRef {
        self.listing.schema()
    }

    fn table_type(&self) -> TableType {
        TableType::Base
    }

    fn supports_filters_pushdown(&self, filters: &[&Expr]) -> Result<Vec<TableProviderFilterPushDown>> {
        self.listing.supports_filters_pushdown(filters)
    }

    async fn scan(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        _: &[Expr],
        limit: Option<usize>,
    ) -> Result<Arc<dyn ExecutionPlan>> {
        let found = self.found(session).await?;
        let source = self.format.file_source(TableSchema::from(self.schema()));
        let scan = FileScanConfigBuilder::new(ObjectStoreUrl::local_filesystem(), source)
            .with_file_groups(found.groups.clone())
            .with_statistics(found.statistics.clone())
            .with_projection_indices(projection.cloned())?
            .with_limit(limit);
        self.format.create_physical_plan(session, scan.build()).await
    }
}
