//! Where the machine keeps PostgreSQL's programs.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// A folder with `initdb`, `pg_ctl` and `postgres` of one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Binaries {
    folder: PathBuf,
    /// The major version, such as 15.
    pub(super) major: u32,
}

impl Binaries {
    /// The machine's server programs: those of version `major` where a cluster
    /// asks for it, else the first of PATH, `pg_config`, and the usual folders, newest first.
    pub(super) fn find(major: Option<u32>) -> Option<Self> {
        candidates()
            .into_iter()
            .filter(|folder| {
                ["initdb", "pg_ctl", "postgres"].iter().all(|name| program(folder, name).is_file())
            })
            .filter_map(|folder| Some(Self { major: major_of(&folder)?, folder }))
            .find(|found| major.is_none_or(|major| major == found.major))
    }

    /// The path of a program.
    pub(super) fn program(&self, name: &str) -> PathBuf {
        program(&self.folder, name)
    }
}

/// The command that adds a server to this machine.
pub(super) fn how_to_add() -> &'static str {
    if cfg!(target_os = "macos") {
        "brew install postgresql@16"
    } else if cfg!(windows) {
        "winget install PostgreSQL.PostgreSQL.16"
    } else if Path::new("/usr/bin/dnf").exists() {
        "sudo dnf install postgresql-server"
    } else if Path::new("/sbin/apk").exists() {
        "sudo apk add postgresql16"
    } else {
        "sudo apt-get install postgresql"
    }
}

fn program(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

fn candidates() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    folders.extend(bindir_of_pg_config());
    for (parent, below) in [
        ("/usr/lib/postgresql", "bin"),
        ("/usr/pgsql", "bin"),
        ("/usr/libexec/postgresql", ""),
        ("/opt/homebrew/opt", "bin"),
        ("/usr/local/opt", "bin"),
        ("/Applications/Postgres.app/Contents/Versions", "bin"),
        ("C:\\Program Files\\PostgreSQL", "bin"),
    ] {
        folders.extend(versions_in(Path::new(parent)).into_iter().map(|version| version.join(below)));
    }
    folders.extend(["/usr/bin", "/usr/libexec/postgresql", "/usr/local/pgsql/bin"].map(PathBuf::from));
    folders
}

fn bindir_of_pg_config() -> Option<PathBuf> {
    let output = Command::new("pg_config").arg("--bindir").stderr(Stdio::null()).output().ok()?;
    Some(PathBuf::from(String::from_utf8(output.stdout).ok()?.trim()))
}

/// The folders in `parent` that are named for a version (`15`, `postgresql@16`), newest first.
fn versions_in(parent: &Path) -> Vec<PathBuf> {
    let Ok(entries) = parent.read_dir() else { return Vec::new() };
    let mut versions: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name().to_string_lossy().into_owned();
            let number = name.strip_prefix("postgresql").unwrap_or(&name).trim_start_matches(['@', '-']);
            Some((number.split('.').next()?.parse().ok()?, entry.path()))
        })
        .collect();
    versions.sort_by(|left, right| right.cmp(left));
    versions.into_iter().map(|(_, path)| path).collect()
}

fn major_of(folder: &Path) -> Option<u32> {
    let output = Command::new(program(folder, "postgres")).arg("--version").output().ok()?;
    parse_major(&String::from_utf8(output.stdout).ok()?)
}

/// The 15 of `postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)` or of `16beta1`.
fn parse_major(version: &str) -> Option<u32> {
    let number = version.split("(PostgreSQL)").nth(1)?.trim_start();
    let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_major("postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n"), Some(15));
        assert_eq!(parse_major("postgres (PostgreSQL) 17beta2\n"), Some(17));
        assert_eq!(parse_major("EnterpriseDB\n"), None);
    }

    #[test]
    fn the_newest_version_comes_first_by_number() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["9.6", "15", "postgresql@16", "README", "postgresql-common"] {
            std::fs::create_dir(folder.path().join(name)).unwrap();
        }
        let names: Vec<_> = versions_in(folder.path())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["postgresql@16", "15", "9.6"]);
    }
}
