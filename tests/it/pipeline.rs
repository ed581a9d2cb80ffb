//! The whole way with the real binary: made and real input to gold, PostgreSQL
//! and pictures; what a second run, an interruption and a full disk do.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::workdir::{Workdir, shared};

const CHARTS: [&str; 23] = [
    "brand_performance",
    "cart_abandonment",
    "category_performance",
    "channel_performance",
    "cohort_retention",
    "conversion_funnel",
    "customer_value",
    "daily_trends",
    "data_quality",
    "executive_summary",
    "experiment_result",
    "hour_by_weekday",
    "hourly_events",
    "new_and_returning",
    "order_value",
    "price_and_interest",
    "product_performance",
    "rfm_grid",
    "search_terms",
    "session_analysis",
    "user_journeys",
    "user_segments",
    "weekday_behaviour",
];

const GOLD: [&str; 31] = [
    "agg_attribution_daily",
    "agg_cart_product_daily",
    "agg_category_metrics",
    "agg_experiment_daily",
    "agg_first_purchase_daily",
    "agg_funnel_daily",
    "agg_journey_daily",
    "agg_lifecycle_weekly",
    "agg_product_affinity",
    "agg_product_daily",
    "agg_product_recommendations",
    "agg_retention_daily",
    "agg_retention_monthly",
    "agg_retention_weekly",
    "agg_search_daily",
    "agg_session_daily",
    "agg_session_group_daily",
    "agg_user_weekly",
    "dim_channel",
    "dim_date",
    "dim_device",
    "dim_event_type",
    "dim_product_metrics",
    "dim_products",
    "dim_users",
    "dim_visitors",
    "fact_attribution",
    "fact_daily_metrics",
    "fact_events",
    "fact_orders",
    "fact_sessions",
];

/// Everything that a run leaves and a second one must not change.
fn lasting(dir: &Workdir) -> BTreeMap<String, String> {
    let mut hashes = dir.hashes("");
    hashes.retain(|file, _| !file.starts_with("logs/") && file != "reports/run.json");
    hashes
}

#[test]
fn one_command_makes_everything_and_the_second_changes_nothing() {
    let dir = Workdir::new();
    let run = "run --sessions 900 --days 7 --products 80";
    if !dir.has_postgres() {
        return;
    }
    let said = dir.done(run);
    let lines: Vec<_> = said.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for word in
        ["generate", "ingest", "transform", "load", "report", "total", "checks", "data", "database", "next"]
    {
        assert!(lines.contains(&word), "no line {word} in {said}");
    }
    assert!(said.contains("postgresql://clickmill:***@"), "{said}");

    let first = lasting(&dir);
    let mut wanted = vec![
        "data/raw/users.csv".to_owned(),
        "data/raw/products.csv".to_owned(),
        "data/raw/_manifest.json".to_owned(),
        "data/raw/truth/sessions.parquet".to_owned(),
        "reports/summary.md".to_owned(),
        "reports/index.html".to_owned(),
    ];
    wanted.extend((5..12).map(|day| format!("data/raw/events/dt=2026-01-{day:02}/part-0000.csv")));
    wanted.push("data/gold/fact_events/2026-01.parquet".to_owned());
    wanted.extend(CHARTS.iter().map(|chart| format!("reports/{chart}.png")));
    for file in &wanted {
        assert!(first.contains_key(file), "no {file} among {:?}", first.keys());
    }
    for table in GOLD {
        assert!(first.keys().any(|file| file.starts_with(&format!("data/gold/{table}/"))), "no gold.{table}");
    }
    for layer in ["data/bronze/events/", "data/silver/events/", "data/silver/quarantine/"] {
        assert!(first.keys().any(|file| file.starts_with(layer)), "no {layer}");
    }
    assert_eq!(dir.files("logs").len(), 1);
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path("reports/run.json")).unwrap()).unwrap();
    let stages: Vec<_> = report["stages"].as_array().unwrap().iter().map(|stage| &stage["stage"]).collect();
    assert_eq!(stages, ["generate", "ingest", "transform", "load", "report"]);
    let checks = report["checks"].as_array().unwrap();
    assert!(checks.len() > 20);

    // The log misses no check: each tells of itself once.
    let log = fs::read_to_string(dir.path("logs").join(&dir.files("logs")[0])).unwrap();
    let told: Vec<serde_json::Value> = log.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    for check in checks {
        let of_it = |line: &&serde_json::Value| line["fields"]["check"] == check["name"];
        assert_eq!(told.iter().filter(of_it).count(), 1, "{check}");
    }

    // What the manifest says is what lies there.
    let manifest: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path("data/raw/_manifest.json")).unwrap()).unwrap();
    for file in manifest["files"].as_array().unwrap() {
        let path = format!("data/raw/{}", file["path"].as_str().unwrap());
        assert_eq!(first[&path], file["sha256"].as_str().unwrap(), "{path}");
    }

    // PostgreSQL holds what gold holds, and every view has rows.
    let count = |table: &str| dir.psql(&format!("select count(*) from {table}"));
    for table in GOLD {
        assert_eq!(
            count(&format!("gold.{table}")),
            dir.row(&format!("select count(*) from gold.{table}")),
            "{table}"
        );
    }
    let pairs = ["vw_product_affinity", "vw_tableau_product_recommendations"];
    let views = clickmill::sql::folder("sql/postgres/views").map(|file| file.stem());
    for view in views.filter(|view| !pairs.contains(view)) {
        assert_ne!(count(&format!("analytics.{view}")), "0", "{view} is empty");
    }
    // Whether any order of so few holds two products is left to chance.
    let pairs = dir.row(
        "select count(*) from (select distinct a.product_id, b.product_id as other from fact_events as a \
         inner join fact_events as b on a.order_id = b.order_id and a.product_id < b.product_id \
         inner join dim_visitors as v on a.visitor_id = v.visitor_id \
         where a.purchase_lines = 1 and b.purchase_lines = 1 and not v.is_bot) as pairs",
    );
    assert_eq!(count("analytics.vw_product_affinity"), pairs);
    revenue_agrees(&dir, true);

    let state = "select string_agg(t::text, e'\\n' order by t::text) from (select e.*, e.xmin from gold.etl_load e) as t";
    let loaded = dir.psql(state);
    let versions = dir.psql("select max(xmin::text::bigint) from gold.fact_events");
    let said = dir.done(run);
    for stage in ["generate", "ingest", "transform", "load"] {
        let line = said.lines().find(|line| line.starts_with(stage)).unwrap();
        assert!(line.ends_with("unchanged"), "{line}");
    }
    assert_eq!(lasting(&dir), first);
    assert_eq!(dir.psql(state), loaded);
    assert_eq!(dir.psql("select max(xmin::text::bigint) from gold.fact_events"), versions);
    for table in GOLD {
        assert_eq!(
            count(&format!("gold.{table}")),
            dir.row(&format!("select count(*) from gold.{table}")),
            "{table}"
        );
    }

    // The server stays up until it is told otherwise, and its password is the owner's alone.
    assert!(dir.done("db status").starts_with("running at postgresql://clickmill:***@"));
    let url = dir.done("db url");
    let password = url.split(':').nth(2).and_then(|rest| rest.split('@').next()).unwrap().to_owned();
    for file in
        dir.files("logs").iter().map(|file| format!("logs/{file}")).chain(["reports/run.json".to_owned()])
    {
        assert!(
            !fs::read_to_string(dir.path(&file)).unwrap().contains(&password),
            "{file} tells the password"
        );
    }
    a_wrong_password_is_masked(&dir, url.trim(), &password);
    assert_eq!(dir.done("db stop").trim(), "stopped");
    assert!(dir.done("db status").starts_with("stopped"));
    assert_eq!(dir.psql(state), loaded, "psql starts a stopped server, which has what it had");
    assert!(dir.done("clean").contains("stopped the private PostgreSQL"));
    assert!(!dir.path("data/postgres").exists());
}

fn a_wrong_password_is_masked(dir: &Workdir, url: &str, password: &str) {
    let wrong = url.replace(password, "gue55ed");
    let ran = dir.run(&format!("load --database-url {wrong}"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("refused user clickmill") && ran.stderr.contains(":***@"), "{}", ran.stderr);
    assert_secret_is_nowhere(dir, "gue55ed", &ran);
}

fn assert_secret_is_nowhere(dir: &Workdir, secret: &str, ran: &crate::workdir::Ran) {
    assert!(!ran.stdout.contains(secret) && !ran.stderr.contains(secret), "{ran:?}");
    for file in dir.files("") {
        let bytes = fs::read(dir.path(&file)).unwrap();
        assert!(!String::from_utf8_lossy(&bytes).contains(secret), "{file} tells the secret");
    }
}

#[test]
fn an_unreachable_database_fails_the_run_after_gold_is_made() {
    let dir = Workdir::new();
    let url = "postgresql://ann:s3cret@127.0.0.1:1/shop";
    let ran = dir.run(&format!("run -vv --sessions 60 --days 3 --products 20 --database-url {url}"));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.stderr.contains("ann:***@127.0.0.1:1/shop") && ran.stderr.contains("check that it runs"));
    assert_secret_is_nowhere(&dir, "s3cret", &ran);
    assert!(dir.path("data/gold/fact_orders").is_dir() && !dir.path("data/postgres").exists());
    let mut command = dir.command(["config"]);
    let output = command.env("DATABASE_URL", url).output().unwrap();
    assert!(!String::from_utf8_lossy(&output.stdout).contains("s3cret"));
}

/// Revenue without bots, to the cent, wherever it is told; `views` in PostgreSQL as well.
fn revenue_agrees(dir: &Workdir, views: bool) {
    let facts = |table: &str| {
        format!(
            "select cast(sum(f.revenue) as decimal(18, 2)) as revenue from {table} as f \
             inner join dim_visitors as v on f.visitor_id = v.visitor_id where not v.is_bot"
        )
    };
    let revenue = dir.row(&facts("fact_orders"));
    assert!(revenue.parse::<f64>().unwrap() > 0.0, "nothing was sold: {revenue}");
    for table in ["fact_events", "fact_sessions"] {
        assert_eq!(dir.row(&facts(table)), revenue, "{table}");
    }
    for (table, column) in [
        ("fact_daily_metrics", "revenue"),
        ("fact_daily_metrics", "session_revenue"),
        ("agg_session_daily", "revenue"),
        ("agg_product_daily", "revenue"),
        ("agg_category_metrics", "revenue"),
        ("agg_user_weekly", "revenue"),
        ("agg_retention_weekly", "revenue"),
        ("fact_attribution", "linear_credit"),
        ("fact_attribution", "position_based_credit"),
        ("dim_product_metrics", "revenue"),
    ] {
        let sum = dir.row(&format!("select cast(sum({column}) as decimal(18, 2)) as s from {table}"));
        assert_eq!(sum, revenue, "{table}.{column}");
    }
    let per_day = dir.rows(
        "select d.date, d.revenue, coalesce(o.revenue, 0) from fact_daily_metrics as d left join ( \
         select order_date, cast(sum(f.revenue) as decimal(18, 2)) as revenue from fact_orders as f \
         inner join dim_visitors as v on f.visitor_id = v.visitor_id where not v.is_bot group by order_date \
         ) as o on o.order_date = d.date where d.revenue <> coalesce(o.revenue, 0)",
    );
    assert_eq!(per_day, Vec::<String>::new());
    if !views {
        return;
    }
    for view in [
        "vw_tableau_executive_kpis",
        "vw_tableau_session_analytics",
        "vw_tableau_touchpoint_performance",
        "vw_tableau_user_segment_performance",
        "vw_tableau_cohort_retention",
        "vw_tableau_product_analytics",
    ] {
        let sum = dir.psql(&format!("select sum(revenue)::numeric(18, 2) from analytics.{view}"));
        assert_eq!(sum, revenue, "{view}");
    }
}

#[test]
fn sql_finds_exactly_the_true_sessions() {
    for (seed, format, threads) in [(1, "csv", 1), (2, "jsonl", 2), (3, "parquet", 8)] {
        let dir = Workdir::new();
        dir.done(&format!(
            "run --until transform --sessions 250 --days 9 --products 40 --seed {seed} --format {format} \
             --threads {threads}"
        ));
        for mode in ["gap", "source"] {
            dir.done(&format!("transform --session-mode {mode}"));
            let columns = "visitor_id, session_start, session_end, cast(events as int) as events, user_id";
            let (truth, found) = (
                format!("select {columns} from bronze.truth"),
                format!("select {columns} from gold.fact_sessions"),
            );
            let missing = dir.rows(&format!("{truth} except {found}"));
            let invented = dir.rows(&format!("{found} except {truth}"));
            assert_eq!((missing, invented), (vec![], vec![]), "seed {seed} as {format} by {mode}");
            let count = |table: &str| dir.row(&format!("select count(*) from {table}"));
            let sessions = count("bronze.truth");
            assert_eq!(count("gold.fact_sessions"), sessions);
            assert!((245..=255).contains(&sessions.parse::<i32>().unwrap()), "250 within 2%: {sessions}");
        }
        revenue_agrees(&dir, false);
    }
}

/// A visitor without a pause for thirty hours, a pause inside a tracker's session, and an id that two share.
#[test]
fn a_chain_is_cut_each_day_and_a_trackers_session_never() {
    let dir = Workdir::new();
    let mut rows = "event_id,visitor_id,session_id,event_time,event_type\n".to_owned();
    for step in 0..90 {
        let minutes = 5 * 60 + 7 + 20 * step;
        let (day, hour, minute) = (1 + minutes / 1440, minutes / 60 % 24, minutes % 60);
        rows += &format!("a{step},v1,s1,2026-03-{day:02}T{hour:02}:{minute:02}:00Z,page_view\n");
    }
    rows += "b1,v2,s2,2026-03-01T10:00:00Z,page_view\nb2,v2,s2,2026-03-01T10:40:00Z,page_view\n\
             c1,v3,s3,2026-03-01T10:00:00Z,page_view\nc2,v4,s3,2026-03-01T10:05:00Z,page_view\n";
    dir.write("events.csv", rows);
    let sessions = |mode: &str| {
        dir.done(&format!("run --until transform --input events.csv --session-mode {mode}"));
        dir.rows("select visitor_id, session_start, events from fact_sessions order by 1, 2")
    };
    assert_eq!(
        sessions("gap"),
        [
            "v1 2026-03-01T05:07:00Z 72",
            "v1 2026-03-02T05:07:00Z 18",
            "v2 2026-03-01T10:00:00Z 1",
            "v2 2026-03-01T10:40:00Z 1",
            "v3 2026-03-01T10:00:00Z 1",
            "v4 2026-03-01T10:05:00Z 1",
        ]
    );
    assert_eq!(
        sessions("source"),
        [
            "v1 2026-03-01T05:07:00Z 90",
            "v2 2026-03-01T10:00:00Z 2",
            "v3 2026-03-01T10:00:00Z 1",
            "v4 2026-03-01T10:05:00Z 1",
        ]
    );
}

/// New York skips two o'clock on 8 March and has one o'clock twice on 1 November.
#[test]
fn dates_and_hours_are_those_of_the_business() {
    let dir = Workdir::new();
    dir.write(
        "events.csv",
        "event_id,visitor_id,event_time,event_type\n\
         1,v1,2026-03-08T04:50:00Z,page_view\n2,v1,2026-03-08T06:50:00Z,page_view\n\
         3,v1,2026-03-08T07:10:00Z,page_view\n4,v1,2026-11-01T05:50:00Z,page_view\n\
         5,v1,2026-11-01T06:10:00Z,page_view\n",
    );
    dir.done("run --until transform --input events.csv --time-zone America/New_York");
    let rows = dir.rows(
        "select event_date, event_hour, cast(seconds_since_previous as int) as s from fact_events order by event_time",
    );
    assert_eq!(
        rows,
        ["2026-03-07 23 .", "2026-03-08 1 .", "2026-03-08 3 1200", "2026-11-01 1 .", "2026-11-01 1 1200"]
    );
}

#[test]
fn any_number_of_threads_gives_the_same_bytes_in_every_layer() {
    let one = Workdir::new();
    let eight = Workdir::new();
    let run = "run --until transform --sessions 300 --days 4 --products 40";
    one.done(&format!("{run} --threads 1"));
    eight.done(&format!("{run} --threads 8"));
    assert_eq!(one.hashes("data/raw"), eight.hashes("data/raw"));
    assert_eq!(one.hashes("data/gold"), eight.hashes("data/gold"));
    let before = one.hashes("data/gold");
    one.done("transform --full-refresh --threads 3");
    assert_eq!(one.hashes("data/gold"), before, "made again, the same");
}

/// Bronze = silver + duplicates + quarantined, counted for events.
fn accounts(dir: &Workdir) -> (u64, u64, u64, u64) {
    let count = |table: &str| {
        let rows = if table.contains("events") { "" } else { " where kind = 'events'" };
        dir.row(&format!("select count(*) from {table}{rows}")).parse().unwrap()
    };
    (count("bronze.events"), count("silver.events"), count("silver.duplicates"), count("silver.quarantine"))
}

#[test]
fn real_logs_give_the_same_kinds_of_output() {
    for (file, source, expected) in [
        ("rees46_2019-10-01_first_17434.csv", "rees46", (17_435, 17_429, 5, 1)),
        ("retailrocket_sample.csv", "retailrocket", (9_385, 9_382, 3, 0)),
    ] {
        let Some(path) = shared(file) else { continue };
        let dir = Workdir::new();
        dir.done(&format!("run --until transform --source {source} --input {}", path.display()));
        let (bronze, silver, duplicates, quarantined) = accounts(&dir);
        assert_eq!((bronze, silver, duplicates, quarantined), expected, "{file}");
        assert_eq!(bronze, silver + duplicates + quarantined);
        assert!(!dir.path("data/raw").exists(), "own input takes the place of made data");
        assert_eq!(dir.row("select distinct source from fact_events"), source);
        if source == "rees46" {
            let row = dir.row("select _source_line, reasons from silver.quarantine");
            assert_eq!(row, "17436 malformed row: 8 fields, header has 9");
            revenue_agrees(&dir, false);
        }
        dir.done("report");
        for chart in CHARTS {
            assert!(dir.path(&format!("reports/{chart}.png")).is_file(), "{chart}");
        }
        // The same content under another name and packed adds nothing.
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packed.write_all(&fs::read(&path).unwrap()).unwrap();
        dir.write("packed.csv.gz", packed.finish().unwrap());
        let other = Workdir::new();
        fs::copy(dir.path("packed.csv.gz"), other.path("packed.csv.gz")).unwrap();
        other.done("ingest --input packed.csv.gz");
        assert_eq!(other.row("select count(*) from bronze.events"), bronze.to_string(), "{file}.gz");
    }
}

#[test]
fn a_synthetic_log_of_another_shop_is_read_too() {
    let Some(path) = shared("kaggle_clickstream_transactions.csv") else { return };
    let dir = Workdir::new();
    // The first rows are as good as all of them here.
    let text = fs::read_to_string(path).unwrap();
    dir.write("kaggle.csv", text.lines().take(8_001).collect::<Vec<_>>().join("\n"));
    dir.done("run --until transform --input kaggle.csv");
    assert_eq!(accounts(&dir), (8_000, 8_000, 0, 0));
    revenue_agrees(&dir, false);
}

#[test]
fn a_file_that_a_spreadsheet_damaged_gets_a_verdict() {
    let Some(path) = shared("rees46_excel_damaged.csv") else { return };
    let dir = Workdir::new();
    let said = dir.refused(3, &format!("run --input {}", path.display()));
    assert!(said.contains("spreadsheet") && said.contains("original file"), "{said}");
    assert!(!dir.path("data/gold").exists() && !dir.path("data/silver").exists());
    assert!(!dir.path("reports/daily_trends.png").exists());
}

/// Ctrl-C at many moments: nothing half-made has a final name, and the next run gives what it would have given.
#[test]
#[cfg(unix)]
fn an_interrupted_run_leaves_nothing_broken() {
    let run = "run --until transform --sessions 1500 --days 5 --products 60";
    let calm = Workdir::new();
    calm.done(run);
    let expected = (calm.hashes("data/raw"), calm.hashes("data/gold"));
    let dir = Workdir::new();
    let mut interrupted = 0;
    for milliseconds in [5, 20, 40, 80, 120, 200, 350, 600, 1000, 1500, 2500] {
        let ran = dir.interrupted(run, Duration::from_millis(milliseconds));
        // Before the listener is there, the signal itself ends the process.
        assert!(matches!(ran.code, Some(0 | 130) | None), "after {milliseconds} ms: {ran:?}");
        interrupted += i32::from(ran.code == Some(130));
        if ran.code == Some(130) {
            assert!(ran.stderr.contains("interrupted"), "{ran:?}");
            assert_eq!(dir.leftovers(), Vec::<String>::new(), "after {milliseconds} ms");
        }
        for (file, hash) in dir.hashes("data/raw") {
            assert!(expected.0.get(&file).is_none_or(|whole| *whole == hash), "{file} is not whole");
        }
        // Gold is whole or not there.
        let gold = dir.hashes("data/gold");
        assert!(gold.is_empty() || gold == expected.1, "after {milliseconds} ms");
    }
    assert!(interrupted > 0, "no signal found the run at work");
    dir.done(run);
    assert_eq!((dir.hashes("data/raw"), dir.hashes("data/gold")), expected);
    assert_eq!(dir.leftovers(), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn an_interrupted_load_leaves_the_warehouse_as_it_was() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    dir.done("run --sessions 1500 --days 20 --products 60 --until transform");
    for milliseconds in [30, 60, 120, 250, 500, 1000, 2000] {
        let ran = dir.interrupted("load", Duration::from_millis(milliseconds));
        assert!(matches!(ran.code, Some(0 | 130) | None), "after {milliseconds} ms: {ran:?}");
        let made = dir.psql("select to_regclass('gold.fact_events') is not null");
        let rows = match made.as_str() {
            "t" => dir.psql("select count(*) from gold.fact_events"),
            _ => "0".to_owned(),
        };
        let all = dir.row("select count(*) from fact_events");
        let allowed = if ran.code == Some(0) { vec![all.as_str()] } else { vec!["0", all.as_str()] };
        assert!(allowed.contains(&rows.as_str()), "after {milliseconds} ms: {rows} of {all}");
    }
    dir.done("load");
    assert_eq!(
        dir.psql("select count(*) from gold.fact_events"),
        dir.row("select count(*) from fact_events")
    );
}

/// Readers do not wait for a run, and the run does not notice them.
#[test]
fn queries_and_checks_leave_a_run_at_work_alone() {
    let dir = Workdir::new();
    dir.done("run --until transform --sessions 60 --days 3 --products 20");
    let mut command = dir.command(["transform", "--full-refresh"]);
    let mut run = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while run.try_wait().unwrap().is_none() {
        // While one folder takes another's place, a reader may find neither.
        let ran = dir.run_args(&["query", "select count(*) as n from fact_sessions", "--format", "csv"]);
        assert!(ran.code != Some(0) || ran.stdout.starts_with("n\n"), "{ran:?}");
    }
    let output = run.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// A small file system of its own, where the right to mount one is given.
#[cfg(target_os = "linux")]
struct SmallDisk(std::path::PathBuf);

#[cfg(target_os = "linux")]
impl SmallDisk {
    fn mount(place: std::path::PathBuf, size: &str) -> Option<Self> {
        fs::create_dir_all(&place).unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&place)
            .output()
            .is_ok_and(|output| output.status.success());
        if !mounted {
            eprintln!("skipped: no right to mount a small file system");
        }
        mounted.then_some(Self(place))
    }
}

#[cfg(target_os = "linux")]
impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_is_said_and_what_was_published_stays() {
    // Raw files that nearly fit: one that cannot at all is refused beforehand.
    for (size, sessions) in [("1500k", 330), ("2500k", 500), ("4m", 700)] {
        let dir = Workdir::new();
        let Some(_disk) = SmallDisk::mount(dir.path("data"), size) else { return };
        dir.done("run --until transform --sessions 30 --days 1 --products 20");
        let before = dir.hashes("data/gold");
        let line = format!("run --until transform --sessions {sessions} --days 20 --overwrite");
        let said = dir.refused(1, &line);
        assert!(said.contains("No space left on device"), "{size}: {said}");
        assert_eq!(dir.hashes("data/gold"), before, "{size}");
        assert_eq!(dir.leftovers(), Vec::<String>::new(), "{size}");
    }
}
