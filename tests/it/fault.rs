//! Faults seen in public clickstream pipelines, each with the test that keeps
//! it out of this one. The number is the fault's in the list we keep; those
//! without a test here are guarded where their room is tested.

use std::collections::BTreeSet;
use std::process::Command;
use std::sync::LazyLock;

use clickmill::generate::Defect;
use clickmill::quality;

use crate::workdir::Workdir;

const HEADER: &str = "event_id,visitor_id,user_id,event_time,event_type,product_id,price,quantity,order_id,device_type,referrer\n";

/// Made data up to gold, read by many tests, changed by none.
static MADE: LazyLock<Workdir> = LazyLock::new(|| {
    let dir = Workdir::lasting("fault");
    dir.done("run --until transform --sessions 1200 --days 14 --products 60");
    dir
});

/// Gold of events told by hand, one row a line.
fn told(rows: &str) -> Workdir {
    let dir = Workdir::new();
    let rows: Vec<_> = rows.lines().map(str::trim).filter(|row| !row.is_empty()).collect();
    dir.write("events.csv", format!("{HEADER}{}\n", rows.join("\n")));
    dir.done("run --until transform --input events.csv");
    dir
}

#[test]
fn fault_01_a_session_over_midnight_is_one() {
    let dir = told(
        "a,v1,,2026-03-01T23:50:00Z,page_view,,,,,,
         b,v1,,2026-03-02T00:10:00Z,page_view,,,,,,
         c,v1,,2026-03-02T00:40:00Z,page_view,,,,,,
         d,v1,,2026-03-02T01:10:01Z,page_view,,,,,,",
    );
    let sessions =
        dir.rows("select session_date, events, duration_seconds from fact_sessions order by session_start");
    assert_eq!(sessions, ["2026-03-01 3 3000", "2026-03-02 1 0"], "30 minutes go on, a second more does not");
    let days = dir.rows("select event_date, count(*) from fact_events group by 1 order by 1");
    assert_eq!(days, ["2026-03-01 1", "2026-03-02 3"], "an event keeps its own day");
}

#[test]
fn fault_02_files_in_folders_of_days_are_found() {
    let manifest: serde_json::Value =
        serde_json::from_slice(&std::fs::read(MADE.path("data/raw/_manifest.json")).unwrap()).unwrap();
    let files = manifest["files"].as_array().unwrap();
    let events: u64 = files
        .iter()
        .filter(|file| file["path"].as_str().unwrap().starts_with("events/dt="))
        .map(|file| file["rows"].as_u64().unwrap())
        .sum();
    assert_eq!(MADE.row("select count(*) from bronze.events"), events.to_string());
    assert!(events > 5_000, "{events}");
}

#[test]
fn fault_03_running_again_doubles_nothing() {
    let dir = told("a,v1,,2026-03-01T10:00:00Z,purchase,p1,5.00,1,o1,,");
    std::fs::copy(dir.path("events.csv"), dir.path("again.csv")).unwrap();
    for _ in 0..2 {
        dir.done("run --until transform --input again.csv");
    }
    assert_eq!(dir.row("select count(*) as events, sum(revenue) as revenue from fact_events"), "1 5.00");
}

#[test]
fn fault_05_a_bad_row_is_in_quarantine_and_nowhere_else() {
    let dir = told(
        "a,v1,,2026-03-01T10:00:00Z,page_view,,,,,,
         b,,,2026-03-01T10:00:00Z,page_view,,,,,,
         c,v1,,not a time,page_view,,,,,,
         d,v1,,1970-01-01T00:00:00Z,page_view,,,,,,
         e,v1,,2999-01-01T00:00:00Z,page_view,,,,,,
         f,v1,,2026-03-01T10:00:00Z,,,,,,,
         g,v1,,2026-03-01T10:00:00Z,purchase,p1,-5,1,o1,,
         h,v1,,2026-03-01T10:00:00Z,purchase,p1,abc,1,o1,,
         i,v1,,2026-03-01T10:00:00Z,purchase,p1,5.00,-2,o1,,
         a,v1,,2026-03-01T10:00:00Z,page_view,,,,,,",
    );
    let lines = dir.rows("select _source_line from silver.quarantine where reasons <> '' order by 1");
    assert_eq!(lines, ["3", "4", "5", "6", "7", "8", "9", "10"]);
    assert_eq!(dir.row("select count(*) from silver.events"), "1");
    assert_eq!(dir.row("select count(*) from silver.duplicates"), "1");
    assert_eq!(dir.row("select count(*) from fact_events"), "1");
}

#[test]
fn fault_06_different_events_of_one_second_stay_apart() {
    let dir = told(
        "a,v1,,2026-03-01T10:00:00Z,add_to_cart,p1,5.00,1,,,
         b,v1,,2026-03-01T10:00:00Z,add_to_cart,p1,5.00,1,,,
         c,v2,,2026-03-01T10:00:00Z,add_to_cart,p1,5.00,1,,,
         a,v1,,2026-03-01T10:00:00Z,add_to_cart,p1,5.00,1,,,",
    );
    assert_eq!(dir.row("select count(*) from fact_events"), "3");
    // Where the log has no ids, exact copies are one and anything else is another.
    let dir = Workdir::new();
    dir.write(
        "rees46.csv",
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n\
         2026-03-01 10:00:00 UTC,cart,1,2,a.b,c,1.00,v1,s1\n\
         2026-03-01 10:00:00 UTC,cart,1,2,a.b,c,1.00,v1,s1\n\
         2026-03-01 10:00:00 UTC,cart,1,2,a.b,c,1.00,v1,s2\n\
         2026-03-01 10:00:00 UTC,view,1,2,a.b,c,1.00,v1,s1\n",
    );
    dir.done("run --until transform --input rees46.csv");
    assert_eq!(dir.row("select count(*) from fact_events"), "3");
}

#[test]
fn fault_07_conversion_has_one_meaning() {
    let rates = MADE.rows(
        "select sum(converted_sessions), sum(sessions) from fact_sessions as s \
         inner join dim_visitors as v on s.visitor_id = v.visitor_id where not v.is_bot \
         union select sum(reached_purchase), sum(sessions) from fact_sessions as s \
         inner join dim_visitors as v on s.visitor_id = v.visitor_id where not v.is_bot \
         union select sum(converted_sessions), sum(sessions) from fact_daily_metrics \
         union select sum(converted_sessions), sum(sessions) from agg_session_daily \
         union select sum(converted_sessions), sum(sessions) from agg_user_weekly \
         union select count(distinct o.session_id), (select sum(sessions) from fact_daily_metrics) \
         from fact_orders as o inner join dim_visitors as v on o.visitor_id = v.visitor_id where not v.is_bot",
    );
    assert_eq!(rates.len(), 1, "{rates:?}");
}

#[test]
fn fault_08_retention_is_not_always_whole() {
    let weeks: i64 = MADE.row("select count(distinct week_start) from agg_user_weekly").parse().unwrap();
    let once: i64 = MADE
        .row(
            "select count(*) from (select customer_id from agg_user_weekly group by 1 \
             having count(*) = 1) as once",
        )
        .parse()
        .unwrap();
    let all: i64 = MADE.row("select count(distinct customer_id) from agg_user_weekly").parse().unwrap();
    assert!(
        weeks > 1 && once > 0 && once < all,
        "{once} of {all} customers came in one of {weeks} weeks only"
    );
}

#[test]
fn fault_09_what_is_left_in_carts_is_worth_something() {
    let lost = MADE.row("select sum(potential_lost_revenue) as s from fact_daily_metrics");
    assert!(lost.parse::<f64>().unwrap() > 0.0, "{lost}");
}

#[test]
fn fault_10_funnel_steps_never_rise() {
    for (kind, steps) in [
        ("reached", ["product_view", "cart", "checkout", "purchase"]),
        ("strict", ["product_view", "cart", "checkout", "purchase"]),
    ] {
        let [a, b, c, d] = steps.map(|step| format!("{kind}_{step}"));
        let rising = MADE.row(&format!(
            "select count(*) from fact_sessions where {a} > sessions or {b} > {a} or {c} > {b} or {d} > {c}"
        ));
        assert_eq!(rising, "0", "{kind}");
    }
    assert_eq!(
        MADE.row("select count(*) from fact_sessions where strict_purchase > reached_purchase"),
        "0",
        "who went step by step has arrived"
    );
}

#[test]
fn fault_12_visitors_of_a_day_are_counted_by_day() {
    let differ = MADE.rows(
        "select d.date, d.visitors, e.visitors from fact_daily_metrics as d left join ( \
         select s.session_date, count(distinct s.visitor_id) as visitors from fact_sessions as s \
         inner join dim_visitors as v on s.visitor_id = v.visitor_id where not v.is_bot group by 1 \
         ) as e on e.session_date = d.date where d.visitors <> coalesce(e.visitors, 0)",
    );
    assert_eq!(differ, Vec::<String>::new());
}

#[test]
fn fault_13_a_session_id_is_one_session() {
    let counts = MADE.row("select count(*) - count(distinct session_id) as repeated from fact_sessions");
    assert_eq!(counts, "0");
    // The same session id of two users, as trackers that count per user give it.
    let dir = Workdir::new();
    dir.write(
        "kaggle.csv",
        "UserID,SessionID,Timestamp,EventType,ProductID,Amount,Outcome\n\
         1,1,2026-03-01 10:00:00,purchase,7,5.00,success\n\
         2,1,2026-03-01 10:00:00,purchase,7,5.00,success\n\
         2,1,2026-03-01 10:00:01,page_view,,,\n",
    );
    for mode in ["gap", "source"] {
        dir.done(&format!("run --until transform --input kaggle.csv --session-mode {mode}"));
        let joined = dir.row(
            "select cast(sum(o.revenue) as decimal(18, 2)) as s from fact_orders as o \
             inner join fact_sessions as s on o.session_id = s.session_id",
        );
        assert_eq!(joined, "10.00", "{mode}");
    }
}

#[test]
fn fault_14_recency_is_measured_from_the_data_not_from_today() {
    assert_eq!(
        MADE.row("select distinct as_of_date from dim_users"),
        MADE.row("select max(event_date) as d from fact_events")
    );
    let dir = told("a,v1,A,2026-03-01T10:00:00Z,purchase,p1,5.00,1,o1,,");
    let recency = "select as_of_date, days_since_last_order from dim_users where user_id = 'A'";
    assert_eq!(dir.row(recency), "2026-03-01 0");
    dir.done("transform --as-of 2026-03-11");
    assert_eq!(dir.row(recency), "2026-03-11 10");
}

#[test]
fn fault_15_a_session_keeps_its_device_from_run_to_run() {
    // Two devices at one instant: the order of events decides, not that of rows.
    let rows = [
        "b,v1,,2026-03-01T10:00:00Z,page_view,,,,,desktop,https://b.example/",
        "a,v1,,2026-03-01T10:00:00Z,page_view,,,,,mobile,https://a.example/",
    ];
    let device = |rows: String| {
        told(&rows).row(
            "select d.device_type, c.referrer_host from fact_sessions as s \
             inner join dim_device as d on s.device_key = d.device_key \
             inner join dim_channel as c on s.channel_key = c.channel_key",
        )
    };
    assert_eq!(device(rows.join("\n")), device(format!("{}\n{}", rows[1], rows[0])));
}

#[test]
fn fault_16_money_is_exact_and_has_room() {
    let mut rows = String::new();
    for order in 0..30 {
        rows += &format!("b{order},v1,,2026-03-01T10:00:00Z,purchase,p1,999999999.99,7,b{order},,\n");
        rows += &format!("c{order},v1,,2026-03-01T10:00:00Z,purchase,p2,0.10,1,c{order},,\n");
    }
    let dir = told(&rows);
    for table in ["fact_events", "fact_orders", "fact_daily_metrics", "fact_sessions"] {
        let sum = dir.row(&format!("select cast(sum(revenue) as decimal(18, 2)) as s from {table}"));
        assert_eq!(sum, "210000000000.90", "{table}");
    }
}

#[test]
fn fault_18_first_and_last_partial_days_are_marked() {
    let dir = told(
        "a,v1,,2026-03-01T15:00:00Z,page_view,,,,,,
         b,v1,,2026-03-02T15:00:00Z,page_view,,,,,,
         c,v1,,2026-03-03T03:00:00Z,page_view,,,,,,",
    );
    let days = dir.rows("select date, is_complete from fact_daily_metrics order by 1");
    assert_eq!(days, ["2026-03-01 false", "2026-03-02 true", "2026-03-03 false"]);
    assert_eq!(
        MADE.row("select count(*) from fact_daily_metrics where not is_complete"),
        "0",
        "made days are whole"
    );
}

#[test]
fn fault_19_a_visit_has_one_device_address_and_origin() {
    for column in
        ["device_type", "browser", "os", "ip_address", "utm_source", "utm_medium", "utm_campaign", "country"]
    {
        let many = MADE.row(&format!(
            "select count(*) from (select session_id from bronze.events where session_id <> '' group by 1 \
             having count(distinct {column}) > 1) as many"
        ));
        assert_eq!(many, "0", "{column}");
    }
    let products = MADE.row(
        "select count(*) from (select product_id from bronze.events where product_id <> '' group by 1 \
         having count(distinct category) > 1 or count(distinct brand) > 1) as many",
    );
    assert_eq!(products, "0", "a product has one category and brand");
    // Some hours are busier than others, and some products sell better.
    for column in ["event_hour", "product_id"] {
        let counts = MADE.rows(&format!(
            "select count(*) from fact_events where {column} is not null group by {column} order by 1 desc"
        ));
        let (most, least): (i64, i64) =
            (counts[0].parse().unwrap(), counts[counts.len() - 1].parse().unwrap());
        assert!(most > 3 * least, "{column}: {most} and {least}");
    }
}

#[test]
fn fault_20_what_is_bought_was_seen_and_costs_what_the_catalogue_says() {
    let odd = MADE.row(
        "select count(*) from fact_events as p where p.purchase_lines = 1 and ( \
         p.product_id is null or p.unit_price is null or p.order_id is null or p.revenue <> p.unit_price * p.quantity)",
    );
    assert_eq!(odd, "0");
    let unseen = MADE.row(
        "select count(*) from fact_events as p where p.purchase_lines = 1 and not exists ( \
         select 1 from fact_events as v where v.session_id = p.session_id and v.product_id = p.product_id \
         and v.event_type in ('product_view', 'add_to_cart') and v.event_time <= p.event_time)",
    );
    assert_eq!(unseen, "0");
}

#[test]
fn fault_21_the_same_command_gives_the_same_bytes_on_any_day() {
    let (one, other) = (Workdir::new(), Workdir::new());
    let line = "generate --sessions 100 --days 3 --products 20";
    one.done(line);
    let mut command = other.command(line.split_whitespace());
    // Another time zone, another language, another home.
    let output =
        command.env("TZ", "Pacific/Kiritimati").env("LANG", "tr_TR.UTF-8").env("HOME", "/").output().unwrap();
    assert!(output.status.success());
    assert_eq!(one.hashes("data/raw"), other.hashes("data/raw"));
    assert_eq!(one.row("select min(cast(session_start as date)) as d from bronze.truth"), "2026-01-05");
    other.done(&format!("{line} --seed 43 --overwrite"));
    assert_ne!(one.hashes("data/raw"), other.hashes("data/raw"));
}

#[test]
fn fault_22_no_binary_and_no_secret_is_kept_in_git() {
    let git = |args: &[&str]| {
        let output = Command::new("git").args(args).current_dir(env!("CARGO_MANIFEST_DIR")).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    let Some(list) = git(&["ls-files", "-z"]) else {
        eprintln!("skipped: this is no git checkout");
        return;
    };
    let list = String::from_utf8(list).unwrap();
    let allowed = BTreeSet::from(["ttf", "png", "svg"]);
    for file in list.split('\0').filter(|file| !file.is_empty()) {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
        let Ok(bytes) = std::fs::read(&path) else { continue };
        assert!(bytes.len() < 1_000_000, "{file} has {} bytes", bytes.len());
        let extension = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        if bytes.contains(&0) {
            assert!(allowed.contains(extension.as_str()), "{file} is a binary");
        }
    }
}

#[test]
fn fault_23_every_key_of_the_configuration_is_read() {
    let manual: toml::Table = include_str!("../../clickmill.toml").parse().unwrap();
    let reader = include_str!("../../src/config/options.rs");
    for (group, keys) in &manual {
        for (key, value) in keys.as_table().unwrap() {
            // The levels of the quality measures are read by a loop over all of them.
            if let Some(levels) = value.as_table().filter(|_| group == "check") {
                let measures = quality::MEASURES.iter().map(|(name, _)| (*name).to_owned());
                assert_eq!(levels.keys().cloned().collect::<BTreeSet<_>>(), measures.collect());
                continue;
            }
            // The kinds of dirt are read by a loop over all of them.
            if group == "dirt" && Defect::ALL.iter().any(|kind| kind.as_str() == key) {
                continue;
            }
            assert!(reader.contains(&format!("\"{group}.{key}\"")), "nobody reads {group}.{key}");
        }
    }
}
