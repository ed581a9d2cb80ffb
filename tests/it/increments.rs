//! The laws of increments: however a log is split, in whatever order its parts
//! arrive, and wherever a run is killed, silver and gold are those of one full run.
//!
//! Whole tables are compared, row for row, but for the columns that say where a
//! row came from. CLICKMILL_LAW_CASES tries more logs than the few by default.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use arrow::util::display::{ArrayFormatter, FormatOptions};
use chrono::{DateTime, TimeDelta, Utc};
use clickmill::engine::{self, Engine, LocalEngine, Params};
use clickmill::ingest;
use clickmill::lake::{Lake, Layer};
use clickmill::progress::Progress;
use clickmill::transform;
use rand::seq::{IndexedRandom, SliceRandom};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::workdir::Workdir;

/// These say where and when a row came in, which a split changes.
const ORIGIN: [&str; 5] = ["_source_file", "_source_line", "_ingested_at", "_batch_id", "_batch_key"];

const EVENTS: &str = "event_id,visitor_id,user_id,session_id,event_time,received_at,event_type,page_type,page_url,\
    product_id,category,brand,price,quantity,order_id,payment_method,outcome,device_type,browser,country,referrer,\
    utm_source,utm_medium,utm_campaign";
const USERS: &str = "user_id,name,signup_date,country,updated_at";
const PRODUCTS: &str = "product_id,product_name,category,brand,price,updated_at";

/// Every table of silver and gold: its rows as text, sorted.
type Tables = BTreeMap<String, Vec<String>>;

/// A log, with the accounts and products it names.
struct Log {
    events: Vec<String>,
    users: Vec<String>,
    products: Vec<String>,
}

fn pick<'a>(rng: &mut ChaCha8Rng, from: &[&'a str]) -> &'a str {
    from.choose(rng).copied().unwrap_or_default()
}

impl Log {
    /// Some days of a few visitors, with all the dirt there is: visits over
    /// midnight, pauses of exactly the gap, late rows, copies received again,
    /// copies that differ, logins in mid-visit and on shared devices, refunds,
    /// bots, rows that cannot be used.
    fn new(seed: u64) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut events = Vec::new();
        let mut number = 0;
        let begin: DateTime<Utc> = "2026-03-01T00:00:00Z".parse().unwrap();
        for _ in 0..rng.random_range(8..30) {
            let visitor = format!("v{}", rng.random_range(1..7));
            let account = (rng.random_range(0..3) == 0).then(|| format!("u{}", rng.random_range(1..5)));
            let login_at = rng.random_range(0..6);
            let hour = pick(&mut rng, &["0", "9", "20", "23"]).parse::<i64>().unwrap();
            let day = rng.random_range(0..5);
            let mut time = begin + TimeDelta::minutes((day * 24 + hour) * 60 + rng.random_range(0..60));
            let device = pick(&mut rng, &["mobile", "desktop", ""]);
            let source = pick(&mut rng, &["", "newsletter", "google"]);
            let order = format!("o{}", rng.random_range(0..400));
            for step in 0..rng.random_range(1..9) {
                number += 1;
                let pause = [0, 1, 40, 700, 1800, 1801, 4000].choose(&mut rng).copied().unwrap_or_default();
                time += TimeDelta::seconds(pause);
                let kind = pick(
                    &mut rng,
                    &[
                        "page_view",
                        "product_view",
                        "product_view",
                        "add_to_cart",
                        "remove_from_cart",
                        "checkout",
                        "purchase",
                        "refund",
                        "search",
                        "login",
                        "nonsense",
                    ],
                );
                let user = account.as_deref().filter(|_| step >= login_at).unwrap_or_default();
                let has_product =
                    ["product_view", "add_to_cart", "remove_from_cart", "purchase", "refund"].contains(&kind);
                let product =
                    if has_product { format!("p{}", rng.random_range(1..6)) } else { String::new() };
                let price = if has_product {
                    format!("{}.{:02}", rng.random_range(1..60), rng.random_range(0..100))
                } else {
                    String::new()
                };
                let paid = ["purchase", "refund"].contains(&kind);
                let late = [1, 5, 3_600, 200_000].choose(&mut rng).copied().unwrap_or_default();
                let row = |received: i64, price: &str| {
                    format!(
                        "e{number},{visitor},{user},s{},{},{},{kind},home,/{step},{product},{},{},{price},{},{},{},{},{device},Firefox,DE,{},{source},{},",
                        day,
                        time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                        (time + TimeDelta::seconds(received))
                            .to_rfc3339_opts(chrono::SecondsFormat::Millis, true),
                        if has_product { "home.light" } else { "" },
                        if has_product { "acme" } else { "" },
                        if has_product { "2" } else { "" },
                        if paid { order.as_str() } else { "" },
                        if paid { "card" } else { "" },
                        if kind == "purchase" && step % 4 == 3 { "failure" } else { "" },
                        if source.is_empty() { "" } else { "https://www.example.com/x" },
                        if source.is_empty() { "" } else { "email" },
                    )
                };
                events.push(row(late, &price));
                match rng.random_range(0..20) {
                    0 => events.push(row(late, &price)),
                    1 => events.push(row(late + 77, &price)),
                    2 => events.push(row(late - 1, &price)),
                    3 if has_product => events.push(row(late, "9.99")),
                    4 => events.push(format!("bad{number},,,,not a time,,page_view{}", ",".repeat(17))),
                    5 => events.push(format!("cut{number},{visitor},")),
                    6 => events.push(format!(
                        "old{number},{visitor},,,1970-01-01T00:00:00Z,,page_view{}",
                        ",".repeat(17)
                    )),
                    _ => {}
                }
            }
        }
        let versions = |rng: &mut ChaCha8Rng| {
            (1..=rng.random_range(1..4)).map(|day| format!("2026-03-0{day}T00:00:00Z")).collect::<Vec<_>>()
        };
        let mut users = Vec::new();
        for user in 1..4 {
            users.extend(versions(&mut rng).iter().map(|at| format!("u{user},Name {at},2026-01-01,DE,{at}")));
        }
        let mut products = Vec::new();
        for product in 1..5 {
            products.extend(
                versions(&mut rng)
                    .iter()
                    .enumerate()
                    .map(|(version, at)| format!("p{product},Lamp,home.light,acme,{version}.50,{at}")),
            );
        }
        Self { events, users, products }
    }

    /// The log as files, each part of `parts` a folder; a part may be empty of anything.
    /// With a `body`, the first has the catalogue and half of the events.
    fn write(&self, folder: &Path, parts: usize, body: bool, rng: &mut ChaCha8Rng) -> Vec<PathBuf> {
        let mut files = vec![[Vec::new(), Vec::new(), Vec::new()]; parts];
        for (kind, rows) in [&self.events, &self.users, &self.products].into_iter().enumerate() {
            for row in rows {
                let is_body = body && (kind > 0 || rng.random_bool(0.5));
                let part = if is_body { 0 } else { rng.random_range(0..parts) };
                files[part][kind].push(row.as_str());
            }
        }
        let mut folders = Vec::new();
        for (part, mut kinds) in files.into_iter().enumerate() {
            let folder = folder.join(format!("part-{part}"));
            fs::create_dir_all(&folder).unwrap();
            for ((name, header), rows) in
                [("events", EVENTS), ("users", USERS), ("products", PRODUCTS)].into_iter().zip(&mut kinds)
            {
                rows.shuffle(rng);
                // A part without users or products has no file of them; without events, a bare header.
                if name == "events" || !rows.is_empty() {
                    let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
                    fs::write(folder.join(format!("{name}.csv")), format!("{header}\n{text}")).unwrap();
                }
            }
            folders.push(folder);
        }
        folders
    }
}

/// Behind every event, the same for every part.
fn now() -> DateTime<Utc> {
    "2027-01-01T00:00:00Z".parse().unwrap()
}

/// Ingests a part. One whose only news are an empty file of events is refused, which changes nothing.
fn take(lake: &Lake, part: &Path) {
    let options = ingest::Options { inputs: vec![part.to_owned()], ..Default::default() };
    if let Err(error) = ingest::ingest(lake, &options, now(), &Progress::hidden()) {
        assert!(error.to_string().contains("no event below it"), "{error}");
    }
}

fn mill(lake: &Lake, full_refresh: bool) -> transform::Outcome {
    let options = transform::Options { full_refresh, ..Default::default() };
    transform::transform(lake, &options, &Progress::hidden()).unwrap()
}

/// All of silver and gold as it is published.
fn tables(lake: &Lake) -> Tables {
    let engine = LocalEngine::open(lake, &engine::Options::default()).unwrap();
    let mut tables = Tables::new();
    for layer in [Layer::Silver, Layer::Gold] {
        for table in lake.tables(layer).unwrap() {
            let columns: Vec<_> = engine
                .columns(layer.as_str(), &table.name)
                .into_iter()
                .map(|(name, _)| name)
                .filter(|name| !ORIGIN.contains(&name.as_str()))
                .map(|name| format!("\"{name}\""))
                .collect();
            let sql = format!("select {} from {table}", columns.join(", "));
            let mut rows = Vec::new();
            let options = FormatOptions::default().with_null("∅");
            for batch in (&engine as &dyn Engine).collect(&sql, &Params::new()).unwrap() {
                let cells: Vec<_> = batch
                    .columns()
                    .iter()
                    .map(|column| ArrayFormatter::try_new(column, &options).unwrap())
                    .collect();
                for row in 0..batch.num_rows() {
                    rows.push(
                        cells.iter().map(|cell| cell.value(row).to_string()).collect::<Vec<_>>().join(" | "),
                    );
                }
            }
            rows.sort();
            tables.insert(table.to_string(), rows);
        }
    }
    tables
}

/// Says which rows of which tables differ, and nothing of those that do not.
#[track_caller]
fn assert_same(found: &Tables, expected: &Tables, what: &str) {
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{what}");
    let mut said = String::new();
    for (table, rows) in expected {
        if &found[table] != rows {
            let only = |these: &[String], those: &[String]| {
                let mut rest: Vec<_> = those.iter().collect();
                these
                    .iter()
                    .filter(|row| match rest.iter().position(|other| other == row) {
                        Some(at) => {
                            rest.remove(at);
                            false
                        }
                        None => true,
                    })
                    .take(3)
                    .map(|row| format!("\n    {row}"))
                    .collect::<String>()
            };
            said += &format!(
                "\n{table}: {} rows, {} expected\n  only here:{}\n  only expected:{}",
                found[table].len(),
                rows.len(),
                only(&found[table], rows),
                only(rows, &found[table])
            );
        }
    }
    assert!(said.is_empty(), "{what}{said}");
}

fn cases() -> u64 {
    std::env::var("CLICKMILL_LAW_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(2)
}

/// A lake made of the whole log at once.
fn whole(log: &Log, folder: &Path, rng: &mut ChaCha8Rng) -> Tables {
    let parts = log.write(&folder.join("whole"), 1, false, rng);
    let lake = Lake::new(folder.join("whole-data"));
    take(&lake, &parts[0]);
    mill(&lake, false);
    tables(&lake)
}

#[test]
fn any_split_in_any_order_gives_the_tables_of_one_run() {
    for seed in 0..cases() {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let scratch = tempfile::tempdir().unwrap();
        let log = Log::new(seed);
        let expected = whole(&log, scratch.path(), &mut rng);
        let mut in_part = 0;
        assert!(expected["gold.fact_events"].len() > 20 && !expected["silver.quarantine"].is_empty());
        // Milled after each part, after some, or once in the end; in the last way the first
        // part is the body of the log, so that the others touch only a part of it.
        for (way, often) in [1.0, 0.4, 0.0, 1.0].into_iter().enumerate() {
            let (count, has_body) = (rng.random_range(2..6), way == 3);
            let folder = scratch.path().join(format!("way-{way}"));
            let mut parts = log.write(&folder, count, has_body, &mut rng);
            if !has_body {
                parts.shuffle(&mut rng);
            }
            let lake = Lake::new(scratch.path().join(format!("data-{way}")));
            let mut has_events = false;
            for (position, part) in parts.iter().enumerate() {
                take(&lake, part);
                has_events |= lake.tables(Layer::Bronze).unwrap().iter().any(|table| table.name == "events");
                let is_last = position + 1 == parts.len();
                // A lake of no usable event is refused by a check, and rightly.
                if has_events && (is_last || rng.random_bool(often)) && (is_last || has_usable_events(&lake))
                {
                    let extent = mill(&lake, false).extent.unwrap();
                    in_part += usize::from(extent.contains("touched"));
                }
            }
            let what = format!("log {seed}, {count} parts, milled with probability {often}");
            assert_same(&tables(&lake), &expected, &what);
            let again = mill(&lake, false);
            assert!(again.tables.iter().all(|table| !table.changed), "{what}: nothing is new");
            if has_body {
                mill(&lake, true);
                assert_same(&tables(&lake), &expected, &format!("{what}, then refreshed"));
                let window = ("2026-03-02".parse().unwrap(), "2026-03-03".parse().unwrap());
                let options = transform::Options { window: Some(window), ..Default::default() };
                let redone = transform::transform(&lake, &options, &Progress::hidden()).unwrap();
                let said = redone.extent.unwrap();
                assert!(said.starts_with("the window from 2026-03-02 to 2026-03-03 touched"), "{said}");
                assert_same(&tables(&lake), &expected, &format!("{what}, then a window redone"));
            }
        }
        assert!(in_part > 0, "log {seed}: no run made only what was touched");
    }
}

/// Whether bronze holds an event that is no dirt.
fn has_usable_events(lake: &Lake) -> bool {
    let engine = LocalEngine::open(lake, &engine::Options::default()).unwrap();
    let sql = "select 1 from bronze.events where event_time like '2026-%' and visitor_id is not null limit 1";
    (&engine as &dyn Engine).collect(sql, &Params::new()).unwrap().iter().any(|batch| batch.num_rows() > 0)
}

/// What most easily goes wrong, told by hand, an event at a time: each arrives
/// in a file of its own, in every order, with a run after each.
#[test]
fn visits_merge_split_and_move_as_late_events_arrive() {
    let row = |id: &str, visitor: &str, user: &str, time: &str, received: &str, kind: &str, rest: &str| {
        format!("{id},{visitor},{user},,2026-03-{time}Z,2026-03-{received}Z,{kind},,,{rest}")
    };
    let nothing = ",".repeat(14);
    let log = [
        // Two visits over midnight that a third, late, event makes one, dated a day before.
        row("a", "v1", "", "01T23:40:00", "01T23:40:01", "page_view", &nothing),
        row("b", "v1", "", "02T00:35:00", "02T00:35:01", "add_to_cart", "p1,c,b,5.00,1,,,,,,,,,,"),
        row("c", "v1", "", "02T00:09:00", "05T12:00:00", "product_view", "p1,c,b,5.00,,,,,,,,,,,"),
        // The same event once more, received before the first copy, and saying something else.
        row("b", "v1", "", "02T00:35:00", "02T00:35:00", "add_to_cart", "p1,c,b,7.00,1,,,,,,,,,,"),
        // An order of two lines, the earlier one late; its refund on another day.
        row("d", "v2", "", "03T10:10:00", "03T10:10:01", "purchase", "p1,c,b,5.00,1,o1,card,,,,,,,,"),
        row("e", "v2", "", "03T10:05:00", "04T10:05:01", "purchase", "p2,c,b,3.00,2,o1,card,,,,,,,,"),
        row("f", "v2", "", "06T10:05:00", "06T10:05:01", "refund", "p2,c,b,3.00,1,o1,,,,,,,,,"),
        // A login that names who the visitor was all along, and another's on the same device.
        row("g", "v2", "u1", "04T09:00:00", "04T09:00:01", "login", &nothing),
        row("h", "v2", "u2", "01T09:00:00", "05T09:00:01", "login", &nothing),
        // A day before all others, the last to arrive.
        row("i", "v3", "", "01T00:00:00", "09T00:00:00", "page_view", &nothing),
    ];
    let scratch = tempfile::tempdir().unwrap();
    let file = |name: &str, rows: &[&String]| {
        let path = scratch.path().join(format!("{name}.csv"));
        let text: String = rows.iter().map(|row| format!("{row}\n")).collect();
        fs::write(&path, format!("{EVENTS}\n{text}")).unwrap();
        path
    };
    let lake = Lake::new(scratch.path().join("whole"));
    take(&lake, &file("whole", &log.iter().collect::<Vec<_>>()));
    mill(&lake, false);
    let expected = tables(&lake);
    assert_eq!(expected["gold.fact_sessions"].len(), 5, "{:?}", expected["gold.fact_sessions"]);
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    let mut order: Vec<_> = (0..log.len()).collect();
    for round in 0..cases().min(20) {
        let lake = Lake::new(scratch.path().join(format!("data-{round}")));
        match round {
            0 => {}
            1 => order.reverse(),
            _ => order.shuffle(&mut rng),
        }
        for (number, at) in order.iter().enumerate() {
            take(&lake, &file(&format!("{round}-{at}"), &[&log[*at]]));
            let extent = mill(&lake, false).extent.unwrap();
            assert_eq!(extent.starts_with("1 new batch touched"), number > 0, "{extent}");
        }
        assert_same(&tables(&lake), &expected, &format!("order {order:?}"));
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let place = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &place)
        } else {
            fs::copy(entry.path(), place).unwrap();
        }
    }
}

/// kill -9 at many moments of a run that adds to a lake: what was complete can
/// be read, and the next run ends where an undisturbed one does.
#[test]
#[cfg(unix)]
fn a_killed_run_leaves_the_last_state_and_the_next_completes_it() {
    let dir = Workdir::new();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let log = Log::new(99);
    let parts = log.write(&dir.path("parts"), 2, true, &mut rng);
    let run = |data: &str, part: &Path| {
        format!(
            "run --until transform --data-dir {data} --reports-dir {data}/reports --input {}",
            part.display()
        )
    };
    dir.done(&run("before", &parts[0]));
    let before = tables(&Lake::new(dir.path("before")));
    copy_folder(&dir.path("before"), &dir.path("after"));
    let started = Instant::now();
    dir.done(&run("after", &parts[1]));
    let took = started.elapsed();
    let after = tables(&Lake::new(dir.path("after")));
    assert_ne!(before, after);

    let moments = 4 + 2 * cases() as u32;
    let (mut killed, mut kept) = (0, 0);
    for moment in 1..=moments {
        let data = format!("data-{moment}");
        copy_folder(&dir.path("before"), &dir.path(&data));
        let line = run(&data, &parts[1]);
        let mut child = dir
            .command(line.split_whitespace())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(took * moment / (moments + 1) + Duration::from_millis(1));
        child.kill().unwrap();
        killed += u32::from(child.wait().unwrap().code().is_none());
        // As a reader would: what was cut short is completed or cleared away.
        let seen = dir.run_args(&["query", "--data-dir", &data, "select count(*) from fact_events"]);
        assert_eq!(seen.code, Some(0), "{seen:?}");
        let found = tables(&Lake::new(dir.path(&data)));
        if found != after {
            assert_same(&found, &before, &format!("killed at {moment} of {moments}"));
            kept += 1;
        }
        dir.done(&line);
        assert_same(
            &tables(&Lake::new(dir.path(&data))),
            &after,
            &format!("completed after {moment} of {moments}"),
        );
        fs::remove_dir_all(dir.path(&data)).unwrap();
    }
    assert!(killed > 0 && kept > 0, "{killed} killed, {kept} before they had published");
}

/// Months in which nothing changed keep their very files; the run says what it did.
#[test]
fn a_new_day_leaves_the_files_of_other_months_alone() {
    let dir = Workdir::new();
    let day = |date: &str, visitor: &str, rows: u32| {
        let rows: String = (0..rows)
            .map(|row| {
                format!(
                    "{date}-{row},{visitor},,,{date}T10:{row:02}:00Z,,product_view,,,p1,c,b,5.00,,,,,,,,,,,\n"
                )
            })
            .collect();
        fs::write(dir.path(&format!("{date}.csv")), format!("{EVENTS}\n{rows}")).unwrap();
    };
    day("2026-02-10", "v1", 5);
    day("2026-03-10", "v2", 5);
    day("2026-03-11", "v2", 3);
    dir.done("ingest --input 2026-02-10.csv --input 2026-03-10.csv --data-dir d");
    let first = dir.done("transform --data-dir d");
    assert!(first.contains("all of silver and gold was made: there was nothing before"), "{first}");
    let february = dir.path("d/gold/fact_events/2026-02.parquet");
    let march = dir.path("d/gold/fact_events/2026-03.parquet");
    let written = |path: &Path| fs::metadata(path).unwrap().modified().unwrap();
    let (old_february, old_march) = (written(&february), written(&march));

    dir.done("ingest --input 2026-03-11.csv --data-dir d");
    let second = dir.done("transform --data-dir d");
    assert!(second.contains("1 new batch touched 1 visitor and 1 day;"), "{second}");
    assert_eq!(written(&february), old_february);
    assert_ne!(written(&march), old_march);
    let again = dir.done("transform --data-dir d");
    assert!(again.contains("unchanged") && !again.contains("touched"), "{again}");

    let window = dir.done("transform --data-dir d --from 2026-02-01 --until 2026-02-28");
    assert!(
        window.contains("the window from 2026-02-01 to 2026-02-28 touched 1 visitor and 28 days"),
        "{window}"
    );
    let settings = dir.done("transform --data-dir d --session-gap 10m");
    assert!(
        settings.contains("all of silver and gold was made: settings, SQL or program have changed"),
        "{settings}"
    );
    dir.refused(2, "transform --data-dir d --from 2026-02-01");
    let turned = dir.refused(2, "transform --data-dir d --from 2026-02-02 --until 2026-02-01");
    assert!(turned.contains("a window begins before it ends"), "{turned}");
}
