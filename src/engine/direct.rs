//! Files read on the thread that asks. The stock file system hands every read
//! to a pool of threads, as one must where others wait for the same thread; here
//! nobody does, and a lake of many small files spends more on the handing over
//! than on the reading.

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;
use std::sync::Arc;

use chrono::DateTime;
use datafusion::object_store::local::LocalFileSystem;
use datafusion::object_store::path::Path;
use datafusion::object_store::{
    Attributes, CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload,
    ObjectMeta, ObjectStore, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use futures::StreamExt;
use futures::stream::{self, BoxStream};

/// This machine's files.
#[derive(Debug, Default)]
pub(super) struct DirectFiles(Arc<LocalFileSystem>);

impl DirectFiles {
    fn open(&self, location: &Path) -> Result<(File, ObjectMeta)> {
        let path = self.0.path_to_filesystem(location)?;
        let open = || {
            let file = File::open(path)?;
            let metadata = file.metadata()?;
            Ok((file, metadata.len(), metadata.modified()?))
        };
        let (file, size, modified) = open().map_err(|source: io::Error| failed(location, source))?;
        let last_modified = DateTime::from(modified);
        Ok((file, ObjectMeta { location: location.clone(), last_modified, size, e_tag: None, version: None }))
    }
}

fn failed(location: &Path, source: io::Error) -> datafusion::object_store::Error {
    let (path, source) = (location.to_string(), Box::new(source));
    match source.kind() {
        io::ErrorKind::NotFound => datafusion::object_store::Error::NotFound { path, source },
        _ => datafusion::object_store::Error::Generic { store: "local files", source },
    }
}

/// The bytes of a range, if a file of that size has it: what a damaged footer
/// claims is not even asked memory for.
fn read(file: &mut File, size: u64, range: &Range<u64>) -> io::Result<Vec<u8>> {
    if range.start > range.end || range.end > size {
        let message = format!("bytes {} to {} of a file of {size}", range.start, range.end);
        return Err(io::Error::new(io::ErrorKind::UnexpectedEof, message));
    }
    let mut bytes = vec![0; (range.end - range.start) as usize];
    file.seek(SeekFrom::Start(range.start))?;
    file.read_exact(&mut bytes)?;
    Ok(bytes)
}

impl fmt::Display for DirectFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[async_trait::async_trait]
impl ObjectStore for DirectFiles {
    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let (mut file, meta) = self.open(location)?;
        options.check_preconditions(&meta)?;
        let range = match &options.range {
            // What range it is of a file of that size; whatever is wrong with it, the stock says.
            Some(range) => match range.as_range(meta.size) {
                Ok(range) => range,
                Err(_) => return self.0.get_opts(location, options).await,
            },
            None => 0..meta.size,
        };
        let bytes = match options.head {
            true => Vec::new(),
            false => read(&mut file, meta.size, &range).map_err(|source| failed(location, source))?,
        };
        let payload = GetResultPayload::Stream(stream::iter([Ok(bytes.into())]).boxed());
        Ok(GetResult { payload, meta, range, attributes: Attributes::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<bytes::Bytes>> {
        let (mut file, meta) = self.open(location)?;
        let pieces = ranges.iter().map(|range| Ok(read(&mut file, meta.size, range)?.into()));
        pieces.collect::<io::Result<_>>().map_err(|source| failed(location, source))
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.0.list(prefix)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.0.list_with_delimiter(prefix).await
    }

    async fn put_opts(&self, location: &Path, payload: PutPayload, options: PutOptions) -> Result<PutResult> {
        self.0.put_opts(location, payload, options).await
    }

    async fn put_multipart_opts(
        &self,
        location: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        self.0.put_multipart_opts(location, options).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.0.delete_stream(locations)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.0.copy_opts(from, to, options).await
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use datafusion::object_store::{Error, GetRange, ObjectStoreExt};

    use super::*;

    /// The stock reads on threads of a runtime.
    fn in_a_runtime(test: impl Future<Output = ()>) {
        tokio::runtime::Runtime::new().unwrap().block_on(test);
    }

    #[test]
    fn what_is_read_is_what_the_stock_reads() {
        in_a_runtime(reads_as_the_stock());
    }

    async fn reads_as_the_stock() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("digits"), "0123456789").unwrap();
        let location = Path::from_absolute_path(folder.path().join("digits")).unwrap();
        let (direct, stock) = (DirectFiles::default(), LocalFileSystem::new());

        let ranges = [2..5, 0..1, 9..10];
        let pieces = direct.get_ranges(&location, &ranges).await.unwrap();
        assert_eq!(pieces, stock.get_ranges(&location, &ranges).await.unwrap());
        let (head, known) = (direct.head(&location).await.unwrap(), stock.head(&location).await.unwrap());
        assert_eq!((head.size, head.last_modified), (known.size, known.last_modified));
        for range in
            [None, Some(GetRange::Bounded(3..7)), Some(GetRange::Suffix(4)), Some(GetRange::Offset(8))]
        {
            let options = || GetOptions { range: range.clone(), ..GetOptions::default() };
            let read = direct.get_opts(&location, options()).await.unwrap();
            let expected = stock.get_opts(&location, options()).await.unwrap();
            assert_eq!(read.range, expected.range);
            assert_eq!(read.bytes().await.unwrap(), expected.bytes().await.unwrap());
        }
    }

    #[test]
    fn what_cannot_be_read_is_a_failure_of_the_same_kind() {
        in_a_runtime(fails_as_the_stock());
    }

    async fn fails_as_the_stock() {
        let folder = tempfile::tempdir().unwrap();
        let nowhere = Path::from_absolute_path(folder.path().join("nothing")).unwrap();
        let direct = DirectFiles::default();
        assert!(matches!(direct.head(&nowhere).await, Err(Error::NotFound { .. })));
        std::fs::write(folder.path().join("short"), "01").unwrap();
        let short = Path::from_absolute_path(folder.path().join("short")).unwrap();
        assert!(direct.get_ranges(&short, &[0..1, 1..9]).await.is_err());
        assert!(direct.get_ranges(&short, &[0..1, 1..u64::MAX]).await.is_err());
        let beyond = GetOptions { range: Some(GetRange::Bounded(5..9)), ..GetOptions::default() };
        assert!(direct.get_opts(&short, beyond).await.is_err());
    }
}
