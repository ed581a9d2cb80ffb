//! What else may lie in the raw folder: files of an earlier run, or somebody's own.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::file::FileEntry;
use super::{Format, Options, events};
use crate::error::{Error, Result};
use crate::generate::Plan;
use crate::lake::{PartFile, files_below};

/// Folders of the raw folder that are written into, and itself.
const FOLDERS: [&str; 3] = ["", "events", "truth"];

/// Tries whether files can be made in the raw folder, so that a run which
/// could not end does not begin.
pub(super) fn refuse_unwritable(raw: &Path) -> Result<()> {
    FOLDERS.into_iter().try_for_each(|folder| PartFile::create(raw.join(folder).join("attempt")).map(drop))
}

/// The size of all event files in the raw folder.
pub(super) fn event_bytes(raw: &Path) -> Result<u64> {
    let size = |file: &PathBuf| fs::metadata(file).map_or(0, |found| found.len());
    Ok(event_files(raw)?.iter().map(size).sum())
}

/// Without a manifest, event files are those of a run that did not end, which
/// this run replaces, or somebody's own, which are not ours to touch.
pub(super) fn refuse_strangers(plan: &Arc<Plan>, options: &Options, raw: &Path) -> Result<()> {
    let found = event_files(raw)?;
    if found.is_empty() {
        return Ok(());
    }
    let shards = plan.shards();
    let ours: BTreeSet<_> =
        shards.iter().map(|shard| raw.join(events::path(shard, options.format))).collect();
    match found.iter().find(|file| !ours.contains(*file)) {
        None => Ok(()),
        Some(stranger) => Err(Error::Usage(format!(
            "{} is an event file that this run would not make: add --overwrite (which removes it) \
             or another --data-dir",
            stranger.display()
        ))),
    }
}

/// Removes event files of an earlier run that this one did not write.
pub(super) fn remove_others(raw: &Path, files: &[FileEntry]) -> Result<()> {
    let written: BTreeSet<_> = files.iter().map(|file| raw.join(&file.path)).collect();
    for file in event_files(raw)? {
        if !written.contains(&file) {
            fs::remove_file(&file).map_err(Error::io("remove", &file))?;
            if let Some(day) = file.parent() {
                // A day that still holds files stays.
                let _ = fs::remove_dir(day);
            }
        }
    }
    Ok(())
}

/// Removes what a killed run was writing when it ended.
pub(super) fn remove_unfinished(folder: &Path) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        let path = entry.map_err(Error::io("list", folder))?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            remove_unfinished(&path)?;
        } else if name.starts_with('.') && name.ends_with(".tmp") {
            fs::remove_file(&path).map_err(Error::io("remove", &path))?;
        }
    }
    Ok(())
}

/// The event files in the raw folder, of any format.
fn event_files(raw: &Path) -> Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for format in Format::ALL {
        files.extend(files_below(&raw.join("events"), format.as_str())?);
    }
    Ok(files)
}
