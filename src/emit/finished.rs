//! The list of finished event files, kept while a run is in the making: what a
//! killed run leaves behind for the next one, and one part of a run for another.
//!
//! `_finished.list` holds what was asked for, then a line for each event file
//! that has its final name. A part of a run keeps a list of its own
//! (`_finished-2-of-4.list`); the run that closes the folder reads all of
//! them, writes the manifest, and removes them.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use serde::{Deserialize, Serialize};

use super::Options;
use super::file::FileEntry;
use super::manifest::{Asked, Manifest};
use crate::error::{Error, Result};
use crate::generate::Plan;

/// The first line of a list.
#[derive(Serialize, Deserialize)]
struct Head {
    version: String,
    options: Asked,
}

/// The finished event files of this plan, old and new.
pub(super) struct Finished {
    raw: PathBuf,
    known: BTreeMap<String, FileEntry>,
    list: Mutex<File>,
    path: PathBuf,
}

impl Finished {
    /// Reads the lists in the folder `raw` and goes on with the one of this
    /// run; files of an earlier `manifest` are finished too.
    ///
    /// # Errors
    /// [`Error::Usage`] when a list was made with other options, unless they
    /// are to be overwritten.
    pub(super) fn open(
        plan: &Plan,
        options: &Options,
        raw: &Path,
        manifest: Option<&Manifest>,
    ) -> Result<Self> {
        let head = Head { version: env!("CARGO_PKG_VERSION").to_owned(), options: Asked::new(plan, options) };
        let mut known = BTreeMap::new();
        for file in manifest.into_iter().flat_map(|manifest| &manifest.files) {
            known.insert(file.path.clone(), file.clone());
        }
        fs::create_dir_all(raw).map_err(Error::io("create", raw))?;
        let path = raw.join(match options.part {
            None => "_finished.list".to_owned(),
            Some(part) => format!("_finished-{}-of-{}.list", part.number, part.of),
        });
        for list in lists(raw)? {
            if options.overwrite {
                fs::remove_file(&list).map_err(Error::io("remove", &list))?;
                continue;
            }
            let text = fs::read_to_string(&list).map_err(Error::io("read", &list))?;
            let mut lines = text.lines();
            // A list without a whole first line was cut short before any file was finished.
            let Some(made) = lines.next().and_then(|line| serde_json::from_str::<Head>(line).ok()) else {
                fs::remove_file(&list).map_err(Error::io("remove", &list))?;
                continue;
            };
            made.options.compare(&made.version, &head.options, raw)?;
            // The last line may have been cut short.
            for file in lines.filter_map(|line| serde_json::from_str::<FileEntry>(line).ok()) {
                known.insert(file.path.clone(), file);
            }
        }
        let is_new = !path.exists();
        let list =
            OpenOptions::new().create(true).append(true).open(&path).map_err(Error::io("open", &path))?;
        let finished = Self { raw: raw.to_owned(), known, list: Mutex::new(list), path };
        if is_new {
            finished.line(&head)?;
        } else {
            // Ends a line that was cut short.
            finished.append(b"\n")?;
        }
        Ok(finished)
    }

    /// The file at that path, if it is finished and still there.
    pub(super) fn entry(&self, path: &str) -> Option<FileEntry> {
        let file = self.known.get(path)?;
        let found = fs::metadata(self.raw.join(path)).ok()?;
        (found.len() == file.bytes).then(|| file.clone())
    }

    /// Notes a file that has just been given its name.
    pub(super) fn note(&self, file: &FileEntry) -> Result<()> {
        self.line(file)
    }

    fn line(&self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_vec(line)
            .map_err(|error| Error::Generate(format!("cannot note a file: {error}")))?;
        text.push(b'\n');
        self.append(&text)
    }

    fn append(&self, bytes: &[u8]) -> Result<()> {
        let mut list = self.list.lock().unwrap_or_else(PoisonError::into_inner);
        list.write_all(bytes).map_err(Error::io("write", &self.path))
    }

    /// Removes the lists: the manifest says it all now.
    pub(super) fn remove(self) -> Result<()> {
        for list in lists(&self.raw)? {
            fs::remove_file(&list).map_err(Error::io("remove", &list))?;
        }
        Ok(())
    }
}

/// The lists in the raw folder.
fn lists(raw: &Path) -> Result<Vec<PathBuf>> {
    let mut lists = Vec::new();
    for entry in fs::read_dir(raw).map_err(Error::io("list", raw))? {
        let path = entry.map_err(Error::io("list", raw))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with("_finished") && name.ends_with(".list") {
            lists.push(path);
        }
    }
    Ok(lists)
}
