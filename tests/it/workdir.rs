//! A scratch folder in which the real binary is run as a user would run it.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::lake::Lake;
use sha2::{Digest, Sha256};

/// The folder; what was started in it is stopped, and all of it goes, with this value.
pub struct Workdir {
    root: PathBuf,
    _folder: Option<tempfile::TempDir>,
}

/// What a run of the binary gave.
#[derive(Debug)]
pub struct Ran {
    /// Exit code; none after a signal.
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Workdir {
    pub fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("clickmill-it-").tempdir().unwrap();
        Self { root: folder.path().to_owned(), _folder: Some(folder) }
    }

    /// A folder among the build's files, for what many tests read: nobody drops a static.
    pub fn lasting(name: &str) -> Self {
        let root = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        let _ = fs::remove_dir_all(&root);
        fs::create_dir_all(&root).unwrap();
        Self { root, _folder: None }
    }

    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// Writes a file, with its folders, and returns its path.
    pub fn write(&self, relative: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    /// The binary, to be run in this folder, deaf to the variables around the tests.
    pub fn command<S: AsRef<std::ffi::OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_clickmill"));
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("PG") || text.starts_with("CLICKMILL_") || text == "DATABASE_URL" {
                command.env_remove(&name);
            }
        }
        command.env_remove("RUST_LOG").args(args).current_dir(&self.root).stdin(Stdio::null());
        command
    }

    /// Runs the binary with the words of `line` as arguments.
    pub fn run(&self, line: &str) -> Ran {
        self.run_args(&line.split_whitespace().collect::<Vec<_>>())
    }

    pub fn run_args(&self, args: &[&str]) -> Ran {
        Ran::from(self.command(args).output().unwrap())
    }

    /// As [`Workdir::run`], for what must end well; returns stdout.
    pub fn done(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(0), "clickmill {line}: {ran:?}");
        ran.stdout
    }

    /// As [`Workdir::run`], for what must end with `code`; returns stderr.
    pub fn refused(&self, code: i32, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(code), "clickmill {line}: {ran:?}");
        assert!(ran.stderr.starts_with("error: "), "clickmill {line}: {ran:?}");
        ran.stderr
    }

    /// Whether a private PostgreSQL can be had here; says so where not.
    pub fn has_postgres(&self) -> bool {
        let ran = self.run("db start");
        if ran.code != Some(0) {
            assert!(ran.stderr.contains("no PostgreSQL server programs"), "{ran:?}");
            eprintln!("skipped what needs PostgreSQL: {}", ran.stderr);
        }
        ran.code == Some(0)
    }

    /// What psql prints for a statement, on the private PostgreSQL.
    pub fn psql(&self, sql: &str) -> String {
        let ran = self.run_args(&["db", "psql", "--", "-v", "ON_ERROR_STOP=1", "-Atc", sql]);
        assert_eq!(ran.code, Some(0), "{sql}: {ran:?}");
        ran.stdout.trim_end().to_owned()
    }

    pub fn lake(&self) -> Lake {
        Lake::new(self.path("data"))
    }

    /// The rows of a statement over the lake, cells joined by spaces, null as a dot. The true
    /// sessions of made data, where they are, can be read as `bronze.truth`.
    pub fn rows(&self, sql: &str) -> Vec<String> {
        let lake = self.lake();
        let engine = LocalEngine::open(&lake, &engine::Options::default()).unwrap();
        let truth = lake.raw().join("truth/sessions.parquet");
        if truth.is_file() {
            engine.attach_files("bronze", "truth", &[truth], false).unwrap();
        }
        let batches = (&engine as &dyn Engine).collect(sql, &Params::new()).unwrap();
        let options = FormatOptions::default().with_null(".");
        let mut rows = Vec::new();
        for batch in &batches {
            let cells: Vec<_> = batch
                .columns()
                .iter()
                .map(|column| ArrayFormatter::try_new(column.as_ref(), &options).unwrap())
                .collect();
            for row in 0..batch.num_rows() {
                rows.push(cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>().join(" "));
            }
        }
        rows
    }

    /// The one row of a statement over the lake.
    pub fn row(&self, sql: &str) -> String {
        let rows = self.rows(sql);
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// Every file below a folder, by its path there, except the private PostgreSQL's.
    pub fn files(&self, relative: &str) -> Vec<String> {
        let root = self.path(relative);
        let mut files = Vec::new();
        walk(&root, &mut files);
        let mut files: Vec<_> = files
            .iter()
            .map(|file| file.strip_prefix(&root).unwrap().to_string_lossy().replace('\\', "/"))
            .filter(|file| !file.starts_with("postgres/") && !file.starts_with("data/postgres/"))
            .collect();
        files.sort();
        files
    }

    /// SHA-256 of every file below a folder, as [`Workdir::files`] lists them.
    pub fn hashes(&self, relative: &str) -> BTreeMap<String, String> {
        let root = self.path(relative);
        self.files(relative)
            .into_iter()
            .map(|file| {
                let hash = Sha256::digest(fs::read(root.join(&file)).unwrap());
                (file, hash.iter().map(|byte| format!("{byte:02x}")).collect())
            })
            .collect()
    }

    /// Files in the making that somebody left behind.
    pub fn leftovers(&self) -> Vec<String> {
        self.files("data")
            .into_iter()
            .chain(self.files("reports"))
            .filter(|file| file.ends_with(".tmp") || file.contains(".staging"))
            .collect()
    }

    /// Runs the binary and sends it SIGINT after a while.
    #[cfg(unix)]
    pub fn interrupted(&self, line: &str, after: Duration) -> Ran {
        let mut command = self.command(line.split_whitespace());
        let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let until = Instant::now() + after;
        std::thread::sleep(until.saturating_duration_since(Instant::now()));
        // Where it has ended already there is nobody to interrupt.
        let _ = Command::new("kill").args(["-INT", &child.id().to_string()]).output();
        Ran::from(child.wait_with_output().unwrap())
    }
}

impl Drop for Workdir {
    fn drop(&mut self) {
        if self.path("data").exists() {
            let _ = self.command(["clean"]).output();
        }
    }
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() && !path.ends_with("postgres") {
            walk(&path, into);
        } else if path.is_file() {
            into.push(path);
        }
    }
}

/// A file of real rows that stands beside the project, where it does.
pub fn shared(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CLICKMILL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join("data").join(file);
    if !path.is_file() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path.canonicalize().unwrap())
}
