//! The data folder: which table lies where, and how files get there whole.
//!
//! A table has a layer and a name, and the same two words lead to it
//! everywhere: `sql/gold/fact_orders.sql`, `gold.fact_orders`,
//! `data/gold/fact_orders/`. [`TableRef`] is that pair; no other file spells
//! a path or a qualified name.

use std::fmt;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// A layer of the lake, which is also a schema of the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Layer {
    /// Every column as received, as text, with its origin.
    Bronze,
    /// Typed, validated, deduplicated events.
    Silver,
    /// The star schema.
    Gold,
}

impl Layer {
    /// All layers, in the order the data meets them.
    pub const ALL: [Layer; 3] = [Layer::Bronze, Layer::Silver, Layer::Gold];

    /// The word used in paths and SQL.
    pub fn as_str(self) -> &'static str {
        match self {
            Layer::Bronze => "bronze",
            Layer::Silver => "silver",
            Layer::Gold => "gold",
        }
    }

    /// The layer of that name.
    pub fn parse(name: &str) -> Option<Layer> {
        Layer::ALL.into_iter().find(|layer| layer.as_str() == name)
    }
}

impl fmt::Display for Layer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A table: its layer and its name. Displays as `layer.name`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableRef {
    /// The layer (and SQL schema).
    pub layer: Layer,
    /// The name within the layer.
    pub name: String,
}

impl TableRef {
    /// The table `name` of `layer`.
    pub fn new(layer: Layer, name: impl Into<String>) -> Self {
        Self { layer, name: name.into() }
    }

    /// The table that `layer.name` names, if `layer` is one of ours.
    pub fn parse(qualified: &str) -> Option<Self> {
        let (layer, name) = qualified.split_once('.')?;
        Some(Self::new(Layer::parse(layer)?, name))
    }
}

impl fmt::Display for TableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.layer, self.name)
    }
}

/// The data folder and every path inside it.
#[derive(Debug, Clone)]
pub struct Lake {
    root: PathBuf,
}

impl Lake {
    /// The lake in folder `root`; nothing is touched.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// The data folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the generator writes raw files.
    pub fn raw(&self) -> PathBuf {
        self.root.join("raw")
    }

    /// Where the private PostgreSQL cluster lives.
    pub fn postgres(&self) -> PathBuf {
        self.root.join("postgres")
    }

    /// The folder of a table's Parquet files.
    pub fn table(&self, table: &TableRef) -> PathBuf {
        self.layer(table.layer).join(&table.name)
    }

    /// The folder of a layer.
    pub fn layer(&self, layer: Layer) -> PathBuf {
        self.root.join(layer.as_str())
    }

    /// The Parquet files of a table, sorted by path; empty where there are none.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read.
    pub fn files(&self, table: &TableRef) -> Result<Vec<PathBuf>> {
        files_below(&self.table(table), "parquet")
    }

    /// The tables of a layer that have at least one file, sorted by name.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder cannot be read.
    pub fn tables(&self, layer: Layer) -> Result<Vec<TableRef>> {
        let mut tables = Vec::new();
        let folder = self.layer(layer);
        if !folder.is_dir() {
            return Ok(tables);
        }
        for entry in fs::read_dir(&folder).map_err(Error::io("list", &folder))? {
            let entry = entry.map_err(Error::io("list", &folder))?;
            let table = TableRef::new(layer, entry.file_name().to_string_lossy());
            if !table.name.starts_with('.') && !self.files(&table)?.is_empty() {
                tables.push(table);
            }
        }
        tables.sort();
        Ok(tables)
    }

    /// A fresh staging folder, in which silver and gold are built before they
    /// take the place of the old ones.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be made.
    pub fn stage(&self) -> Result<Staging> {
        let folder = self.root.join(STAGING);
        remove_folder(&folder)?;
        for layer in Staging::LAYERS {
            let folder = folder.join(layer.as_str());
            fs::create_dir_all(&folder).map_err(Error::io("create", &folder))?;
        }
        Ok(Staging { lake: self.clone(), published: false })
    }

    /// Whether a run is at work in staging, or was killed there.
    pub fn is_staged(&self) -> bool {
        self.root.join(STAGING).exists()
    }

    /// Completes a publication that was cut short, and clears away what an
    /// interrupted run left in staging.
    ///
    /// # Errors
    /// [`Error::Io`] when a folder cannot be moved.
    pub fn recover(&self) -> Result<()> {
        let staging = self.root.join(STAGING);
        if staging.join(READY).exists() { self.swap() } else { remove_folder(&staging) }
    }

    /// Moves every staged layer into place; repeatable at any point.
    fn swap(&self) -> Result<()> {
        let staging = self.root.join(STAGING);
        for layer in Staging::LAYERS {
            let (new, place) = (staging.join(layer.as_str()), self.layer(layer));
            let old = staging.join(format!("old-{layer}"));
            if new.exists() {
                if place.exists() {
                    remove_folder(&old)?;
                    fs::rename(&place, &old).map_err(Error::io("move", &place))?;
                }
                fs::rename(&new, &place).map_err(Error::io("move", &new))?;
            }
        }
        remove_folder(&staging)
    }

    /// Removes a folder of the lake and all in it; one that is not there is fine.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be removed.
    pub fn clear(&self, folder: &Path) -> Result<()> {
        remove_folder(folder)
    }

    /// Takes the folder's lock: one run at a time per data folder. The lock
    /// lasts as long as the returned guard and vanishes with the process.
    ///
    /// # Errors
    /// [`Error::Usage`] when another run holds it.
    pub fn lock(&self) -> Result<LakeLock> {
        // The first thing that any run writes: who may not write here learns which key to change.
        let unwritable = |source| Error::Io {
            action: "write into the folder that lake.data_dir (--data-dir) names,",
            path: self.root.clone(),
            source,
        };
        fs::create_dir_all(&self.root).map_err(unwritable)?;
        let path = self.root.join(".lock");
        let file = File::create(&path).map_err(unwritable)?;
        match file.try_lock() {
            Ok(()) => Ok(LakeLock { _file: file }),
            Err(fs::TryLockError::WouldBlock) => Err(Error::Usage(format!(
                "another clickmill run is using {}; wait for it, or choose another folder with --data-dir",
                self.root.display()
            ))),
            Err(fs::TryLockError::Error(source)) => Err(Error::Io { action: "lock", path, source }),
        }
    }
}

const STAGING: &str = ".staging";

/// Present in staging once all of it is whole and may take its place.
const READY: &str = "READY";

/// Silver and gold in the making. Dropped before [`Staging::publish`], it
/// leaves the lake as it was.
#[derive(Debug)]
pub struct Staging {
    lake: Lake,
    published: bool,
}

impl Staging {
    const LAYERS: [Layer; 2] = [Layer::Silver, Layer::Gold];

    /// The staged folder of a layer.
    pub fn layer(&self, layer: Layer) -> PathBuf {
        self.lake.root.join(STAGING).join(layer.as_str())
    }

    /// The staged folder of a table.
    pub fn table(&self, table: &TableRef) -> PathBuf {
        self.layer(table.layer).join(&table.name)
    }

    /// The folder of a table that other tables are made from and that goes
    /// away with the staging area.
    pub fn working(&self, table: &TableRef) -> PathBuf {
        self.lake.root.join(STAGING).join("working").join(&table.name)
    }

    /// Puts the staged layers in the place of the old ones. A run killed in
    /// between is completed by the next [`Lake::recover`].
    ///
    /// # Errors
    /// [`Error::Io`] when a folder cannot be moved.
    pub fn publish(mut self) -> Result<()> {
        let ready = self.lake.root.join(STAGING).join(READY);
        File::create(&ready).map_err(Error::io("create", &ready))?;
        self.published = true;
        self.lake.swap()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.published {
            // The next run clears what could not be removed now.
            let _ = fs::remove_dir_all(self.lake.root.join(STAGING));
        }
    }
}

/// Removes a folder and all in it; one that is not there is fine.
fn remove_folder(folder: &Path) -> Result<()> {
    match fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Error::Io { action: "remove", path: folder.to_owned(), source: error })
        }
        _ => Ok(()),
    }
}

/// The lock of a data folder; dropping it frees the folder.
#[derive(Debug)]
pub struct LakeLock {
    _file: File,
}

/// Every file below `folder` whose name ends in `.extension`, sorted by path,
/// hidden ones (work in progress) left out. A folder that is not there holds none.
///
/// # Errors
/// [`Error::Io`] when a folder cannot be read.
pub fn files_below(folder: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    collect_files(folder, extension, &mut files)?;
    files.sort();
    Ok(files)
}

fn collect_files(folder: &Path, extension: &str, into: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        if hidden {
            continue;
        }
        if path.is_dir() {
            collect_files(&path, extension, into)?;
        } else if path.extension().is_some_and(|found| found == extension) {
            into.push(path);
        }
    }
    Ok(())
}

/// A file that appears under its final name only when it is whole: written as
/// `.NAME.tmp` beside its place, renamed by [`PartFile::publish`], removed when
/// dropped before that.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    temporary: PathBuf,
    place: PathBuf,
    published: bool,
}

impl PartFile {
    /// Opens the temporary file beside `place`, making folders as needed.
    ///
    /// # Errors
    /// [`Error::Io`] when the folder or file cannot be made.
    pub fn create(place: impl Into<PathBuf>) -> Result<Self> {
        let place = place.into();
        if let Some(folder) = place.parent() {
            fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
        }
        let name = place.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let temporary = place.with_file_name(format!(".{name}.tmp"));
        let file = File::create(&temporary).map_err(Error::io("create", &temporary))?;
        Ok(Self { file, temporary, place, published: false })
    }

    /// The open file, to write into.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Where the file will be.
    pub fn place(&self) -> &Path {
        &self.place
    }

    /// Renames the file to its final name and returns its size in bytes.
    ///
    /// # Errors
    /// [`Error::Io`] when it cannot be flushed or renamed.
    pub fn publish(mut self) -> Result<u64> {
        let bytes = self.file.metadata().map_err(Error::io("measure", &self.temporary))?.len();
        fs::rename(&self.temporary, &self.place).map_err(Error::io("rename", &self.temporary))?;
        self.published = true;
        Ok(bytes)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if !self.published {
            // Nothing more can be done about a temporary file that will not go away.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

impl std::io::Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}
