//! Input at the edges, through the real binary to gold: what is said, the exit
//! code, and that no row is lost.

use crate::workdir::Workdir;

const HEADER: &str = "event_id,visitor_id,event_time,event_type,product_id,price";

/// Mills a file of these rows.
fn milled(rows: &str) -> Workdir {
    let dir = Workdir::new();
    dir.write("log.csv", format!("{HEADER}\n{rows}"));
    dir.done("run --until transform --input log.csv");
    let lost = dir.row(
        "select (select count(*) from bronze.events) - (select count(*) from silver.events) \
         - (select count(*) from silver.duplicates) - (select count(*) from silver.quarantine) as lost",
    );
    assert_eq!(lost, "0");
    dir
}

#[test]
fn times_with_and_without_zone_are_one_moment() {
    let dir = milled(
        "a,v,2026-03-01T10:00:00Z,page_view,,\n\
         b,v,2026-03-01 10:00:00,page_view,,\n\
         c,v,2026-03-01T12:00:00+02:00,page_view,,\n\
         d,v,2026-03-01T10:00:00.000000,page_view,,\n\
         e,v,1970-01-01T00:00:00Z,page_view,,\n\
         f,v,2999-01-01T00:00:00Z,page_view,,\n\
         g,v,2026-02-30T00:00:00Z,page_view,,\n\
         h,v,1772359200,page_view,,\n\
         i,v,1772359200000,page_view,,\n\
         j,v,1772359200000000,page_view,,\n\
         k,v,20260301,page_view,,\n\
         l,v,2026-03-01,page_view,,\n",
    );
    assert_eq!(dir.row("select count(*), count(distinct event_time_us) from silver.events"), "8 2");
    let reasons = dir.rows("select reasons from silver.quarantine order by _source_line");
    assert_eq!(
        reasons,
        [
            "event_time is before silver.min_time",
            "event_time is after silver.max_time",
            "event_time is not a timestamp",
            "event_time is not a timestamp",
        ]
    );
}

#[test]
fn prices_beyond_reason_are_quarantined_and_large_ones_kept() {
    let dir = milled(
        "a,v,2026-03-01T10:00:00Z,purchase,p,-5\n\
         b,v,2026-03-01T10:00:00Z,purchase,p,9999999999.99\n\
         c,v,2026-03-01T10:00:00Z,purchase,p,99999999999999999999\n\
         d,v,2026-03-01T10:00:00Z,purchase,p,0\n\
         e,v,2026-03-01T10:00:00Z,purchase,p,1e400\n",
    );
    assert_eq!(dir.rows("select price from silver.events order by price"), ["0.00", "9999999999.99"]);
    assert_eq!(
        dir.rows("select reasons from silver.quarantine order by _source_line"),
        ["price is negative", "price is not a number", "price is not a number"]
    );
}

#[test]
fn an_id_of_a_megabyte_is_an_id() {
    let long = "x".repeat(1 << 20);
    let dir = milled(&format!(
        "{long},{long},2026-03-01T10:00:00Z,product_view,{long},\n{long}y,{long},2026-03-01T10:00:01Z,page_view,,\n"
    ));
    assert_eq!(
        dir.row("select count(*), max(length(visitor_id)), max(length(product_id)) from silver.events"),
        "2 1048576 1048576"
    );
    assert_eq!(dir.row("select count(*) from fact_sessions"), "1");
}

#[test]
fn bad_rows_only_are_refused_with_their_reasons() {
    let dir = Workdir::new();
    dir.write("log.csv", format!("{HEADER}\na,,,,,\nb,v,yesterday,page_view,,\n"));
    let said = dir.refused(3, "run --until transform --input log.csv");
    assert!(said.contains("event_time is not a timestamp") && said.contains("log.csv"), "{said}");
    assert_eq!(dir.row("select count(*) from bronze.events"), "2");
}

#[test]
fn copies_only_are_one_event() {
    let dir = milled(&"a,v,2026-03-01T10:00:00Z,page_view,,\n".repeat(1000));
    assert_eq!(
        dir.row("select (select count(*) from silver.events) as events, count(*) from silver.duplicates"),
        "1 999"
    );
}

/// A million events of one visitor, a million visitors of one event, and all in one microsecond.
#[test]
fn extremes_of_visitors_are_milled() {
    let rows = |row: &dyn Fn(u32) -> String| (0..1_000_000).map(row).collect::<String>();
    let one_visitor = milled(&rows(&|number| {
        format!(
            "e{number},v,2026-03-{:02}T{:02}:{:02}:{:02}Z,page_view,,\n",
            1 + number / 86_400,
            number / 3600 % 24,
            number / 60 % 60,
            number % 60
        )
    }));
    assert_eq!(
        one_visitor.row("select sum(events), max(duration_seconds) from fact_sessions"),
        "1000000 86399"
    );
    let many = milled(&rows(&|number| format!("e{number},v{number},2026-03-01T10:00:00Z,page_view,,\n")));
    assert_eq!(many.row("select count(*), sum(bounced_sessions) from fact_sessions"), "1000000 1000000");
    let instant = milled(&rows(&|number| format!("e{number},v,2026-03-01T10:00:00Z,page_view,,\n")));
    assert_eq!(
        instant.row("select count(*), sum(events), sum(duration_seconds) from fact_sessions"),
        "1 1000000 0"
    );
}

/// A file that grows while it is read is no whole file.
#[test]
#[cfg(unix)]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let dir = Workdir::new();
    let row = "a,v,2026-03-01T10:00:00Z,page_view,,\n";
    let path = dir.write("log.csv", format!("{HEADER}\n{}", row.repeat(400_000)));
    let mut child =
        dir.command(["ingest", "--input", "log.csv"]).stderr(std::process::Stdio::piped()).spawn().unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(path).unwrap();
    while child.try_wait().unwrap().is_none() {
        std::io::Write::write_all(&mut file, row.as_bytes()).unwrap();
        std::thread::sleep(std::time::Duration::from_millis(1));
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("was changed while it was read"), "{said}");
    assert!(dir.lake().tables(clickmill::lake::Layer::Bronze).unwrap().is_empty());
}
