//! CSV in every dialect, and rows that are not what the header says.

use super::*;

#[test]
fn csv_comes_as_received_with_its_origin() {
    let scratch = Scratch::new();
    let path = scratch.file("events.csv", events());
    let summaries = scratch.ingest(&path).unwrap();
    assert_eq!(summaries.len(), 1);
    assert_eq!(
        (summaries[0].table.as_str(), summaries[0].rows, summaries[0].changed),
        ("bronze.events", 3, true)
    );
    assert_eq!(scratch.texts("events", "event_id"), some(&["e1", "e2", "e3"]));
    assert_eq!(scratch.texts("events", "product_id"), some(&["", "a \"b\", c\nd", ""]));
    assert_eq!(scratch.lines(), [2, 3, 5]);
    assert_eq!(scratch.texts("events", "_parse_error"), some(&["", "", ""]));
    let file = path.to_string_lossy();
    assert_eq!(scratch.texts("events", "_source_file"), some(&[&file, &file, &file]));

    let batch = scratch.only_batch();
    assert_eq!((batch.source.as_str(), batch.rows, batch.malformed_rows), ("clickmill", 3, 0));
    assert_eq!(batch.columns.join(","), HEADER);
    assert_eq!(batch.sha256[..16], batch.batch_id);
    assert_eq!((batch.ingested_at, batch.mapping, batch.covers_from), (now(), None, None));
}

#[test]
fn every_dialect_of_csv_gives_the_same_rows() {
    let plain = events();
    let crlf = plain.replace('\n', "\r\n").replace("c\r\nd", "c\nd");
    let dialects: Vec<(&str, Vec<u8>)> = vec![
        ("crlf.csv", crlf.into_bytes()),
        ("bom.csv", [b"\xEF\xBB\xBF", plain.as_bytes()].concat()),
        ("unended.csv", plain.trim_end().into()),
        ("blank_lines.csv", plain.replace("\ne3", "\n\n\ne3").into_bytes()),
        ("no_extension", plain.clone().into_bytes()),
        ("packed.csv.gz", gzip(plain.as_bytes())),
        ("two_members.csv.gz", [gzip(&plain.as_bytes()[..90]), gzip(&plain.as_bytes()[90..])].concat()),
        ("misnamed.csv", gzip(plain.as_bytes())),
        ("packed.csv.zst", zstd::encode_all(plain.as_bytes(), 1).unwrap()),
    ];
    for (name, content) in dialects {
        let scratch = Scratch::new();
        scratch.ingest(scratch.file(name, content)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scratch.texts("events", "event_id"), some(&["e1", "e2", "e3"]), "{name}");
        assert_eq!(scratch.texts("events", "product_id"), some(&["", "a \"b\", c\nd", ""]), "{name}");
        let last = if name.starts_with("blank") { 7 } else { 5 };
        assert_eq!(scratch.lines(), [2, 3, last], "{name}");
    }
}

#[test]
fn the_header_tells_the_delimiter() {
    for delimiter in [";", "\t", "|"] {
        let scratch = Scratch::new();
        let content = format!("{HEADER}\ne1,v1,2026-01-01T00:00:00Z,page_view,,\n").replace(',', delimiter);
        scratch.ingest(scratch.file("events.csv", content)).unwrap();
        assert_eq!(scratch.texts("events", "visitor_id"), some(&["v1"]));
    }
}

#[test]
fn malformed_rows_are_kept_with_their_reason() {
    let scratch = Scratch::new();
    let mut content = HEADER.as_bytes().to_vec();
    content.extend_from_slice(b"\ne1,v1,t,page_view,,\r\ne2,v1\ne3,v1,t,page_view,,,more\n");
    content.extend_from_slice(b"e4,v1,t,page_view,caf\xE9,\n");
    content.extend_from_slice(format!("{HEADER}\n").as_bytes());
    content.extend_from_slice(b"e5,v\0,t,page_view,,\n");
    scratch.ingest(scratch.file("events.csv", content)).unwrap();
    assert_eq!(scratch.texts("events", "event_id"), some(&["e1", "e2", "e3", "e4", "event_id", "e5"]));
    assert_eq!(
        scratch.texts("events", "_parse_error"),
        some(&[
            "",
            "2 fields, header has 6",
            "7 fields, header has 6",
            "not UTF-8 at byte 22",
            "the header once more",
            ""
        ])
    );
    assert_eq!(
        scratch.texts("events", "_raw_line"),
        some(&["", "e2,v1", "e3,v1,t,page_view,,,more", "e4,v1,t,page_view,caf\\xE9,", HEADER, ""])
    );
    assert_eq!(scratch.texts("events", "visitor_id")[5].as_deref(), Some("v\0"));
    assert_eq!(scratch.lines(), [2, 3, 4, 5, 6, 7]);
    assert_eq!(scratch.only_batch().malformed_rows, 4);
}

/// A row cut off inside quotes must not swallow the good rows behind it.
#[test]
fn an_open_quote_costs_one_row() {
    let scratch = Scratch::new();
    let content = format!(
        "{HEADER}\n\
         e1,v1,t,page_view,,\n\
         e2,v1,t,page_view,\"Mozilla/5.0 (KHTML\n\
         e3,v1,t,page_view,\"a, b\",\n\
         e4,v1,t,page_view,,\n\
         e5,v1,t,page_view,\"never closed\n\
         e6,v1,t,page_view,,\n"
    );
    scratch.ingest(scratch.file("events.csv", content)).unwrap();
    assert_eq!(scratch.texts("events", "event_id"), some(&["e1", "e2", "e3", "e4", "e5", "e6"]));
    assert_eq!(scratch.texts("events", "product_id")[2].as_deref(), Some("a, b"));
    assert_eq!(scratch.lines(), [2, 3, 4, 5, 6, 7]);
    let errors = scratch.texts("events", "_parse_error");
    assert_eq!(errors[1].as_deref(), Some("5 fields and an open quote, header has 6"));
    assert_eq!(errors.iter().flatten().count(), 2);
    assert_eq!(scratch.texts("events", "_raw_line")[4].as_deref(), Some("e5,v1,t,page_view,\"never closed"));
}

/// Where everything is quoted, two rows can melt into one of the right length.
#[test]
fn an_open_quote_that_still_counts_right_is_seen() {
    let scratch = Scratch::new();
    let quoted = |id: &str| format!("\"{id}\",\"v1\",\"t\",\"page_view\",\"p\",\"\"\n");
    let content = format!(
        "{HEADER}\n{}\"e2\n{}{}",
        quoted("e1"),
        quoted("e3"),
        quoted("e4").replace("\"\"\n", "\"cut")
    );
    scratch.ingest(scratch.file("events.csv", content)).unwrap();
    assert_eq!(scratch.texts("events", "event_id"), some(&["e1", "e2", "e3", "e4"]));
    assert_eq!(
        scratch.texts("events", "_parse_error"),
        some(&[
            "",
            "1 fields and an open quote, header has 6",
            "",
            "6 fields and an open quote, header has 6"
        ])
    );
    assert_eq!(scratch.lines(), [2, 3, 4, 5]);
}

/// A row that is too short stays one row, whatever its fields hold.
#[test]
fn a_malformed_row_may_span_lines() {
    let scratch = Scratch::new();
    let content = format!("{HEADER}\ne1,v1,\"a\nb\"\ne2,v1,t,page_view,,\n");
    scratch.ingest(scratch.file("events.csv", content)).unwrap();
    assert_eq!(scratch.texts("events", "_raw_line"), some(&["e1,v1,\"a\nb\"", ""]));
    assert_eq!(scratch.texts("events", "event_time"), some(&["a\nb", "t"]));
    assert_eq!(scratch.lines(), [2, 4]);
}

#[test]
fn long_lines_and_many_columns_are_read() {
    let scratch = Scratch::new();
    let long = "x".repeat(10 << 20);
    let extra: Vec<_> = (0..1000).map(|number| format!("extra_{number}")).collect();
    let values: Vec<_> = (0..1000).map(|number| number.to_string()).collect();
    let content = format!(
        "{HEADER},{}\ne1,v1,t,page_view,{long},,{values}\ne2,v1,t,page_view,,,{values}\n",
        extra.join(","),
        values = values.join(",")
    );
    scratch.ingest(scratch.file("events.csv", content)).unwrap();
    assert_eq!(scratch.texts("events", "product_id")[0].as_ref().unwrap().len(), 10 << 20);
    assert_eq!(scratch.texts("events", "extra_999"), some(&["999", "999"]));
    assert_eq!(scratch.only_batch().new_columns.len(), 1000);
}
