//! What is said of input that cannot be read, and that nothing stays behind.

use super::*;

#[test]
fn bad_input_is_said_and_leaves_nothing() {
    let scratch = Scratch::new();
    let cases: Vec<(&str, Vec<u8>, &[&str])> = vec![
        ("empty.csv", b"".to_vec(), &["empty (0 bytes)"]),
        ("blank.csv", b"\n\n".to_vec(), &["no header"]),
        ("header_only.csv", format!("{HEADER}\n").into(), &["no event"]),
        ("no_users.csv", b"user_id,signup_date\n".to_vec(), &["no row"]),
        (
            "colon.csv",
            HEADER.replace(',', ":").into(),
            &["no known source", "1 column: event_id:visitor_id", "delimiter", "rees46 ("],
        ),
        (
            "unknown.csv",
            b"a,b\n1,2\n".to_vec(),
            &["2 columns: a, b", "--source", "clickmill (event_id, visitor_id"],
        ),
        ("twice.csv", b"a,b,a\n1,2,3\n".to_vec(), &["two columns named \"a\""]),
        ("reserved.csv", format!("{HEADER},_batch_id\n1,2,3,4,5,6,7\n").into(), &["_batch_id", "rename"]),
        ("latin.csv", b"caf\xE9,b\n1,2\n".to_vec(), &["not UTF-8"]),
        ("utf16.csv", b"\xFF\xFEe\0v\0".to_vec(), &["UTF-16"]),
        ("utf16_bare.csv", b"e\0v\0\n\0".to_vec(), &["UTF-16"]),
        ("cut.csv.gz", gzip(events().repeat(50).as_bytes())[..150].to_vec(), &["cut off"]),
        ("broken.csv.zst", zstd::encode_all(events().as_bytes(), 1).unwrap()[..60].to_vec(), &["cut off"]),
        ("array.json", b"[{\"a\":1}, oops]".to_vec(), &["not JSON"]),
        ("numbers.jsonl", b"1\n2\n".to_vec(), &["no JSON object"]),
    ];
    for (name, content, expected) in cases {
        let said = scratch.refusal(scratch.file(name, content));
        assert!(said.contains(name), "{said}");
        for words in expected {
            assert!(said.contains(words), "{name}: {words:?} is not in: {said}");
        }
    }
    let said = scratch.refusal(scratch.folder.path().join("missing.csv"));
    assert!(said.contains("no such file"), "{said}");
}

/// A gzip that breaks off behind its first rows, when writing has begun.
#[test]
fn a_gzip_cut_off_late_leaves_nothing() {
    let scratch = Scratch::new();
    let mut content = format!("{HEADER}\n");
    for number in 0..200_000 {
        content +=
            &format!("e{number},v{},t,page_view,p{},\n", number * 7919 % 1000, number * 104_729 % 3001);
    }
    let packed = gzip(content.as_bytes());
    let said = scratch.refusal(scratch.file("events.csv.gz", &packed[..packed.len() - 10]));
    assert!(said.contains("cut off"), "{said}");
    scratch.ingest(scratch.file("whole.csv.gz", packed)).unwrap();
    assert_eq!(scratch.only_batch().rows, 200_000);
}

#[test]
fn a_named_source_says_what_is_missing() {
    let scratch = Scratch::new();
    let path = scratch
        .file("oct.csv", "event_time,event_type,product_id,category_id,category_code,brand,price,user_id\n");
    let said = scratch.ingest_as(&path, "rees46").unwrap_err().to_string();
    assert!(
        said.contains("oct.csv: rees46 needs the column user_session; the header has: event_time, "),
        "{said}"
    );
    let said = scratch.ingest_as(&path, "rees64").unwrap_err();
    assert_eq!(said.exit_code(), 2);
    assert!(said.to_string().contains("known are clickmill"), "{said}");
}

#[test]
fn one_bad_file_is_said_before_anything_is_written() {
    let scratch = Scratch::new();
    scratch.file("in/1.csv", events());
    scratch.file("in/2.csv", "a,b\n1,2\n");
    let said = scratch.refusal(scratch.folder.path().join("in"));
    assert!(said.contains("2.csv"), "{said}");
    assert!(scratch.refusal(scratch.file("none/readme.txt", "x").parent().unwrap()).contains("no data file"));
}

#[test]
fn an_interruption_leaves_no_part_of_a_file() {
    let scratch = Scratch::new();
    let inputs = vec![scratch.file("events.csv", events())];
    let stopped = Progress::new(false, Arc::new(AtomicBool::new(true)));
    let options = Options { inputs, ..Options::default() };
    let error = ingest::ingest(&scratch.lake, &options, now(), &stopped).unwrap_err();
    assert!(matches!(error, Error::Interrupted));
    assert_eq!(scratch.files_in_bronze(), Vec::<PathBuf>::new());
}

#[test]
fn what_cannot_be_written_is_said() {
    let scratch = Scratch::new();
    scratch.file("data/bronze", "a file where the folder should be");
    let error = scratch.ingest(scratch.file("events.csv", events())).unwrap_err();
    assert!(matches!(&error, Error::Io { action: "create", .. }), "{error}");
}

/// A small file system of its own fills up; needs the right to mount one.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_and_leaves_nothing() {
    let scratch = Scratch::new();
    let disk = scratch.lake.root().to_owned();
    fs::create_dir_all(&disk).unwrap();
    let mounted = std::process::Command::new("mount")
        .args(["-t", "tmpfs", "-o", "size=256k", "tmpfs"])
        .arg(&disk)
        .output()
        .is_ok_and(|output| output.status.success());
    if !mounted {
        eprintln!("skipped: no right to mount a small file system");
        return;
    }
    let mut content = format!("{HEADER}\n");
    for number in 0..150_000_u64 {
        let noise = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        content += &format!("{noise:x},{noise:o},t,page_view,,\n");
    }
    let result = scratch.ingest(scratch.file("events.csv", content));
    let left = scratch.files_in_bronze();
    let unmounted = std::process::Command::new("umount").arg(&disk).status().unwrap().success();
    assert!(unmounted);
    let error = result.unwrap_err();
    assert!(matches!(&error, Error::Io { action: "write", .. }), "{error}");
    assert_eq!(left, Vec::<PathBuf>::new());
}
