//! What holds for any input.

use super::*;

/// Texts with everything in them that CSV finds difficult.
fn field() -> impl Strategy<Value = String> {
    prop_oneof![
        3 => "[a-z0-9 ]{0,8}",
        2 => "[,;|\t\"'\r\n\u{0}é漢🦀 ]{1,6}",
        1 => any::<String>(),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// What the csv crate writes comes back from bronze unchanged.
    #[test]
    fn any_table_of_texts_comes_back(table in prop::collection::vec([field(), field(), field()], 1..20)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["event_id", "visitor_id", "event_time", "event_type", "x", "y", "z"]).unwrap();
        for (number, row) in table.iter().enumerate() {
            let head = [number.to_string(), "v".to_owned(), "t".to_owned(), "page_view".to_owned()];
            writer.write_record(head.iter().chain(row)).unwrap();
        }
        let scratch = Scratch::new();
        scratch.ingest(scratch.file("events.csv", writer.into_inner().unwrap())).unwrap();
        let rows = scratch.rows("events", "x, y, z, _parse_error");
        prop_assert_eq!(rows.num_rows(), table.len());
        prop_assert_eq!(rows.column(3).null_count(), table.len());
        for (number, row) in table.iter().enumerate() {
            for (column, expected) in row.iter().enumerate() {
                let texts = rows.column(column).as_string::<i32>();
                let found = if texts.is_valid(number) { texts.value(number) } else { "" };
                prop_assert_eq!(found, expected.as_str());
            }
        }
    }

    /// No bytes whatever make the readers fail in another way than by saying so.
    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..400), kind in 0..4_usize) {
        let name = ["a.csv", "a.jsonl", "a.json", "a.parquet"][kind];
        let mut content = if kind == 0 { format!("{HEADER}\n").into_bytes() } else { Vec::new() };
        content.extend(bytes);
        let scratch = Scratch::new();
        if let Err(error) = scratch.ingest(scratch.file(name, content)) {
            prop_assert!(error.to_string().contains(name), "{}", error);
            prop_assert!(scratch.files_in_bronze().is_empty());
        }
    }
}
