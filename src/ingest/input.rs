//! From what the user named (files, folders, patterns, addresses) to files.

use std::fs;
use std::path::{Component, Path, PathBuf};

use chrono::{DateTime, Utc};

use super::content::Format;
use super::{fetch, refused};
use crate::error::{Error, Result};
use crate::lake::Lake;

/// The file that ends our own raw folder: it is there when the folder is whole.
const MANIFEST: &str = "_manifest.json";

/// Says what a folder is searched for.
const KNOWN_FILES: &str = ".csv, .tsv, .jsonl, .ndjson, .json or .parquet, also with .gz or .zst";

/// A file to ingest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct InputFile {
    pub(super) path: PathBuf,
    /// The path, or the address it was fetched from, as the user gave it.
    pub(super) given: String,
    pub(super) covers: Covers,
}

/// The span of time of which a raw folder holds every event, where it says so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Covers {
    pub(super) from: Option<DateTime<Utc>>,
    pub(super) until: Option<DateTime<Utc>>,
}

/// The files that `inputs` name, in that order, those of a folder by path;
/// without inputs, the lake's own raw files.
pub(super) fn resolve(lake: &Lake, inputs: &[PathBuf]) -> Result<Vec<InputFile>> {
    let mut files: Vec<InputFile> = Vec::new();
    if inputs.is_empty() {
        let raw = lake.raw();
        if !raw.join(MANIFEST).is_file() {
            return Err(refused(
                &raw,
                "holds no finished raw files; run `clickmill generate`, or name files with --input",
            ));
        }
        return own_raw(&raw);
    }
    for input in inputs {
        let found = match input.to_str() {
            Some(url) if is_url(url) => {
                let path = fetch::fetch(url, &lake.raw().join("imports"))?;
                vec![InputFile { path, given: fetch::without_secrets(url), covers: Covers::default() }]
            }
            _ if input.is_dir() => folder(input)?,
            _ if input.exists() => vec![file(input)],
            Some(pattern) if is_pattern(pattern) => matching(input)?,
            _ => return Err(refused(input, "there is no such file or folder")),
        };
        for file in found {
            if !files.iter().any(|known| known.path == file.path) {
                files.push(file);
            }
        }
    }
    Ok(files)
}

fn file(path: &Path) -> InputFile {
    let given = path.to_string_lossy().replace('\\', "/");
    InputFile { path: path.to_owned(), given, covers: Covers::default() }
}

fn is_url(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://")
}

fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?'])
}

/// Every data file below a folder, or the raw files of our own generator.
fn folder(path: &Path) -> Result<Vec<InputFile>> {
    if path.join(MANIFEST).is_file() {
        return own_raw(path);
    }
    let mut paths = Vec::new();
    data_files(path, &mut paths)?;
    if paths.is_empty() {
        return Err(refused(path, format!("no data file is in this folder or below it ({KNOWN_FILES})")));
    }
    Ok(paths.iter().map(|path| file(path)).collect())
}

/// `users.*`, `products.*` and `events/**` of a folder with a manifest.
fn own_raw(folder: &Path) -> Result<Vec<InputFile>> {
    let mut events = Vec::new();
    data_files(&folder.join("events"), &mut events)?;
    if events.is_empty() {
        return Err(refused(folder, "has a _manifest.json and no data file in events/; generate it again"));
    }
    let mut paths: Vec<_> = entries(folder)?
        .into_iter()
        .filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            let is_table = name.starts_with("users.") || name.starts_with("products.");
            is_table && path.is_file() && Format::of_name(path).is_some()
        })
        .collect();
    paths.extend(events);
    let covers = covers(&folder.join(MANIFEST))?;
    Ok(paths.iter().map(|path| InputFile { covers, ..file(path) }).collect())
}

/// The span that a manifest says its events cover.
fn covers(manifest: &Path) -> Result<Covers> {
    let text = fs::read_to_string(manifest).map_err(Error::io("read", manifest))?;
    let manifest: serde_json::Value = serde_json::from_str(&text)
        .map_err(|error| refused(manifest, format!("is not JSON ({error}); generate the folder again")))?;
    let time = |key: &str| {
        let text = manifest.get(key)?.as_str()?;
        Some(DateTime::parse_from_rfc3339(text).ok()?.with_timezone(&Utc))
    };
    Ok(Covers { from: time("covers_from"), until: time("covers_until") })
}

/// The data files below a folder by path. Hidden ones, `_`-prefixed ones and
/// `truth/` are not data.
fn data_files(folder: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    if !folder.is_dir() {
        return Ok(());
    }
    for path in entries(folder)? {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if name.starts_with(['.', '_']) {
            continue;
        }
        if path.is_dir() {
            if name != "truth" {
                data_files(&path, into)?;
            }
        } else if Format::of_name(&path).is_some() {
            into.push(path);
        }
    }
    Ok(())
}

/// What is directly in a folder, sorted.
fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder).map_err(Error::io("list", folder))? {
        paths.push(entry.map_err(Error::io("list", folder))?.path());
    }
    paths.sort();
    Ok(paths)
}

/// The files that a pattern means: `*` and `?` within a name, `**` for any folders.
fn matching(pattern: &Path) -> Result<Vec<InputFile>> {
    let mut paths = vec![PathBuf::new()];
    let components: Vec<_> = pattern.components().collect();
    for (position, component) in components.iter().enumerate() {
        let name = component.as_os_str().to_string_lossy();
        let mut next = Vec::new();
        for base in &paths {
            match component {
                Component::Normal(_) if name == "**" => all_folders(base, &mut next)?,
                Component::Normal(_) if is_pattern(&name) => {
                    let found = if here(base).is_dir() { entries(here(base))? } else { Vec::new() };
                    next.extend(found.into_iter().filter_map(|path| {
                        let found = path.file_name()?.to_string_lossy().into_owned();
                        (!found.starts_with('.') && fits(&name, &found)).then(|| base.join(found))
                    }));
                }
                _ => {
                    let path = base.join(component);
                    // A root or `..` is there; a name may not be, below one of several folders.
                    if position == 0 || path.exists() {
                        next.push(path);
                    }
                }
            }
        }
        paths = next;
    }
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            files.extend(folder(&path)?);
        } else if path.is_file() {
            files.push(file(&path));
        }
    }
    if files.is_empty() {
        return Err(refused(pattern, "no file fits this pattern"));
    }
    Ok(files)
}

/// An empty path means the current folder.
fn here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

/// `base` and every folder below it, hidden ones left out.
fn all_folders(base: &Path, into: &mut Vec<PathBuf>) -> Result<()> {
    into.push(base.to_owned());
    for path in entries(here(base))? {
        let Some(name) = path.file_name().map(|name| name.to_string_lossy().into_owned()) else { continue };
        if path.is_dir() && !name.starts_with('.') {
            all_folders(&base.join(name), into)?;
        }
    }
    Ok(())
}

/// Whether a name fits a pattern of `*` (any characters) and `?` (any one).
fn fits(pattern: &str, name: &str) -> bool {
    match pattern.chars().next() {
        None => name.is_empty(),
        Some('*') => {
            let rest = &pattern[1..];
            fits(rest, name)
                || name.chars().next().is_some_and(|first| fits(pattern, &name[first.len_utf8()..]))
        }
        Some(wanted) => name.chars().next().is_some_and(|first| {
            (wanted == '?' || wanted == first)
                && fits(&pattern[wanted.len_utf8()..], &name[first.len_utf8()..])
        }),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]

    use super::*;

    fn names(folder: &Path, inputs: &[&str]) -> Vec<String> {
        let inputs: Vec<_> = inputs.iter().map(|input| folder.join(input)).collect();
        let files = resolve(&Lake::new(folder.join("data")), &inputs).unwrap();
        let below = |file: InputFile| file.path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
        files.into_iter().map(below).collect()
    }

    fn folder_with(files: &[&str]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        for file in files {
            let path = folder.path().join(file);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "a\n1\n").unwrap();
        }
        folder
    }

    #[test]
    fn a_folder_is_searched_to_its_depth() {
        let folder = folder_with(&[
            "in/event_date=2026-01-01/b.csv",
            "in/a.jsonl.gz",
            "in/c.parquet",
            "in/.hidden.csv",
            "in/_note.json",
            "in/truth/sessions.parquet",
            "in/readme.txt",
        ]);
        let found = names(folder.path(), &["in"]);
        assert_eq!(found, ["in/a.jsonl.gz", "in/c.parquet", "in/event_date=2026-01-01/b.csv"]);
    }

    #[test]
    fn patterns_reach_files_in_folders() {
        let folder = folder_with(&["x/1.csv", "x/2.csv", "x/20.csv", "y/z/1.csv", "y/1.txt"]);
        assert_eq!(names(folder.path(), &["x/?.csv"]), ["x/1.csv", "x/2.csv"]);
        assert_eq!(names(folder.path(), &["*/2*.csv"]), ["x/2.csv", "x/20.csv"]);
        assert_eq!(names(folder.path(), &["**/1.csv"]), ["x/1.csv", "y/z/1.csv"]);
        assert_eq!(names(folder.path(), &["x/1.csv", "x/*.csv"]), ["x/1.csv", "x/2.csv", "x/20.csv"]);
    }

    #[test]
    fn our_own_raw_folder_is_read_by_its_plan() {
        let folder =
            folder_with(&["raw/events/dt=2026-01-01/part-0.csv", "raw/users.csv", "raw/imports/x.csv"]);
        let manifest = r#"{"covers_from":"2026-01-01T00:00:00Z","covers_until":"2026-01-02T00:00:00Z"}"#;
        fs::write(folder.path().join("raw/_manifest.json"), manifest).unwrap();
        let files = own_raw(&folder.path().join("raw")).unwrap();
        assert_eq!(files.len(), 2);
        assert!(files[0].given.ends_with("raw/users.csv"));
        assert_eq!(files[1].covers.until.unwrap().to_rfc3339(), "2026-01-02T00:00:00+00:00");
    }

    #[test]
    fn what_is_not_there_is_said() {
        let folder = folder_with(&["empty/readme.txt"]);
        let error = |input: &str| {
            let inputs = [folder.path().join(input)];
            resolve(&Lake::new(folder.path()), &inputs).unwrap_err().to_string()
        };
        assert!(error("nowhere.csv").contains("no such file"));
        assert!(error("empty").contains("no data file"));
        assert!(error("*.csv").contains("no file fits"));
        let none = resolve(&Lake::new(folder.path()), &[]).unwrap_err().to_string();
        assert!(none.contains("clickmill generate"), "{none}");
    }
}
