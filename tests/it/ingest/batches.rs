//! Which source a file is of, and what a second ingest adds.

use super::*;

#[test]
fn the_same_content_adds_nothing() {
    let scratch = Scratch::new();
    let path = scratch.file("events.csv", events());
    scratch.ingest(&path).unwrap();
    let before = scratch.files_in_bronze();
    let again = scratch.ingest(&path).unwrap();
    assert_eq!((again[0].rows, again[0].changed), (3, false));
    let copy = scratch.file("copy/events.csv", events());
    let both = Options { inputs: vec![copy, path], ..Options::default() };
    assert!(!scratch.run(&both).unwrap()[0].changed);
    assert_eq!(scratch.files_in_bronze(), before);
}

#[test]
fn a_second_source_of_events_is_refused() {
    let scratch = Scratch::new();
    scratch.ingest(scratch.file("events.csv", events())).unwrap();
    let other =
        scratch.file("rr.csv", "timestamp,visitorid,event,itemid,transactionid\n1433193132535,1,view,2,\n");
    let said = scratch.ingest(&other).unwrap_err();
    assert_eq!(said.exit_code(), 2);
    assert!(
        said.to_string().contains("clickmill and retailrocket") && said.to_string().contains("prefix"),
        "{said}"
    );
    let prefixed =
        Options { inputs: vec![other.clone()], id_prefix: Some("rr-".to_owned()), ..Options::default() };
    scratch.run(&prefixed).unwrap();
    let batches = ingest::batches(&scratch.lake).unwrap();
    assert!(batches.iter().any(|batch| batch.source == "retailrocket" && batch.id_prefix == "rr-"));
    let said = scratch.ingest_as(&other, "rees46").unwrap_err().to_string();
    assert!(said.contains("was ingested as retailrocket"), "{said}");
}

#[test]
fn a_mapping_of_the_users_own_travels_with_the_rows() {
    let scratch = Scratch::new();
    let mapping = "-- source: shop\n-- kind: events\n-- requires: who, at\nselect 1 from {{ bronze }}\n";
    let mapping_file = scratch.file("shop.sql", mapping);
    let log = scratch.file("log.csv", "who,at,extra\nv1,2026-01-01T00:00:00Z,x\n");
    let source = mapping_file.to_string_lossy().into_owned();
    scratch.ingest_as(&log, &source).unwrap();
    let batch = scratch.only_batch();
    assert_eq!((batch.source.as_str(), batch.mapping.as_deref()), ("shop", Some(mapping)));
    assert_eq!(batch.new_columns, ["extra"]);

    // The rows stay; the mapping is the one of today.
    let better = mapping.replace("select 1", "-- optional: extra\nselect 2");
    fs::write(&mapping_file, &better).unwrap();
    let summaries = scratch.ingest_as(&log, &source).unwrap();
    assert!(summaries[0].changed);
    assert_eq!(scratch.only_batch().mapping.as_deref(), Some(better.as_str()));
    assert!(scratch.only_batch().new_columns.is_empty());
    assert!(!scratch.ingest_as(&log, &source).unwrap()[0].changed);
}

#[test]
fn real_files_are_known_by_their_columns() {
    let files = [
        ("rees46_2019-10-01_first_17434.csv", "rees46", 17_435, 1),
        ("rees46_excel_damaged.csv", "rees46", 22, 0),
        ("retailrocket_sample.csv", "retailrocket", 9_385, 0),
        ("kaggle_clickstream_transactions.csv", "kaggle", 74_817, 0),
        ("fakestore_products.json", "fakestore", 20, 0),
    ];
    for (file, source, rows, malformed_rows) in files {
        let Some(path) = shared(file) else { return };
        let scratch = Scratch::new();
        scratch.ingest(&path).unwrap();
        let batch = scratch.only_batch();
        assert_eq!((batch.source.as_str(), batch.rows, batch.malformed_rows), (source, rows, malformed_rows));
        assert!(batch.new_columns.is_empty(), "{:?}", batch.new_columns);
    }
    let Some(path) = shared("uci_online_shoppers_intention.csv") else { return };
    let said = Scratch::new().refusal(path);
    assert!(said.contains("18 columns: Administrative, "), "{said}");
}
