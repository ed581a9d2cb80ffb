//! Where raw files go: a folder that may not be written, a disk without room,
//! a pipe that ends. Each is said in one sentence, and leaves nothing behind.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workdir::{Ran, Workdir};

const SMALL: &str = "generate --sessions 60 --days 3 --products 20";

/// A file system in memory, mounted while this value lives.
struct Mount {
    place: PathBuf,
}

impl Mount {
    /// Mounts one; none where that is not allowed, which is said.
    fn new(place: PathBuf, options: &str) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let mut mount = Command::new("mount");
        let output = mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&place).output();
        match output {
            Ok(output) if output.status.success() => Some(Self { place }),
            other => {
                eprintln!("skipped: no tmpfs can be mounted here ({other:?})");
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let options = format!("remount,{options}");
        assert!(Command::new("mount").args(["-o", &options]).arg(&self.place).status().unwrap().success());
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

#[test]
fn a_file_in_place_of_the_folder_is_named_with_its_key() {
    let dir = Workdir::new();
    dir.write("data", "a file");
    let said = dir.refused(1, SMALL);
    assert!(
        said.contains("lake.data_dir") && said.contains("--data-dir") && said.contains("exists"),
        "{said}"
    );
    assert_eq!(fs::read_to_string(dir.path("data")).unwrap(), "a file");
    for name in ["raw", "raw/events", "raw/truth"] {
        let dir = Workdir::new();
        dir.write(&format!("data/{name}"), "a file");
        let said = dir.refused(1, SMALL);
        assert!(said.contains(&format!("data/{name}")), "{said}");
        assert_eq!(dir.files("data"), [".lock", name], "nothing is begun that cannot be ended");
    }
}

/// Runs the binary as somebody who may not write into a folder of ours.
#[cfg(unix)]
fn as_a_guest(dir: &Workdir, line: &str, folder: &Path) -> Ran {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    use std::os::unix::process::CommandExt;
    use std::process::Command;
    fs::set_permissions(dir.path(""), fs::Permissions::from_mode(0o755)).unwrap();
    fs::set_permissions(folder, fs::Permissions::from_mode(0o555)).unwrap();
    // Its messages go to a folder of its own.
    dir.write("clickmill.toml", "[log]\ndir = \"\"\n");
    let ours = dir.command(line.split_whitespace());
    // The binary may lie where nobody else may look, such as root's home.
    let binary = dir.path("guest");
    if !binary.exists() {
        fs::copy(ours.get_program(), &binary).unwrap();
    }
    let mut command = Command::new(&binary);
    command.args(ours.get_args()).current_dir(dir.path(""));
    for (name, value) in ours.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    if fs::metadata(folder).unwrap().uid() == 0 {
        // Root may write anywhere, nobody may not.
        command.uid(65_534).gid(65_534);
    }
    let ran = Ran::from(command.output().unwrap());
    fs::set_permissions(folder, fs::Permissions::from_mode(0o755)).unwrap();
    ran
}

#[test]
#[cfg(unix)]
fn a_folder_without_permission_is_named_with_its_key() {
    let dir = Workdir::new();
    fs::create_dir_all(dir.path("locked")).unwrap();
    for data_dir in ["locked", "locked/below"] {
        let ran = as_a_guest(&dir, &format!("{SMALL} --data-dir {data_dir}"), &dir.path("locked"));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.stderr.contains("lake.data_dir (--data-dir)"), "{ran:?}");
        assert!(ran.stderr.contains(data_dir) && ran.stderr.contains("Permission denied"), "{ran:?}");
    }
    assert_eq!(dir.files("locked"), Vec::<String>::new());
}

#[test]
#[cfg(target_os = "linux")]
fn what_cannot_fit_is_refused_before_a_file_is_written() {
    let dir = Workdir::new();
    let Some(_mount) = Mount::new(dir.path("data"), "size=2m") else { return };
    for format in ["csv", "jsonl", "parquet"] {
        let line = format!("generate --days 3 --products 20 --format {format} --sessions");
        let said = dir.refused(2, &format!("{line} 20000"));
        assert!(said.contains("sessions times scale is 20000; it must be at most "), "{said}");
        assert!(said.contains("data/raw has room for 2.") && said.contains("--data-dir"), "{said}");
        assert_eq!(dir.files("data"), [".lock"], "{format}");
        // What it says would fit does fit, give or take.
        let most: f64 = said.split("at most ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        assert!(most > 100.0, "{said}");
        dir.done(&format!("{line} {} --overwrite", (most * 0.7) as u64));
        dir.done("clean");
    }
}

#[test]
fn more_than_any_disk_holds_is_refused() {
    let dir = Workdir::new();
    let said = dir.refused(2, "generate --scale 1000000");
    assert!(said.contains("sessions times scale is 10000000000; it must be at most"), "{said}");
    assert!(!dir.path("data/raw").exists());
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_fills_up_midway_fails_cleanly_and_the_run_is_taken_up_again() {
    const LINE: &str = "generate --sessions 300 --days 30 --products 20";
    let dir = Workdir::new();
    let whole = Workdir::new();
    whole.done(LINE);
    // Files run out here, not bytes, which nobody can know beforehand.
    let Some(mount) = Mount::new(dir.path("data"), "size=64m,nr_inodes=40") else { return };
    let said = dir.refused(1, LINE);
    assert!(said.contains("data/raw/events/") && said.contains("No space left"), "{said}");
    assert_eq!(dir.leftovers(), Vec::<String>::new());
    let all = whole.hashes("data/raw");
    let left = dir.hashes("data/raw");
    assert!(!left.contains_key("_manifest.json") && left.len() > 5, "{left:?}");
    for (file, hash) in left.iter().filter(|(file, _)| file.starts_with("events/")) {
        assert_eq!(all.get(file), Some(hash), "{file} is not whole");
    }
    mount.remount("nr_inodes=1000");
    dir.done(LINE);
    assert_eq!(dir.hashes("data/raw"), all);
}

#[test]
fn a_stream_whose_reader_goes_away_is_no_failure() {
    for format in ["csv", "jsonl"] {
        let dir = Workdir::new();
        let line = format!("generate --sessions 20000 --days 4 --products 20 --stdout --format {format}");
        let mut command = dir.command(line.split_whitespace());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As `head` does: a little, and no more.
        let mut first = [0; 100];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_stream_that_cannot_be_written_is_a_failure() {
    let dir = Workdir::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let words = format!("{SMALL} --stdout");
    let output = dir.command(words.split_whitespace()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("stdout") && said.contains("No space left"), "{said}");
}
