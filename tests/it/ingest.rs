//! Raw files of every format to bronze, and what is said of bad ones.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arrow::array::{
    Array, ArrayRef, AsArray, Decimal128Array, RecordBatch, StringArray, TimestampMillisecondArray,
};
use arrow::compute::concat_batches;
use arrow::datatypes::Int64Type;
use chrono::{DateTime, Utc};
use clickmill::emit;
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::generate::{self, Plan};
use clickmill::ingest::{self, Batch, Options};
use clickmill::lake::{Lake, Layer};
use clickmill::progress::Progress;
use clickmill::summary::TableSummary;
use clickmill::{Error, Result};
use proptest::prelude::*;

const HEADER: &str = "event_id,visitor_id,event_time,event_type,product_id,referrer";

/// A scratch folder with a lake in it.
struct Scratch {
    folder: tempfile::TempDir,
    lake: Lake,
}

impl Scratch {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lake = Lake::new(folder.path().join("data"));
        Self { folder, lake }
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, options: &Options) -> Result<Vec<TableSummary>> {
        ingest::ingest(&self.lake, options, now(), &Progress::hidden())
    }

    fn ingest(&self, input: impl Into<PathBuf>) -> Result<Vec<TableSummary>> {
        self.run(&Options { inputs: vec![input.into()], ..Options::default() })
    }

    fn ingest_as(&self, input: impl Into<PathBuf>, source: &str) -> Result<Vec<TableSummary>> {
        self.run(&Options {
            inputs: vec![input.into()],
            source: Some(source.to_owned()),
            ..Options::default()
        })
    }

    /// Ingests a file that must be refused, sees that nothing is left behind, and returns what was said.
    fn refusal(&self, input: impl Into<PathBuf>) -> String {
        let error = self.ingest(input).unwrap_err();
        assert_eq!(self.files_in_bronze(), Vec::<PathBuf>::new(), "left behind after: {error}");
        error.to_string()
    }

    fn files_in_bronze(&self) -> Vec<PathBuf> {
        fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
            for entry in fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() { walk(&path, into) } else { into.push(path) }
            }
        }
        let mut files = Vec::new();
        walk(&self.lake.layer(Layer::Bronze), &mut files);
        files
    }

    /// Rows of a bronze table by file and line.
    fn rows(&self, table: &str, columns: &str) -> RecordBatch {
        let engine = LocalEngine::open(&self.lake, &engine::Options::default()).unwrap();
        let sql = format!("select {columns} from bronze.{table} order by _source_file, _source_line");
        let engine: &dyn Engine = &engine;
        let batches = engine.collect(&sql, &Params::new()).unwrap();
        concat_batches(&batches[0].schema(), &batches).unwrap()
    }

    /// A text column of a bronze table, nulls as `None`.
    fn texts(&self, table: &str, column: &str) -> Vec<Option<String>> {
        let rows = self.rows(table, column);
        rows.column(0).as_string::<i32>().iter().map(|text| text.map(str::to_owned)).collect()
    }

    fn lines(&self) -> Vec<i64> {
        self.rows("events", "_source_line").column(0).as_primitive::<Int64Type>().values().to_vec()
    }

    fn only_batch(&self) -> Batch {
        let batches = ingest::batches(&self.lake).unwrap();
        assert_eq!(batches.len(), 1);
        batches[0].clone()
    }
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_767_225_600, 0).unwrap()
}

fn some(texts: &[&str]) -> Vec<Option<String>> {
    texts.iter().map(|text| (!text.is_empty()).then(|| (*text).to_owned())).collect()
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).unwrap();
    encoder.finish().unwrap()
}

/// Three events, the second with quotes, a delimiter and a line break in a field.
fn events() -> String {
    format!(
        "{HEADER}\n\
         e1,v1,2026-01-01T00:00:00.000Z,page_view,,\n\
         e2,v1,2026-01-01T00:00:05.000Z,product_view,\"a \"\"b\"\", c\nd\",https://x.example/\n\
         e3,v2,2026-01-01T00:00:09.000Z,page_view,,\n"
    )
}

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
/// whose text Parquet does not keep.
#[test]
fn made_logs_are_the_same_in_every_format() {
    let plan = Plan::new(&generate::Options { sessions: 60, days: 2, ..Default::default() }).unwrap();
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
    let better = mapping.replace("select 1", "-- optional: extra\nselect 2").replace("at\n-- o", "at\n-- o");
    fs::write(&mapping_file, &better).unwrap();
    let summaries = scratch.ingest_as(&log, &source).unwrap();
    assert!(summaries[0].changed);
    assert_eq!(scratch.only_batch().mapping.as_deref(), Some(better.as_str()));
    assert!(scratch.only_batch().new_columns.is_empty());
    assert!(!scratch.ingest_as(&log, &source).unwrap()[0].changed);
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

/// The real files that stand beside the project, where they do.
pub fn shared(file: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("CLICKMILL_SHARED")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared"), PathBuf::from);
    let path = folder.join("data").join(file);
    if !path.is_file() {
        eprintln!("skipped: {} is not there", path.display());
        return None;
    }
    Some(path)
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
