//! The business questions: the same cells in the engine and on PostgreSQL,
//! figures that agree with gold, and what the verb says to whom.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::sync::LazyLock;

use clickmill::ask::{self, Answer, ParamKind, Question};
use clickmill::engine::{LocalEngine, Options};
use clickmill::load::{DatabaseUrl, Server};

use super::workdir::{Workdir, shared};

/// Made data with some dirt, the last day of which is cut off.
static SHOP: LazyLock<Workdir> = LazyLock::new(|| {
    let dir = Workdir::lasting("questions");
    // The server of an earlier run may lie elsewhere, where the folder's going did not reach it.
    dir.run("clean");
    dir.done("generate --sessions 2500 --products 80 --days 50 --dirt 0.01");
    dir.done("ingest");
    dir.done("transform");
    dir
});

fn engine(dir: &Workdir) -> LocalEngine {
    LocalEngine::open(&dir.lake(), &Options::default()).unwrap()
}

/// The ways each question is asked: as it is, with every parameter changed, and
/// of days that hold nothing.
fn ways(question: &Question) -> Vec<Vec<String>> {
    let changed = question.params.iter().map(|param| {
        let value = match (param.kind, param.name) {
            (ParamKind::Date, "since") => "2026-01-12",
            (ParamKind::Date, "until") => "2026-01-30",
            (ParamKind::Date, _) => "2026-01-28",
            (ParamKind::Integer, "depth" | "rhythms" | "weeks" | "min_sessions" | "min_orders") => "1",
            (ParamKind::Integer, _) => "7",
            (ParamKind::Text, _) => "treatment",
        };
        format!("{}={value}", param.name)
    });
    let mut ways = vec![Vec::new()];
    if !question.params.is_empty() {
        ways.push(changed.collect());
    }
    if question.params.iter().any(|param| param.name == "since") {
        ways.push(vec!["since=2031-01-01".to_owned()]);
    }
    ways
}

/// Every question in all ways, in the engine and on the server; the most rows each had.
fn compare(dir: &Workdir, server: &Server) -> BTreeMap<&'static str, usize> {
    let engine = engine(dir);
    let mut rows = BTreeMap::new();
    for question in ask::questions().unwrap() {
        for way in ways(&question) {
            let ours = question.ask(&engine, &way).unwrap();
            let theirs = question.ask_postgres(server, &way).unwrap();
            assert_eq!(ours.columns, theirs.columns, "{} {way:?}", question.name);
            assert_eq!(ours.rows.len(), theirs.rows.len(), "{} {way:?}", question.name);
            for (row, (ours, theirs)) in ours.rows.iter().zip(&theirs.rows).enumerate() {
                assert_eq!(ours, theirs, "{} {way:?}, row {row}", question.name);
            }
            let most = rows.entry(question.name).or_insert(0);
            *most = ours.rows.len().max(*most);
        }
    }
    rows
}

/// An address on the private server of a database that sorts texts as people
/// do, not by bytes; the usual one where the server cannot.
fn server(dir: &Workdir) -> Server {
    let url = dir.done("db url").trim().to_owned();
    let made = dir.run_args(&[
        "db",
        "psql",
        "--",
        "-qc",
        "create database questions template template0 locale_provider icu icu_locale 'en-US'",
    ]);
    if made.code != Some(0) {
        eprintln!("texts are compared in the server's own order only: {}", made.stderr);
        dir.done("load");
        return Server::given(DatabaseUrl::new(url));
    }
    let (address, _) = url.rsplit_once('/').unwrap();
    let url = format!("{address}/questions");
    dir.done(&format!("load --database-url {url}"));
    Server::given(DatabaseUrl::new(url))
}

#[test]
fn answers_are_the_same_in_the_engine_and_on_postgresql() {
    let dir = &*SHOP;
    if !dir.has_postgres() {
        return;
    }
    let rows = compare(dir, &server(dir));
    let empty: Vec<_> = rows.iter().filter(|(_, rows)| **rows == 0).map(|(name, _)| *name).collect();
    assert!(rows.len() >= 30 && empty.is_empty(), "no rows: {empty:?}");
    // The same cells through the door, and a database that holds nothing.
    let lake = dir.done("ask session_funnel --format csv");
    dir.done("load");
    assert_eq!(dir.done("ask session_funnel --format csv --on postgres"), lake);
    dir.psql("create database nothing");
    let url = dir.done("db url");
    let (address, _) = url.trim().rsplit_once('/').unwrap();
    let refused =
        dir.refused(1, &format!("ask session_funnel --on postgres --database-url {address}/nothing"));
    assert!(refused.contains("fill the database with `clickmill load` first"), "{refused}");
    dir.done("db stop");
    // It is woken where it sleeps.
    assert_eq!(dir.done("ask session_funnel --format csv --on postgres"), lake);
    dir.done("db stop");
}

#[test]
fn real_logs_have_the_same_answers_in_both() {
    for (file, source) in
        [("rees46_2019-10-01_first_17434.csv", "rees46"), ("retailrocket_sample.csv", "retailrocket")]
    {
        let Some(log) = shared(file) else { continue };
        let dir = Workdir::new();
        if !dir.has_postgres() {
            return;
        }
        dir.done(&format!("ingest --input {} --source {source}", log.display()));
        dir.done("transform");
        let rows = compare(&dir, &server(&dir));
        assert!(rows["duration_buckets"] > 0 && rows["session_funnel"] == 10, "{file}: {rows:?}");
    }
}

/// One column of an answer as numbers.
fn numbers(answer: &Answer, column: &str) -> Vec<f64> {
    let position = answer.columns.iter().position(|found| found.name == column).unwrap();
    answer.rows.iter().map(|row| row[position].as_ref().map_or(0.0, |cell| cell.parse().unwrap())).collect()
}

fn ask(name: &str, given: &[&str]) -> Answer {
    let given: Vec<_> = given.iter().map(|text| (*text).to_owned()).collect();
    ask::question(name).unwrap().ask(&engine(&SHOP), &given).unwrap()
}

#[test]
fn keys_tell_rows_apart_and_shares_are_shares() {
    let engine = engine(&SHOP);
    for question in ask::questions().unwrap() {
        let answer = question.ask(&engine, &[]).unwrap();
        let name = question.name;
        let place = |column: &str| answer.columns.iter().position(|found| found.name == column);
        let key: Vec<_> = question
            .key
            .iter()
            .map(|column| place(column).unwrap_or_else(|| panic!("{name}: no key column {column}")))
            .collect();
        let keys: BTreeSet<Vec<_>> =
            answer.rows.iter().map(|row| key.iter().map(|column| row[*column].clone()).collect()).collect();
        assert_eq!(keys.len(), answer.rows.len(), "{name}: {:?} is no key", question.key);
        for column in &answer.columns {
            let column = column.name.as_str();
            let is_share = column.starts_with("share_of_")
                || ["conversion", "abandonment", "retention", "bounce_rate", "buyer_share", "repeat_share"]
                    .contains(&column);
            if is_share {
                let outside = numbers(&answer, column).into_iter().find(|share| !(0.0..=1.0).contains(share));
                assert_eq!(outside, None, "{name}: {column}");
            }
        }
    }
}

#[test]
fn answers_agree_with_gold() {
    let dir = &*SHOP;
    let total = |sql: &str| dir.row(sql).parse::<f64>().unwrap();
    let sum = |name: &str, column: &str| numbers(&ask(name, &[]), column).iter().sum::<f64>();
    let revenue = total("select sum(revenue) from gold.fact_daily_metrics");
    let sessions = total("select sum(sessions) from gold.fact_daily_metrics");
    let orders = total("select sum(orders) from gold.fact_daily_metrics");
    assert!(revenue > 0.0 && sessions > 0.0 && orders > 0.0);
    let same = |found: f64, wanted: f64, what: &str| {
        assert!((found - wanted).abs() < 0.005, "{what}: {found}, not {wanted}");
    };
    for name in [
        "daily_trends",
        "month_over_month",
        "hourly_patterns",
        "device_performance",
        "channel_performance",
        "new_against_returning",
        "order_values",
        "category_comparison",
    ] {
        same(sum(name, "revenue"), revenue, name);
    }
    for name in ["hourly_patterns", "duration_buckets", "search_effectiveness", "device_performance"] {
        same(sum(name, "sessions"), sessions, name);
    }
    same(sum("order_values", "orders"), orders, "order_values");
    same(sum("visits_before_order", "orders"), orders, "visits_before_order");
    for model in ["first_touch", "last_touch", "last_non_direct", "linear", "position_based"] {
        same(sum("attribution_models", model), revenue, model);
    }
    same(numbers(&ask("running_revenue", &[]), "running_revenue").pop().unwrap(), revenue, "running_revenue");
    let reached = numbers(&ask("session_funnel", &[]), "sessions");
    same(reached[4], total("select sum(converted_sessions) from gold.fact_daily_metrics"), "session_funnel");
    assert!(reached[..5].is_sorted_by(|a, b| a >= b) && reached[5..].is_sorted_by(|a, b| a >= b));
    let net = total("select sum(net_revenue) from gold.dim_users");
    same(sum("customer_segments", "net_revenue"), net, "customer_segments");
    same(sum("rfm_grid", "net_revenue"), net, "rfm_grid");
    same(sum("repeat_buyers", "net_revenue"), net, "repeat_buyers");
    let buyers = total("select count(*) from gold.dim_users where orders > 0");
    for (name, column) in [
        ("repeat_buyers", "customers"),
        ("rfm_grid", "customers"),
        ("churn_risk", "customers"),
        ("time_to_first_purchase", "buyers"),
        ("lifetime_value_by_source", "buyers"),
        ("purchase_frequency_by_cohort", "buyers"),
    ] {
        same(sum(name, column), buyers, name);
    }
    let events = total(
        "select count(*) from gold.fact_events as e
        inner join gold.dim_visitors as v on e.visitor_id = v.visitor_id where not v.is_bot",
    );
    same(sum("event_types_by_hour", "events"), events, "event_types_by_hour");
}

#[test]
fn half_a_month_is_never_compared() {
    let answer = ask("month_over_month", &[]);
    let cell = |row: usize, column: &str| {
        let position = answer.columns.iter().position(|found| found.name == column).unwrap();
        answer.rows[row][position].as_deref().map(str::to_owned)
    };
    // 5 January to 23 February: neither month is whole.
    assert_eq!(answer.rows.len(), 2);
    assert_eq!(
        (cell(0, "is_whole").as_deref(), cell(1, "is_whole").as_deref()),
        (Some("false"), Some("false"))
    );
    assert_eq!((cell(1, "sessions_change"), cell(1, "revenue_change")), (None, None));
}

#[test]
fn the_as_of_day_is_an_input_and_never_the_clock() {
    let day = |given: &[&str]| ask("churn_risk", given);
    let last = SHOP.row("select max(as_of_date) from gold.dim_users");
    assert_eq!(day(&[]), day(&[&format!("as_of={last}")]));
    assert_ne!(day(&[]), day(&["as_of=2026-01-25"]));
    // A year later everybody is lost.
    let later = day(&["as_of=2027-06-01"]);
    assert_eq!(later.rows.len(), 1);
    assert_eq!(later.rows[0][0].as_deref(), Some("4 lost"));
}

/// A visitor counts from the first event with the variant on, and only with one.
#[test]
fn an_experiment_counts_visitors_from_their_first_exposure() {
    let dir = Workdir::new();
    dir.write(
        "events.csv",
        "event_id,event_time,visitor_id,event_type,product_id,price,quantity,order_id,experiment,variant\n\
         1,2026-03-02T10:00:00Z,v1,product_view,p1,9.00,,,button,control\n\
         2,2026-03-02T10:01:00Z,v1,purchase,p1,9.00,2,o1,button,control\n\
         3,2026-03-02T11:00:00Z,v2,product_view,p1,9.00,,,button,green\n\
         4,2026-03-02T12:00:00Z,v3,product_view,p1,9.00,,,button,green\n\
         5,2026-03-03T12:00:00Z,v3,purchase,p1,9.00,1,o3,button,control\n\
         6,2026-03-02T13:00:00Z,v4,purchase,p1,9.00,1,o4,,\n\
         7,2026-03-03T13:00:00Z,v4,product_view,p1,9.00,,,button,control\n\
         8,2026-03-03T14:00:00Z,v5,product_view,p1,9.00,,,,\n",
    );
    dir.done("ingest --input events.csv --source clickmill");
    dir.done("transform");
    assert_eq!(
        dir.rows("select * from gold.agg_experiment_daily order by exposure_date, variant"),
        [
            "2026-03-02 button (several) 1 1 2 1 1 9.00",
            "2026-03-02 button control 1 1 1 1 1 18.00",
            "2026-03-02 button green 1 0 1 0 0 0.00",
            "2026-03-03 button control 1 0 1 0 0 0.00",
        ]
    );
    assert_eq!(
        dir.done("ask experiment_effect --format csv"),
        "experiment,variant,visitors,converted_visitors,conversion,lift,lift_from,lift_to,is_sure,\
         revenue_a_visitor\n\
         button,control,2,1,0.5000,,,,,9.00\n\
         button,(several),1,1,1.0000,,,,,9.00\n\
         button,green,1,0,0.0000,-0.5000,-1.1930,0.1930,false,0.00\n"
    );
    // Held against the other; and against one that nobody saw.
    let turned = dir.done("ask experiment_effect --format csv --param control=green");
    assert!(turned.contains("button,control,2,1,0.5000,0.5000,-0.1930,1.1930,false,9.00"), "{turned}");
    let alone = dir.done("ask experiment_effect --format csv --param control=blue");
    assert!(alone.contains("button,green,1,0,0.0000,,,,,0.00"), "{alone}");
}

#[test]
fn the_verb_answers_and_refuses_by_name() {
    let dir = &*SHOP;
    let list = dir.done("ask --list");
    assert!(list.lines().count() >= 30, "{list}");
    assert!(list.lines().any(|line| line.starts_with("daily_trends ") && line.ends_with('?')), "{list}");
    let ran = dir.run("ask weekday_patterns");
    assert_eq!((ran.code, ran.stdout.lines().count()), (Some(0), 9), "{ran:?}");
    assert!(ran.stderr.contains("Which days of the week"), "{ran:?}");
    assert_eq!(dir.run("ask weekday_patterns --quiet").stderr, "");
    let json: serde_json::Value =
        serde_json::from_str(&dir.done("ask weekday_patterns --format json")).unwrap();
    assert_eq!(json.as_array().map(Vec::len), Some(7));
    assert!(dir.done("ask weekday_patterns --format md").starts_with("| day_of_week | day_name |"));
    let shown = dir.done("ask top_products_by_revenue --show --param top_n=3");
    assert!(shown.contains("cast(3 as integer) as top_n") && shown.ends_with("order by place;\n"), "{shown}");
    for (line, says) in [
        ("ask dayly_trends", "did you mean daily_trends?"),
        ("ask daily_trends --param from=2026-01-05", "\n  since (a date such as 2026-01-31"),
        ("ask daily_trends --param since=5", "since=5: it must be a date"),
        ("ask rfm_grid --param top_n=5", "rfm_grid has no parameters"),
        ("ask daily_trends --data-dir nowhere", "nowhere holds no gold to answer from"),
    ] {
        assert!(dir.refused(2, line).contains(says), "{line}");
    }
    assert_eq!(dir.run("ask").code, Some(2));
    assert_eq!(dir.run("ask daily_trends --list").code, Some(2));
}

#[test]
#[cfg(unix)]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child =
        SHOP.command(["ask", "event_types_by_hour", "--quiet"]).stdout(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn the_page_about_the_questions_is_what_the_questions_say() {
    let dir = Workdir::new();
    dir.done("generate --sessions 2000");
    dir.done("ingest");
    dir.done("transform");
    let page = dir.done("ask --markdown");
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/questions.md");
    assert!(
        fs::read_to_string(&kept).unwrap_or_default() == page,
        "docs/questions.md is stale: docs/questions.sh makes it anew"
    );
}
