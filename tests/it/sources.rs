//! What each source's mapping makes of its raw rows: ingest, then transform,
//! then silver as text.

use std::fs;
use std::path::PathBuf;

use arrow::array::{Array, AsArray};
use arrow::compute::cast;
use arrow::datatypes::DataType;
use chrono::{DateTime, Utc};
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::ingest;
use clickmill::lake::Lake;
use clickmill::progress::Progress;
use clickmill::{Result, transform};

/// A lake made from input files.
struct Milled {
    _folder: tempfile::TempDir,
    lake: Lake,
}

impl Milled {
    /// Writes the files, ingests them and transforms what came of it.
    fn new(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let inputs = files.iter().map(|(name, content)| {
            let path = folder.path().join(name);
            fs::write(&path, content).unwrap();
            path
        });
        let inputs = inputs.collect();
        Self::from_inputs(folder, inputs)
    }

    fn from_inputs(folder: tempfile::TempDir, inputs: Vec<PathBuf>) -> Self {
        let lake = Lake::new(folder.path().join("data"));
        mill(&lake, inputs).unwrap();
        Self { _folder: folder, lake }
    }

    /// The rows of a query, each as its values joined with `|`, nulls as nothing.
    fn rows(&self, sql: &str) -> Vec<String> {
        let engine = LocalEngine::open(&self.lake, &engine::Options::default()).unwrap();
        let engine: &dyn Engine = &engine;
        let mut rows = Vec::new();
        for batch in engine.collect(sql, &Params::new()).unwrap() {
            let columns: Vec<_> =
                batch.columns().iter().map(|column| cast(column, &DataType::Utf8).unwrap()).collect();
            for row in 0..batch.num_rows() {
                let value = |column: &dyn Array| {
                    let texts = column.as_string::<i32>();
                    if texts.is_valid(row) { texts.value(row).to_owned() } else { String::new() }
                };
                rows.push(columns.iter().map(|column| value(column)).collect::<Vec<_>>().join("|"));
            }
        }
        rows
    }
}

/// 2027: behind every event of these tests.
fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 0).unwrap()
}

/// Ingests files and transforms what came of it.
fn mill(lake: &Lake, inputs: Vec<PathBuf>) -> Result<()> {
    let options = ingest::Options { inputs, ..Default::default() };
    ingest::ingest(lake, &options, now(), &Progress::hidden())?;
    transform::transform(lake, &transform::Options::default(), &Progress::hidden())?;
    Ok(())
}

const EVENT: &str = "visitor_id, user_id, source_session_id, cast(event_time as string) as event_time, \
    event_type, product_id, category, brand, price, quantity, order_id, outcome, device_type, referrer";

/// The canonical events of one raw file.
fn events(name: &str, content: &str) -> Vec<String> {
    Milled::new(&[(name, content)])
        .rows(&format!("select {EVENT} from silver.events order by event_time_us, event_type"))
}

#[test]
fn rees46() {
    let found = events(
        "2019-Oct.csv",
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\r\n\
         2019-10-01 00:00:00 UTC,view,11,2053013552326770905,appliances.kettle,aqua,33.20,7,s1\r\n\
         2019-10-01 00:00:05 UTC,cart,12,2103807459595387724,,,35.79,7,s1\r\n\
         2019-10-01 00:00:09 UTC,remove_from_cart,12,2103807459595387724,,,35.79,7,s1\r\n\
         2019-10-01 00:01:00 UTC,purchase,11,2053013552326770905,appliances.kettle,aqua,33.20,7,s1\r\n",
    );
    assert_eq!(
        found,
        [
            "7||s1|2019-10-01T00:00:00Z|product_view|11|appliances.kettle|aqua|33.20|||||",
            "7||s1|2019-10-01T00:00:05Z|add_to_cart|12|2103807459595387724||35.79|||||",
            "7||s1|2019-10-01T00:00:09Z|remove_from_cart|12|2103807459595387724||35.79|||||",
            "7||s1|2019-10-01T00:01:00Z|purchase|11|appliances.kettle|aqua|33.20|||||",
        ]
    );
}

/// Ids that a spreadsheet has rounded get a verdict, not a warehouse of merged categories.
#[test]
fn rees46_that_went_through_a_spreadsheet() {
    let header =
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session";
    let row = "2019-10-01 00:00:00 UTC,view,11,2.10381E+18,,aqua,33.2,7,s1";
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("damaged.csv");
    fs::write(&path, format!("{header}\n{row}\n")).unwrap();
    let error = mill(&Lake::new(folder.path().join("data")), vec![path]).unwrap_err();
    assert_eq!(error.exit_code(), 3);
    let said = error.to_string();
    assert!(said.contains("a spreadsheet has rounded the ids") && said.contains("damaged.csv"), "{said}");
}

#[test]
fn retailrocket() {
    let found = events(
        "events.csv",
        "timestamp,visitorid,event,itemid,transactionid\n\
         1433193132535,11,view,396045,\n\
         1433193132536,11,addtocart,396045,\n\
         1433193132537,11,transaction,396045,8693.0\n\
         1433193132538,11,transaction,396046,8693\n",
    );
    assert_eq!(
        found,
        [
            "11|||2015-06-01T21:12:12.535Z|product_view|396045||||||||",
            "11|||2015-06-01T21:12:12.536Z|add_to_cart|396045||||||||",
            "11|||2015-06-01T21:12:12.537Z|purchase|396045|||||8693|||",
            "11|||2015-06-01T21:12:12.538Z|purchase|396046|||||8693|||",
        ]
    );
}

#[test]
fn kaggle() {
    let found = events(
        "clicks.csv",
        "UserID,SessionID,Timestamp,EventType,ProductID,Amount,Outcome\n\
         1,1,2024-07-07 18:00:26.959902,page_view,,,\n\
         2,1,2024-07-07 18:00:27,click,,,\n\
         2,1,2024-07-07 18:00:28,purchase,prod_1,198.75784924759546,purchase\n",
    );
    assert_eq!(
        found,
        [
            "1|1|1-1|2024-07-07T18:00:26.959902Z|page_view|||||||||",
            "2|2|2-1|2024-07-07T18:00:27Z|other|||||||||",
            "2|2|2-1|2024-07-07T18:00:28Z|purchase|prod_1|||198.76|||success||",
        ]
    );
}

#[test]
fn tracker() {
    let found = events(
        "events_2026-01-01.csv",
        "event_id,user_id,event_time,event_type,product_id,category,price,quantity,device,browser,referrer,country\n\
         a,5,2026-01-01T10:00:00.000,page_view,,,,,mobile,Chrome,direct,DE\n\
         b,5,2026-01-01T10:00:01.000,purchase,P1,toys,9.50,2,mobile,Chrome,google,DE\n\
         b,5,2026-01-01T10:00:01.000,purchase,P1,toys,9.50,2,mobile,Chrome,google,DE\n",
    );
    assert_eq!(
        found,
        [
            "5|5||2026-01-01T10:00:00Z|page_view||||||||mobile|",
            "5|5||2026-01-01T10:00:01Z|purchase|P1|toys||9.50|2|||mobile|google",
        ]
    );
}

#[test]
fn our_own_tables_and_an_imported_catalogue() {
    let milled = Milled::new(&[
        (
            "events.csv",
            "event_id,visitor_id,event_time,event_type,user_id,session_id,product_id,price\n\
          e1,v1,2026-01-01T10:00:00.000Z,product_view,u1,s1,p1,9.50\n",
        ),
        (
            "users.csv",
            "user_id,name,email,signup_date,updated_at\nu1,Ada,ada@x.example,2025-01-01,2025-01-01T00:00:00Z\n",
        ),
        ("products.csv", "product_id,product_name,category,price\np1,Lamp,home.light,9.50\n"),
        (
            "more.json",
            r#"[{"id":2,"title":"Pen","price":1.5,"category":"office","rating":{"rate":3.9,"count":120}}]"#,
        ),
    ]);
    let found = milled.rows(&format!("select {EVENT} from silver.events"));
    assert_eq!(found, ["v1|u1|s1|2026-01-01T10:00:00Z|product_view|p1|||9.50|||||"]);
    let found = milled.rows("select user_id, name, signup_date from silver.users");
    assert_eq!(found, ["u1|Ada|2025-01-01"]);
    let found = milled.rows(
        "select product_id, product_name, category, current_price, rating, rating_count \
         from silver.products order by product_id",
    );
    assert_eq!(found, ["2|Pen|office|1.50|3.9|120", "p1|Lamp|home.light|9.50||"]);
}

/// A source of the user's own is one file; so is its second version.
#[test]
fn a_mapping_file_of_the_users_own() {
    let folder = tempfile::tempdir().unwrap();
    let (log, mapping) = (folder.path().join("log.csv"), folder.path().join("shop.sql"));
    fs::write(&log, "who,at,what\nv1,2026-01-01 10:00:00,seen\n").unwrap();
    let built_in = clickmill::sql::file("sql/sources/kaggle.sql").unwrap().text;
    let body = built_in[built_in.find("\nselect").unwrap()..]
        .replace("\"UserID\" || '-' || \"SessionID\"", "cast(null as string)")
        .replace("\"UserID\" as visitor_id", "who as visitor_id")
        .replace("\"UserID\"", "cast(null as string)")
        .replace("\"Timestamp\"", "at")
        .replace("\"EventType\"", "case what when 'seen' then 'page_view' end")
        .replace("\"ProductID\"", "cast(null as string)")
        .replace("\"Amount\"", "cast(null as string)")
        .replace("\"Outcome\"", "cast(null as string)");
    fs::write(&mapping, format!("-- kind: events\n-- requires: who, at, what\n{body}")).unwrap();
    let lake = Lake::new(folder.path().join("data"));
    let options = ingest::Options {
        inputs: vec![log],
        source: Some(mapping.to_string_lossy().into_owned()),
        ..Default::default()
    };
    ingest::ingest(&lake, &options, now(), &Progress::hidden()).unwrap();
    transform::transform(&lake, &transform::Options::default(), &Progress::hidden()).unwrap();
    let milled = Milled { _folder: folder, lake };
    assert_eq!(
        milled.rows("select source, visitor_id, event_type from silver.events"),
        ["shop|v1|page_view"]
    );
}

/// Bronze = silver + duplicates + quarantined, on every real log that is at hand.
#[test]
fn real_logs_lose_no_row() {
    let files = [
        ("rees46_2019-10-01_first_17434.csv", [17_435, 17_429, 5, 1]),
        ("retailrocket_sample.csv", [9_385, 9_382, 3, 0]),
        ("kaggle_clickstream_transactions.csv", [74_817, 74_817, 0, 0]),
    ];
    for (file, expected) in files {
        let Some(path) = crate::ingest::shared(file) else { return };
        let milled = Milled::from_inputs(tempfile::tempdir().unwrap(), vec![path]);
        let tables = ["bronze.events", "silver.events", "silver.duplicates", "silver.quarantine"];
        let counts = tables.map(|table| milled.rows(&format!("select count(*) from {table}")).remove(0));
        assert_eq!(counts, expected.map(|count: i32| count.to_string()), "{file}");
    }
}
