//! JSON, Parquet, the web, and our own raw folder.

use super::*;

#[test]
fn json_lines_keep_the_text_of_their_values() {
    let scratch = Scratch::new();
    let content = concat!(
        r#"{"event_id":"e1","visitor_id":7,"event_time":"t","event_type":"page_view","price":33.20}"#,
        "\n\n",
        r#"{"event_id":"e2","visitor_id":"v","event_time":"t","event_type":"page_view","price":null,"props":{"a":[1, 2]}}"#,
        "\r\n",
        r#"{"event_id":"e3","visitor"#,
        "\n",
        "[1]\n",
        r#"{"event_id":"e4","visitor_id":"","event_time":"t","event_type":"search","search_query":"a \"b\" é\n"}"#,
    );
    for (name, content) in [
        ("e.jsonl", content.as_bytes().to_vec()),
        ("e.json", content.into()),
        ("e.ndjson.gz", gzip(content.as_bytes())),
    ] {
        let scratch = Scratch::new();
        scratch.ingest(scratch.file(name, content)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(scratch.texts("events", "price"), some(&["33.20", "", "", "", ""]));
    }
    scratch.ingest(scratch.file("events.jsonl", content)).unwrap();
    assert_eq!(scratch.texts("events", "visitor_id"), some(&["7", "v", "", "", ""]));
    assert_eq!(scratch.texts("events", "props"), some(&["", r#"{"a":[1, 2]}"#, "", "", ""]));
    assert_eq!(scratch.texts("events", "search_query")[4].as_deref(), Some("a \"b\" é\n"));
    assert_eq!(scratch.lines(), [1, 3, 4, 5, 6]);
    let errors = scratch.texts("events", "_parse_error");
    assert_eq!(errors[2].as_deref(), Some("cut off within a value"));
    assert_eq!(errors[3].as_deref(), Some("not a JSON object"));
    assert_eq!(scratch.texts("events", "_raw_line")[3].as_deref(), Some("[1]"));
    assert_eq!(scratch.only_batch().new_columns, ["props"]);
}

#[test]
fn parquet_columns_come_as_text() {
    let scratch = Scratch::new();
    let text = |values: &[&str]| Arc::new(StringArray::from(values.to_vec())) as ArrayRef;
    let price = Decimal128Array::from(vec![Some(1250), None]).with_precision_and_scale(12, 2).unwrap();
    let time = TimestampMillisecondArray::from(vec![1_767_225_600_123, 1_767_225_601_000]);
    let batch = RecordBatch::try_from_iter([
        ("event_id", text(&["e1", "e2"])),
        ("visitor_id", text(&["v1", ""])),
        ("event_time", Arc::new(time) as ArrayRef),
        ("event_type", text(&["page_view", "purchase"])),
        ("price", Arc::new(price) as ArrayRef),
    ])
    .unwrap();
    let path = scratch.file("events.parquet", "");
    let file = fs::File::create(&path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    scratch.ingest(&path).unwrap();
    assert_eq!(
        scratch.texts("events", "event_time"),
        some(&["2026-01-01T00:00:00.123Z", "2026-01-01T00:00:01Z"])
    );
    assert_eq!(scratch.texts("events", "price"), some(&["12.50", ""]));
    assert_eq!(scratch.texts("events", "visitor_id"), some(&["v1", ""]));
    assert_eq!(scratch.lines(), [1, 2]);

    let whole = fs::read(&path).unwrap();
    let scratch = Scratch::new();
    let said = scratch.refusal(scratch.file("cut.parquet", &whole[..whole.len() - 20]));
    assert!(said.contains("damaged or cut off Parquet"), "{said}");
    let said = scratch.refusal(scratch.file("text.parquet", "a,b\n1,2\n"));
    assert!(said.contains("no Parquet file"), "{said}");
}

#[test]
fn a_catalogue_comes_from_an_array_or_an_address() {
    let catalogue = r#"[
        {"id": 1, "title": "Lamp", "price": 9.50, "category": "home", "rating": {"rate": 3.9, "count": 120}},
        {"id": 2, "title": "Pen", "price": 1, "category": "office"}
    ]"#;
    let scratch = Scratch::new();
    let summaries = scratch.ingest(scratch.file("products.json", catalogue)).unwrap();
    assert_eq!((summaries[0].table.as_str(), summaries[0].rows), ("bronze.products", 2));
    assert_eq!(scratch.texts("products", "\"rating.rate\""), some(&["3.9", ""]));
    assert_eq!(scratch.texts("products", "price"), some(&["9.50", "1"]));
    assert_eq!(scratch.only_batch().source, "fakestore");

    let address = serve("200 OK", catalogue);
    let scratch = Scratch::new();
    scratch.ingest(format!("{address}/products")).unwrap();
    assert_eq!(scratch.texts("products", "title"), some(&["Lamp", "Pen"]));
    assert_eq!(scratch.only_batch().source_file, format!("{address}/products"));
    assert!(scratch.lake.raw().join("imports/products.json").is_file());

    let said = scratch.ingest(format!("{}/products", serve("404 Not Found", "no"))).unwrap_err().to_string();
    assert!(said.contains("status 404"), "{said}");
    let said = scratch.ingest("http://127.0.0.1:1/products").unwrap_err().to_string();
    assert!(said.contains("cannot be fetched"), "{said}");
}

/// A web server that gives one answer; returns its address.
fn serve(status: &'static str, body: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let mut request = [0; 4096];
        let _ = stream.read(&mut request).unwrap();
        stream.write_all(answer.as_bytes()).unwrap();
    });
    address
}

#[test]
fn our_own_raw_folder_needs_no_name() {
    let scratch = Scratch::new();
    scratch.file("data/raw/users.csv", "user_id,name,signup_date\nu1,Ada,2025-01-01\n");
    scratch.file("data/raw/products.csv", "product_id,product_name,price\np1,Lamp,9.50\n");
    scratch.file("data/raw/events/dt=2026-01-01/part-0.csv", events());
    scratch.file("data/raw/events/dt=2026-01-02/part-0.csv", format!("{HEADER}\n"));
    let said = scratch.run(&Options::default()).unwrap_err().to_string();
    assert!(said.contains("clickmill generate"), "{said}");

    let manifest = r#"{"covers_from":"2026-01-01T00:00:00Z","covers_until":"2026-01-03T00:00:00Z"}"#;
    scratch.file("data/raw/_manifest.json", manifest);
    let summaries =
        scratch.run(&Options { source: Some("clickmill".to_owned()), ..Options::default() }).unwrap();
    let rows: Vec<_> = summaries.iter().map(|table| (table.table.as_str(), table.rows)).collect();
    assert_eq!(rows, [("bronze.events", 3), ("bronze.users", 1), ("bronze.products", 1)]);
    let batches = ingest::batches(&scratch.lake).unwrap();
    assert!(
        batches.iter().all(|batch| batch.covers_until.unwrap().to_rfc3339() == "2026-01-03T00:00:00+00:00")
    );
    assert_eq!(scratch.run(&Options::default()).unwrap().iter().filter(|table| table.changed).count(), 0);
}

/// One log, written in our three formats, is one bronze table; times apart,
/// whose text Parquet does not keep. So many that some order: JSON leaves out what nobody has.
#[test]
fn made_logs_are_the_same_in_every_format() {
    let plan = Plan::new(&generate::Options { sessions: 400, days: 2, ..Default::default() }).unwrap();
    let columns = "event_id, visitor_id, user_id, session_id, event_type, page_type, page_url, search_query, \
        product_id, category, brand, price, quantity, order_id, payment_method, device_type, browser, os, \
        user_agent, country, city, ip_address, referrer, utm_source, utm_medium, utm_campaign";
    let tables = emit::Format::ALL.map(|format| {
        let scratch = Scratch::new();
        let options = emit::Options { format, ..Default::default() };
        emit::emit(&plan, &scratch.lake, &options, &Progress::hidden()).unwrap();
        scratch.run(&Options::default()).unwrap();
        let batches = ingest::batches(&scratch.lake).unwrap();
        assert!(batches.iter().all(|batch| batch.new_columns.is_empty() && batch.malformed_rows == 0));
        assert!(batches.iter().all(|batch| batch.covers_from < batch.covers_until));
        let engine = LocalEngine::open(&scratch.lake, &engine::Options::default()).unwrap();
        let engine: &dyn Engine = &engine;
        let sql = format!("select {columns} from bronze.events order by event_id");
        let rows = engine.collect(&sql, &Params::new()).unwrap();
        concat_batches(&rows[0].schema(), &rows).unwrap()
    });
    assert!(tables[0].num_rows() > 100);
    assert_eq!(tables[0].columns(), tables[1].columns());
    assert_eq!(tables[0].columns(), tables[2].columns());
}
