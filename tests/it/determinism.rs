//! `docs/determinism.md` publishes the sums of made data; here they are made again.

use std::fs;
use std::path::Path;

use sha2::{Digest, Sha256};

use crate::workdir::Workdir;

/// A row of the table: size, command, events, sum.
fn cells(line: &str) -> Option<[&str; 4]> {
    let cells: Vec<_> =
        line.strip_prefix('|')?.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
    let row = <[&str; 4]>::try_from(cells.get(..4)?).ok()?;
    row[1].starts_with("generate").then_some(row)
}

/// The sum of all raw files but the manifest, and the events in them.
fn made(command: &str) -> (String, String) {
    let dir = Workdir::new();
    dir.done(command);
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path("data/raw/_manifest.json")).unwrap()).unwrap();
    let tables = manifest["tables"].as_array().unwrap();
    let events = tables.iter().find(|table| table["table"] == "raw.events").unwrap();
    let mut hashes = dir.hashes("data/raw");
    hashes.remove("_manifest.json");
    let list: String = hashes.iter().map(|(path, hash)| format!("{hash}  {path}\n")).collect();
    let sum = Sha256::digest(list).iter().map(|byte| format!("{byte:02x}")).collect();
    (events["rows"].to_string(), sum)
}

#[test]
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
fn the_sums_are_the_published_ones() {
    let asked = |name| std::env::var_os(name).is_some();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/determinism.md");
    let text = fs::read_to_string(&path).unwrap();
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    let mut checked = 0;
    for line in &mut lines {
        let Some([size, command, events, sum]) = cells(line) else { continue };
        if size == "large" && !asked("CLICKMILL_LARGE") {
            continue;
        }
        let found = made(command);
        if asked("CLICKMILL_UPDATE") {
            *line = format!("| {size} | `{command}` | {} | `{}` |", found.0, found.1);
        } else {
            assert_eq!(found, (events.to_owned(), sum.to_owned()), "{size}: {command}");
        }
        checked += 1;
    }
    assert!(checked >= 3, "the table is gone");
    if asked("CLICKMILL_UPDATE") {
        fs::write(&path, lines.join("\n") + "\n").unwrap();
    }
}
