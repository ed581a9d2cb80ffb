//! Files for Tableau: a data source (`.tds`) for each view, with captions,
//! roles, default aggregations, number formats, ratios and descriptions, and a
//! workbook (`.twb`) of four sheets and a dashboard over them. All of it
//! comes from the heads and comments of `sql/postgres/views`, so that what
//! Tableau shows is what the warehouse says of itself. No file holds a password.

mod address;
mod sheet;
mod source;
pub mod view;
mod workbook;
mod xml;

use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

pub use self::address::Address;
pub use self::view::View;

/// The schema that holds the views.
const SCHEMA: &str = "analytics";
/// The file format: every Tableau since 2018.1 reads it.
const VERSION: &str = "18.1";

/// Writes all files into `folder`, and returns their paths. Each is written
/// beside its place and renamed when whole; those of views that are no more go.
///
/// # Errors
/// [`Error::Load`] when a view does not describe itself, [`Error::Io`] when a file cannot be written.
pub fn write(folder: &Path, address: &Address) -> Result<Vec<PathBuf>> {
    let files = files(address)?;
    fs::create_dir_all(folder).map_err(Error::io("create", folder))?;
    for (name, text) in &files {
        let (path, beside) = (folder.join(name), folder.join(format!(".{name}.tmp")));
        fs::write(&beside, text).map_err(Error::io("write", &beside))?;
        fs::rename(&beside, &path).map_err(Error::io("write", &path))?;
    }
    for entry in fs::read_dir(folder).map_err(Error::io("read", folder))?.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_ours = name.starts_with("vw_") && name.ends_with(".tds");
        if is_ours && files.iter().all(|(written, _)| *written != name) {
            fs::remove_file(entry.path()).map_err(Error::io("remove", &entry.path()))?;
        }
    }
    Ok(files.into_iter().map(|(name, _)| folder.join(name)).collect())
}

/// Every file by name: the workbook, and a data source for each view.
fn files(address: &Address) -> Result<Vec<(String, String)>> {
    let views = View::all()?;
    let mut files = vec![("clickmill.twb".to_owned(), workbook::document(&views, address)?.to_string())];
    files.extend(
        views.iter().map(|view| (format!("{}.tds", view.name), source::document(view, address).to_string())),
    );
    Ok(files)
}
