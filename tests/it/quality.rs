//! The report on the data's quality, and a source on trial: what they say, and the exit code.

use crate::workdir::Workdir;

const HEADER: &str =
    "event_id,visitor_id,event_time,received_at,event_type,product_id,price,device_type,page_kind";

/// Eight days of events: a few late, one over a pause that only a late event fills,
/// a column nobody knows, copies, rows that cannot be used.
fn log() -> String {
    let mut rows = vec![HEADER.to_owned()];
    for day in 1..=8 {
        for event in 0..if day == 5 { 1 } else { 10 } {
            rows.push(format!("d{day}e{event},v{event},2026-03-0{day}T10:00:00Z,2026-03-0{day}T10:00:01Z,product_view,p1,5.00,mobile,x"));
        }
    }
    for (id, minute, late) in [("a", "00", 1), ("b", "25", 5), ("c", "50", 1)] {
        rows.push(format!(
            "{id},late,2026-03-02T12:{minute}:00Z,2026-03-0{}T13:00:00Z,product_view,,5.00,,x",
            1 + late
        ));
    }
    rows.push(rows[1].clone());
    rows.push("bad,,2026-03-02T10:00:00Z,,page_view,,,,x".to_owned());
    rows.join("\n") + "\n"
}

fn milled() -> Workdir {
    let dir = Workdir::new();
    dir.write("log.csv", log());
    dir.done("run --until transform --input log.csv");
    dir
}

fn measures(dir: &Workdir) -> Vec<(String, String, f64, String)> {
    let report: serde_json::Value = serde_json::from_str(&dir.done("check --format json")).unwrap();
    assert!(report["checks"].as_array().unwrap().len() > 20);
    let measures = report["quality"]["measures"].as_array().unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    measures
        .iter()
        .map(|measure| {
            (
                text(&measure["name"]),
                text(&measure["subject"]),
                measure["value"].as_f64().unwrap(),
                text(&measure["verdict"]),
            )
        })
        .collect()
}

#[test]
fn every_measure_says_what_was_found() {
    let dir = milled();
    let found = measures(&dir);
    let value = |name: &str, subject: &str| {
        let found = found.iter().find(|measure| measure.0 == name && measure.1 == subject);
        found.unwrap_or_else(|| panic!("no {name} of {subject}")).2
    };
    let received = 71.0 + 3.0 + 1.0 + 1.0;
    let kept = 71.0 + 3.0;
    let close =
        |found: f64, expected: f64| assert!((found - expected).abs() < 1e-9, "{found} is not {expected}");
    close(value("quarantined", "events"), 1.0 / received);
    close(value("duplicates", "events"), 1.0 / received);
    close(value("late", "events"), 1.0 / kept);
    close(value("nulls", "product_id of product events"), 3.0 / kept);
    close(value("nulls", "device_type of events"), 3.0 / kept);
    close(value("split_sessions", "sessions"), 1.0 / 72.0);
    close(value("new_columns", "clickmill"), 1.0);
    // The fifth day has 1 event where 10, 13, 10 and 10 were before it.
    close(value("volume_drop", "events of a day"), 1.0 - 1.0 / 10.75);
    assert!(value("freshness_hours", "events") > 0.0);
}

#[test]
fn levels_warn_and_fail_and_every_run_writes_the_report() {
    let dir = milled();
    let table = dir.done("check");
    assert!(table.contains("events: visitor_id is missing (log.csv from line 77)"), "{table}");
    let line = table.lines().find(|line| line.starts_with("new_columns")).unwrap();
    assert!(line.contains("warn") && line.contains("page_kind"), "{line}");
    let run: serde_json::Value =
        serde_json::from_slice(&std::fs::read(dir.path("reports/run.json")).unwrap()).unwrap();
    assert_eq!(run["quality"]["rows"][0]["received"], 76);
    assert!(run["notices"].to_string().contains("new_columns, clickmill: 1"), "{}", run["notices"]);

    dir.write("clickmill.toml", "[check.fail]\nlate = 0.01\n");
    let said = dir.refused(3, "check");
    assert!(said.contains("late, events: 1.35%, above 1.00%"), "{said}");
    let said = dir.refused(3, "transform --full-refresh");
    assert!(said.contains("[check.fail]"), "{said}");
    assert_eq!(dir.row("select count(*) from fact_events"), "74", "the tables are there all the same");
    dir.write("clickmill.toml", "[check.fail]\nlate = 0.5\n[check.warn]\nlatte = 1.0\n");
    assert!(dir.refused(2, "check").contains("did you mean check.warn.late"));
}

#[test]
fn a_missing_column_is_named() {
    let dir = Workdir::new();
    dir.write("log.csv", log().replace("event_type", "kind"));
    let said = dir.refused(1, "ingest --input log.csv --source clickmill");
    assert!(said.contains("clickmill needs the column event_type"), "{said}");
}

#[test]
fn a_source_on_trial_shows_rows_and_reasons() {
    let dir = Workdir::new();
    dir.write("log.csv", log());
    let ran = dir.run("source check log.csv --rows 2");
    assert_eq!(ran.code, Some(3), "{ran:?}");
    assert!(
        ran.stdout.starts_with("log.csv as clickmill: 76 rows\nnot mapped, kept in bronze: page_kind\n"),
        "{ran:?}"
    );
    assert!(ran.stdout.contains("duplicates   1\nquarantined  1\n"), "{ran:?}");
    assert!(ran.stdout.contains("visitor_id is missing\n             line 77: "), "{ran:?}");
    let price = ran.stdout.lines().find(|line| line.starts_with("price")).unwrap();
    assert_eq!(price.split_whitespace().collect::<Vec<_>>(), ["price", "5.00", "5.00"]);
    assert!(ran.stderr.contains("1 of 76 rows of log.csv would be quarantined"), "{ran:?}");
    assert!(!dir.path("data").exists(), "nothing else is touched");

    dir.write("good.csv", "product_id,product_name,price\np1,Lamp,9.50\n");
    assert!(dir.done("source check good.csv").contains("current_price"));
    dir.write("bad.csv", format!("{HEADER}\na,,,,,,,,\n"));
    assert_eq!(dir.run("source check bad.csv").code, Some(3));
    let said = dir.refused(1, "source check good.csv --source rees46");
    assert!(said.contains("good.csv: rees46 needs the columns event_time"), "{said}");
}
