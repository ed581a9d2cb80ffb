//! A raw file on its way to disk: hashed as it is written, published when whole.

use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::error::{Error, Result};
use crate::lake::PartFile;

/// A file as the manifest lists it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct FileEntry {
    /// Path below the raw folder, with forward slashes.
    pub path: String,
    /// Rows in it.
    pub rows: u64,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its content, hex.
    pub sha256: String,
}

/// Bytes as hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An open raw file.
pub(super) struct RawFile {
    part: PartFile,
    place: PathBuf,
    path: String,
    hash: Sha256,
}

impl RawFile {
    /// Opens the file at `path` below the folder `raw`.
    pub(super) fn create(raw: &Path, path: String) -> Result<Self> {
        let place = raw.join(&path);
        Ok(Self { part: PartFile::create(&place)?, place, path, hash: Sha256::new() })
    }

    /// Appends bytes.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<()> {
        self.write_all(bytes).map_err(Error::io("write", &self.place))
    }

    /// Gives the file its name.
    pub(super) fn publish(self, rows: u64) -> Result<FileEntry> {
        let bytes = self.part.publish()?;
        let sha256 = hex(&self.hash.finalize());
        Ok(FileEntry { path: self.path, rows, bytes, sha256 })
    }
}

impl Write for RawFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.part.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.part.flush()
    }
}
