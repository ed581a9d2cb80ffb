//! Made data in pieces: killed and taken up again, shared among machines, poured into a pipe.

use std::collections::BTreeMap;
use std::fs;
use std::process::Stdio;
use std::time::{Duration, SystemTime};

use crate::workdir::Workdir;

/// Many small files, so that a run can be killed between them.
const MANY: &str = "generate --sessions 6000 --days 90 --products 50 --threads 2";

/// When each finished event file was written.
fn written(dir: &Workdir) -> BTreeMap<String, SystemTime> {
    let files = dir.files("data/raw/events").into_iter().filter(|file| !file.ends_with(".tmp"));
    files
        .map(|file| {
            let time = fs::metadata(dir.path("data/raw/events").join(&file)).unwrap().modified().unwrap();
            (file, time)
        })
        .collect()
}

#[test]
#[cfg(unix)]
fn a_killed_run_resumes_to_the_same_bytes_and_keeps_what_was_finished() {
    for format in ["csv", "parquet"] {
        let line = format!("{MANY} --format {format}");
        let whole = Workdir::new();
        whole.done(&line);
        let all = whole.hashes("data/raw");
        assert!(all.len() > 90);

        let mut killed_midway = 0;
        for wanted in [0, 1, 10, 45, 80] {
            let dir = Workdir::new();
            let mut command = dir.command(line.split_whitespace());
            let mut child = command.stdout(Stdio::null()).spawn().unwrap();
            // Killed (this is SIGKILL) as soon as so many files are there.
            while written(&dir).len() < wanted && child.try_wait().unwrap().is_none() {
                std::thread::sleep(Duration::from_micros(300));
            }
            child.kill().unwrap();
            child.wait().unwrap();

            let before = written(&dir);
            let was_complete = dir.path("data/raw/_manifest.json").exists();
            killed_midway += usize::from(!was_complete && !before.is_empty());
            for (file, hash) in dir.hashes("data/raw/events") {
                let name = format!("events/{file}");
                assert!(file.ends_with(".tmp") || all.get(&name) == Some(&hash), "{name} is not whole");
            }
            dir.done(&line);
            assert_eq!(dir.hashes("data/raw"), all, "{format}, killed at {wanted} files");
            let after = written(&dir);
            let kept = before.iter().filter(|(file, time)| after.get(*file) == Some(time)).count();
            // A file gets its name a moment before it is noted as finished: one for each thread.
            assert!(kept + 2 >= before.len(), "{format}: {kept} of {} files were kept", before.len());
        }
        assert!(killed_midway >= 2, "{format}: only {killed_midway} runs were killed midway");
    }
}

#[test]
#[cfg(unix)]
fn an_interrupted_run_is_refused_to_other_settings_until_told() {
    let dir = Workdir::new();
    let ran =
        dir.interrupted("generate --sessions 200000 --days 30 --products 50", Duration::from_millis(1500));
    assert_eq!(ran.code, Some(130), "{ran:?}");
    let said = dir.refused(2, "generate --sessions 100 --days 30 --products 50");
    assert!(said.contains("sessions 200000, you asked for sessions 100"), "{said}");
    dir.done("generate --sessions 100 --days 30 --products 50 --overwrite");
    assert_eq!(dir.leftovers(), Vec::<String>::new());
    assert!(!dir.path("data/raw/_finished.list").exists());
}

#[test]
fn any_number_of_parts_makes_the_same_files() {
    const LINE: &str = "generate --sessions 3000 --days 7 --products 40";
    let whole = Workdir::new();
    whole.done(LINE);
    for parts in [1, 3, 10] {
        let gathered = Workdir::new();
        let mut files = 0;
        for part in (1..=parts).rev() {
            let machine = Workdir::new();
            let said = machine.done(&format!("{LINE} --parts {parts} --part {part}"));
            assert!(said.contains(&format!("part {part} of {parts}")), "{said}");
            assert!(!machine.path("data/raw/_manifest.json").exists(), "a part is not the whole");
            files += machine.files("data/raw/events").len();
            for file in machine.files("data/raw") {
                gathered.write(
                    &format!("data/raw/{file}"),
                    fs::read(machine.path("data/raw").join(&file)).unwrap(),
                );
            }
        }
        assert_eq!(files, 7, "{parts} parts share the files without making one twice");
        let before = written(&gathered);
        gathered.done(LINE);
        assert_eq!(gathered.hashes("data/raw"), whole.hashes("data/raw"), "{parts} parts");
        assert_eq!(written(&gathered), before, "the closing run makes no event file again");
    }
    let said = whole.refused(2, &format!("{LINE} --parts 3 --part 4"));
    assert!(said.contains("part is 4; it must be between 1 and 3"), "{said}");
}

#[test]
fn stdout_gets_the_rows_of_the_files_and_nothing_else() {
    const LINE: &str = "generate --sessions 500 --days 5 --products 40";
    for format in ["csv", "jsonl"] {
        let files = Workdir::new();
        files.done(&format!("{LINE} --format {format}"));
        let mut rows = String::new();
        for file in files.files("data/raw/events") {
            let text = fs::read_to_string(files.path("data/raw/events").join(file)).unwrap();
            let header = if format == "csv" && !rows.is_empty() { text.find('\n').unwrap() + 1 } else { 0 };
            rows += &text[header..];
        }
        for threads in [1, 4] {
            let pipe = Workdir::new();
            let ran = pipe.run(&format!("{LINE} --format {format} --stdout --threads {threads}"));
            assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""));
            assert!(ran.stdout == rows, "{format}, {threads} threads: the stream is not the files' rows");
            assert!(!pipe.path("data").exists(), "--stdout makes no file");
        }
    }
    let said = Workdir::new().refused(2, &format!("{LINE} --format parquet --stdout"));
    assert!(said.contains("must be csv or jsonl with --stdout"), "{said}");
}
