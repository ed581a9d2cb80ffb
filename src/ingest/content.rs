//! A file's content: its hash, its compression, its format. Names may lie or
//! be missing, so compression always goes by the first bytes, and the format by
//! the name only where that says something.

use std::fs::File;
use std::io::{BufRead, BufReader, Chain, Cursor, ErrorKind, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::{Digest, Sha256};

use super::pieces::Limits;
use super::refused;
use crate::error::{Error, Result};

/// File name endings that a folder is searched for, compression left off.
const KNOWN: [(&str, Format); 6] = [
    ("csv", Format::Csv),
    ("tsv", Format::Csv),
    ("jsonl", Format::JsonLines),
    ("ndjson", Format::JsonLines),
    ("json", Format::Json),
    ("parquet", Format::Parquet),
];

/// A byte order mark of UTF-8, which spreadsheets put at the head of a CSV file.
const BOM: &[u8] = b"\xEF\xBB\xBF";

/// What a file's bytes mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Csv,
    /// One JSON object a line.
    JsonLines,
    /// One JSON array of objects.
    Json,
    Parquet,
}

impl Format {
    /// The word of a mapping's `-- formats:` line.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Format::Csv => "csv",
            Format::JsonLines => "jsonl",
            Format::Json => "json",
            Format::Parquet => "parquet",
        }
    }

    /// The format that a file's name tells of, `.gz` and `.zst` left off.
    pub(super) fn of_name(path: &Path) -> Option<Format> {
        let name = path.file_name()?.to_string_lossy().to_lowercase();
        let name = name.trim_end_matches(".gz").trim_end_matches(".zst");
        let (_, extension) = name.rsplit_once('.')?;
        KNOWN.iter().find(|(known, _)| *known == extension).map(|(_, format)| *format)
    }

    /// The format of a file, told by its first bytes where its name does not
    /// tell, and lines told from an array always: `.json` is used for both.
    pub(super) fn of_file(path: &Path) -> Result<Format> {
        let mut reader = open(path, &ByteCount::default())?;
        let head = head(path, &mut reader, Limits::default().head)?;
        let named = Format::of_name(path);
        let is_parquet = head.starts_with(b"PAR1");
        if named == Some(Format::Parquet) && !is_parquet {
            return Err(refused(path, "is no Parquet file (it does not begin with PAR1)"));
        }
        Ok(match named {
            Some(format @ (Format::Csv | Format::Parquet)) => format,
            None if is_parquet => Format::Parquet,
            _ => match head.iter().find(|byte| !byte.is_ascii_whitespace()) {
                Some(b'[') => Format::Json,
                Some(b'{') => Format::JsonLines,
                _ => named.unwrap_or(Format::Csv),
            },
        })
    }
}

/// Bytes read from a file so far, for the progress bar; shared with its reader.
pub(super) type ByteCount = Arc<AtomicU64>;

/// A file's text, decompressed.
pub(super) type Input = BufReader<Box<dyn Read + Send>>;

struct Counted {
    file: Chain<Cursor<Vec<u8>>, File>,
    count: ByteCount,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.count.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}

/// Opens a file, decompressing gzip and zstd.
pub(super) fn open(path: &Path, count: &ByteCount) -> Result<Input> {
    let mut file = File::open(path).map_err(Error::io("open", path))?;
    let mut magic = Vec::new();
    (&mut file).take(4).read_to_end(&mut magic).map_err(Error::io("read", path))?;
    let (gzip, zstd) = (magic.starts_with(b"\x1F\x8B"), magic == b"\x28\xB5\x2F\xFD");
    let file = Counted { file: Cursor::new(magic).chain(file), count: count.clone() };
    let text: Box<dyn Read + Send> = if gzip {
        Box::new(flate2::read::MultiGzDecoder::new(BufReader::with_capacity(1 << 16, file)))
    } else if zstd {
        Box::new(zstd::Decoder::new(file).map_err(Error::io("read", path))?)
    } else {
        Box::new(file)
    };
    Ok(BufReader::with_capacity(1 << 16, text))
}

/// The first bytes of a text file, about as many as `limit`, without byte order
/// mark; `reader` is left behind them. An empty file and UTF-16 are refused here, for all formats.
pub(super) fn head(path: &Path, reader: &mut Input, limit: usize) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    reader.take(limit as u64).read_to_end(&mut head).map_err(|error| failed(path, error))?;
    if head.is_empty() {
        return Err(refused(path, "is empty (0 bytes)"));
    }
    if head.starts_with(b"\xFF\xFE") || head.starts_with(b"\xFE\xFF") {
        return Err(refused(path, "is UTF-16; save it as UTF-8"));
    }
    if head.starts_with(BOM) {
        head.drain(..BOM.len());
    }
    Ok(head)
}

/// The error of a file that could be opened and then not read to its end.
pub(super) fn failed(path: &Path, error: std::io::Error) -> Error {
    match error.kind() {
        ErrorKind::UnexpectedEof => {
            refused(path, "is cut off: the compressed data end too early; fetch the file again")
        }
        ErrorKind::InvalidData | ErrorKind::InvalidInput => {
            refused(path, format!("is damaged ({error}); fetch the file again"))
        }
        _ => Error::io("read", path)(error),
    }
}

/// The SHA-256 of a file as it lies, in hex.
pub(super) fn sha256(path: &Path, stop: impl Fn() -> Result<()>) -> Result<String> {
    let file = File::open(path).map_err(Error::io("open", path))?;
    let mut reader = BufReader::with_capacity(1 << 20, file);
    let mut hash = Sha256::new();
    loop {
        let bytes = reader.fill_buf().map_err(Error::io("read", path))?;
        if bytes.is_empty() {
            break;
        }
        hash.update(bytes);
        let read = bytes.len();
        reader.consume(read);
        stop()?;
    }
    Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}
