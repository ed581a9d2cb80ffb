//! The real binary at the door: verbs, exit codes, what goes where, bad input.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::Stdio;

use crate::workdir::Workdir;

const HEADER: &str = "event_id,visitor_id,event_time,event_type\n";
const ROW: &str = "e1,v1,2026-03-01T10:00:00Z,page_view\n";

/// Made data up to gold, small enough to be made in each test.
const SMALL: &str = "run --sessions 60 --days 3 --products 20 --until transform";

#[test]
fn every_verb_explains_itself() {
    let dir = Workdir::new();
    let verbs = [
        "run",
        "generate",
        "ingest",
        "transform",
        "load",
        "report",
        "tableau",
        "query",
        "check",
        "models",
        "sources",
        "profile",
        "db",
        "config",
        "clean",
        "completions",
    ];
    for verb in verbs {
        let help = dir.done(&format!("{verb} --help"));
        assert!(help.contains("Usage: clickmill ") && help.contains("--data-dir"), "{help}");
    }
    assert!(verbs.iter().all(|verb| dir.done("--help").contains(verb)));
    assert_eq!(dir.done("--version").trim(), format!("clickmill {}", env!("CARGO_PKG_VERSION")));
    assert_eq!(dir.files(""), Vec::<String>::new(), "help touches nothing");
}

#[test]
fn wrong_usage_ends_with_two() {
    let dir = Workdir::new();
    for (line, says) in [
        ("", "Usage"),
        ("mill", "unrecognized subcommand"),
        ("run --sesions 3", "--sessions"),
        ("run --sessions many", "invalid value 'many'"),
        ("run --sessions 0", "sessions is 0"),
        ("run --days 0", "days is 0"),
        ("run --start-date 2026-02-30", "a date that exists"),
        ("run --format xml", "csv, jsonl or parquet"),
        ("run --from report --until load", "comes after"),
        ("run --profile hardwear", "did you mean hardware?"),
        ("profile show bazaar", "there is no profile"),
        ("run --from nowhere", "generate, ingest, transform, load, report"),
        ("run --session-gap 30", "a duration such as 30m"),
        ("run --time-zone Mars/Olympus", "IANA name"),
        ("run --memory-limit much", "a size such as"),
        ("report --format pdf", "png or svg"),
        ("run --chart-format pdf", "png or svg"),
        ("run --chart-since 2026-02-02 --chart-until 2026-02-01", "is after"),
        ("report --chart funel", "did you mean conversion_funnel?"),
        ("run --chart funel", "The charts are executive_summary, daily_trends"),
        ("report --size 100x900", "between half and three quarters"),
        ("report --size huge", "small, readme, slide"),
        ("report --locale xx", "en-US, en-GB"),
        ("report --since 2026-02-30", "a date that exists"),
        ("report --since 2026-02-02 --until 2026-02-01", "is after"),
        ("report --compare next", "previous, or empty"),
        ("query", "<SQL>"),
        ("models --show gold.nothing", "clickmill models"),
        ("completions nosh", "bash"),
        ("--quiet --verbose config", "cannot be used with"),
    ] {
        let ran = dir.run(line);
        assert_eq!(ran.code, Some(2), "clickmill {line}: {ran:?}");
        assert!(ran.stderr.contains(says), "clickmill {line}: {}", ran.stderr);
        assert_eq!(ran.stdout, "", "clickmill {line}: talk goes to stderr");
    }
}

#[test]
fn keys_that_do_not_exist_are_refused_with_the_nearest_that_does() {
    let dir = Workdir::new();
    dir.write("clickmill.toml", "[session]\ngapp = \"1h\"\n");
    let said = dir.refused(2, "config");
    assert!(said.contains("clickmill.toml") && said.contains("did you mean session.gap?"), "{said}");
    dir.write("clickmill.toml", "[session]\ngap = 30\n");
    let said = dir.refused(2, "config");
    assert!(said.contains("session.gap") && said.contains("a text"), "{said}");
    dir.write("clickmill.toml", "[session\n");
    assert!(dir.refused(2, "config").contains("not valid TOML"));
    let said = dir.refused(1, "config --config nowhere.toml");
    assert!(said.contains("nowhere.toml") && said.contains("No such file"), "{said}");
}

#[test]
fn stronger_layers_of_configuration_win_and_are_named() {
    let dir = Workdir::new();
    dir.write("clickmill.toml", "[session]\ngap = \"1h\"\n[generate]\nseed = 7\ndays = 2\n");
    let mut command = dir.command(["config", "--data-dir", "elsewhere"]);
    command.env("CLICKMILL_SESSION_GAP", "2h").env("DATABASE_URL", "postgresql://ann:s3cret@db/shop");
    let output = command.output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let line = |key: &str| {
        let line = text.lines().find(|line| line.starts_with(key)).unwrap_or_default();
        line.split_whitespace().skip(2).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(line("session.gap "), "\"2h\" # $CLICKMILL_SESSION_GAP");
    assert_eq!(line("generate.seed "), "7 # clickmill.toml");
    assert_eq!(line("lake.data_dir "), "\"elsewhere\" # --data-dir");
    assert_eq!(line("session.mode "), "\"gap\" # default");
    assert_eq!(line("load.database_url "), "\"postgresql://ann:***@db/shop\" # $DATABASE_URL");
    assert!(!text.contains("s3cret"));
    let unknown = dir.command(["config"]).env("CLICKMILL_SESSION_GAPP", "1h").output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn stages_say_what_they_lack() {
    let dir = Workdir::new();
    for (line, says) in [
        ("ingest", "clickmill generate"),
        ("transform", "clickmill ingest"),
        ("report", "clickmill transform"),
        ("check", "clickmill ingest"),
        ("query select", "clickmill run"),
        ("load", "clickmill transform"),
    ] {
        let ran = dir.run(line);
        assert!(matches!(ran.code, Some(1 | 2)), "clickmill {line}: {ran:?}");
        assert!(ran.stderr.contains(says), "clickmill {line} does not name the next step: {}", ran.stderr);
    }
    assert_eq!(dir.done("db status").lines().next(), Some("not made yet"));
    assert_eq!(dir.done("clean").trim(), "nothing to remove");
}

#[test]
fn bad_input_is_said_and_nothing_is_published() {
    let dir = Workdir::new();
    let utf16: Vec<u8> = format!("{HEADER}{ROW}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let utf16 = [&[0xff, 0xfe][..], &utf16].concat();
    dir.write("empty.csv", "");
    dir.write("header.csv", HEADER);
    dir.write("delimiter.csv", format!("{HEADER}{ROW}").replace(',', "#"));
    dir.write("column.csv", "event_id,visitor_id,event_type\ne1,v1,page_view\n");
    dir.write("utf16.csv", utf16);
    dir.write("folder/readme.txt", "no events here");
    dir.write("binary.csv", [0_u8, 159, 146, 150, 0, 1, 2, 3].repeat(64));
    dir.write("broken.csv.gz", [0x1f, 0x8b, 8, 0, 1, 2, 3]);
    dir.write("broken.parquet", "PAR1 and then nothing of the kind");
    for (input, says) in [
        ("nowhere.csv", "no such file"),
        ("empty.csv", "empty"),
        ("header.csv", "no row"),
        ("delimiter.csv", "column"),
        ("column.csv", "event_time"),
        ("utf16.csv", "UTF-16"),
        ("folder", "no data file"),
        ("binary.csv", ""),
        ("broken.csv.gz", "cut off"),
        ("broken.parquet", "Parquet"),
    ] {
        let ran = dir.run(&format!("run --until transform --input {input}"));
        assert!(matches!(ran.code, Some(1..=3)), "{input}: {ran:?}");
        assert!(ran.stderr.contains(input), "{input} is not named: {}", ran.stderr);
        assert!(ran.stderr.to_lowercase().contains(&says.to_lowercase()), "{input}: {}", ran.stderr);
        assert!(!dir.path("data/gold").exists(), "{input} was published");
        assert_eq!(dir.files("data/bronze"), Vec::<String>::new(), "{input} left something behind");
    }
}

#[test]
fn rows_of_another_encoding_are_kept_aside_not_lost() {
    let dir = Workdir::new();
    let mut rows = format!("{HEADER}{ROW}").into_bytes();
    rows.extend_from_slice(b"e2,caf\xe9,2026-03-01T10:01:00Z,page_view\n");
    dir.write("latin1.csv", rows);
    let said = dir.done("run --until transform --input latin1.csv");
    let counts = "select (select count(*) from bronze.events) as b, (select count(*) from silver.events) as s, \
                  (select count(*) from silver.quarantine) as q";
    assert_eq!(dir.row(counts), "2 1 1");
    let quarantined = dir.row("select _source_line, reasons from silver.quarantine");
    assert!(quarantined.starts_with("3 ") && quarantined.contains("UTF-8"), "{quarantined}");
    assert!(said.contains("1 received row could not be used"), "{said}");
}

#[test]
fn data_that_fails_a_check_ends_with_three_and_keeps_what_was_published() {
    let dir = Workdir::new();
    dir.write("good.csv", format!("{HEADER}{ROW}"));
    dir.write("bad.csv", format!("{HEADER}e2,v1,yesterday,page_view\n"));
    let said = dir.refused(3, "run --until transform --input bad.csv");
    assert!(said.contains("silver_has_events") && said.contains("nothing was published"), "{said}");
    assert!(!dir.path("data/gold").exists());
    dir.done("run --until transform --input good.csv");
    let before = dir.hashes("data/gold");
    assert!(before.len() > 15, "{before:?}");
    // A visitor's id in two sources means two things.
    dir.write(
        "rees46.csv",
        "event_time,event_type,product_id,category_id,category_code,brand,price,user_id,user_session\n\
         2026-03-01 10:00:00 UTC,view,1,2,a.b,c,1.00,v1,s1\n",
    );
    let ran = dir.run("run --until transform --input rees46.csv");
    assert!(matches!(ran.code, Some(1..=3)), "{ran:?}");
    assert!(ran.stderr.contains("--id-prefix"), "{}", ran.stderr);
    assert_eq!(dir.hashes("data/gold"), before);
    dir.done("run --until transform --input rees46.csv --id-prefix r:");
    assert_eq!(dir.rows("select visitor_id from dim_visitors order by 1"), ["r:v1", "v1"]);
}

#[test]
fn queries_answer_in_three_formats_and_only_read() {
    let dir = Workdir::new();
    dir.done(SMALL);
    let query = |sql: &str, format: &str| dir.run_args(&["query", sql, "--format", format]);
    let sql = "select session_id, duration_seconds from fact_sessions order by 1 limit 1";
    let csv = query(sql, "csv").stdout;
    let (header, row) = csv.trim_end().split_once('\n').unwrap();
    assert_eq!(header, "session_id,duration_seconds");
    let (key, seconds) = row.split_once(',').unwrap();
    assert_eq!(
        query(sql, "json").stdout,
        format!("[{{\"session_id\":\"{key}\",\"duration_seconds\":{seconds}}}]\n"),
        "a 60-bit key is text in JSON"
    );
    assert!(query(sql, "table").stdout.contains(&format!("| {key} |")));
    for (format, empty) in [("csv", "session_id\n"), ("json", "[]\n")] {
        assert_eq!(query("select session_id from fact_sessions where false", format).stdout, empty);
    }
    let before = dir.hashes("data");
    for sql in [
        "copy (select 1) to 'stolen.csv'",
        "create external table passwords stored as csv location '/etc/passwd'",
        "insert into fact_orders select * from fact_orders",
        "drop table gold.fact_orders",
        "create table mine as select 1",
        "set datafusion.execution.batch_size = 1",
        "select 1; select 2",
        "selekt 1",
        "select * from nothing",
        "select nothing from fact_orders",
    ] {
        let ran = query(sql, "csv");
        assert_eq!((ran.code, ran.stdout.as_str()), (Some(1), ""), "{sql}: {ran:?}");
        assert!(ran.stderr.starts_with("error: "), "{sql}: {ran:?}");
    }
    assert_eq!(dir.hashes("data"), before);
    assert!(!dir.path("stolen.csv").exists());
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let dir = Workdir::new();
    dir.done("run --sessions 300 --days 3 --products 20 --until transform");
    for format in ["csv", "json", "table"] {
        let mut command = dir.command(["query", "select * from fact_events", "--format", format]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut first = String::new();
        let mut reader = BufReader::with_capacity(64, child.stdout.take().unwrap());
        // As `head` does: a little, and no more.
        first.push_str(&String::from_utf8_lossy(reader.fill_buf().unwrap()));
        drop(reader);
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{format}");
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{format}");
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_full_device_is_a_failure() {
    let dir = Workdir::new();
    let full = fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = dir.command(["models"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("stdout") && said.contains("No space left"), "{said}");
}

#[test]
fn models_print_order_graph_and_text() {
    let dir = Workdir::new();
    let list = dir.done("models");
    let place = |name: &str| list.find(&format!(" {name} ")).unwrap_or_else(|| panic!("no {name} in {list}"));
    assert!(place("silver.events") < place("gold.fact_events"));
    assert!(place("gold.fact_events") < place("gold.fact_daily_metrics"));
    let graph = dir.done("models --graph");
    assert!(
        graph.starts_with("graph LR\n") && graph.contains("silver.events --> gold.fact_events"),
        "{graph}"
    );
    let sql = dir.done("models --show gold.fact_orders");
    assert!(sql.contains("-- grain: one row per order") && !sql.contains("{{"), "{sql}");
    let sources = dir.done("sources");
    assert!(
        ["clickmill", "rees46", "retailrocket", "kaggle", "tracker"]
            .iter()
            .all(|name| sources.contains(name))
    );
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(dir.done(&format!("completions {shell}")).contains("clickmill"));
    }
}

#[test]
fn any_folder_will_do() {
    let dir = Workdir::new();
    let absolute = dir.path("Daten & Zahlen/größe 1 'x'");
    fs::create_dir_all(dir.path("work here")).unwrap();
    let folder = absolute.to_str().unwrap();
    let args = SMALL.split_whitespace().chain(["--data-dir", folder, "--reports-dir", "../bilder ü"]);
    let output = dir.command(args).current_dir(dir.path("work here")).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = dir.run_args(&["report", "--data-dir", folder, "--reports-dir", "bilder ü"]);
    assert_eq!(report.code, Some(0), "{report:?}");
    assert!(dir.path("bilder ü/daily_trends.png").is_file() && dir.path("bilder ü/run.json").is_file());
    // What it says to type next can be typed.
    let text = String::from_utf8(output.stdout).unwrap();
    let next = text.lines().find_map(|line| line.strip_prefix("next")).unwrap().trim().to_owned();
    let shell = std::process::Command::new("sh")
        .arg("-c")
        .arg(&next)
        .current_dir(dir.path("work here"))
        .output()
        .unwrap();
    assert!(shell.status.success(), "{next}: {}", String::from_utf8_lossy(&shell.stderr));
    assert!(String::from_utf8_lossy(&shell.stdout).contains("revenue"));
}

#[test]
fn stages_run_one_by_one_or_in_part() {
    let dir = Workdir::new();
    let flags = "--sessions 60 --days 3 --products 20";
    assert!(dir.done(&format!("generate {flags}")).contains("raw.events"));
    assert!(!dir.path("data/bronze").exists());
    dir.done("ingest");
    assert!(!dir.path("data/silver").exists());
    dir.done("transform");
    let tables = dir.hashes("data/gold").len();
    let said = dir.done("check");
    assert!(said.contains("gold_revenue_agrees") && !said.contains("bad rows"), "{said}");
    // By the settings that gold was made with, not by those of today.
    dir.done("transform --session-gap 10h --time-zone Asia/Tokyo");
    assert!(!dir.done("check").contains("bad rows"));
    dir.done("report --chart daily_trends --format svg");
    assert!(dir.path("reports/daily_trends.svg").is_file());
    assert!(!dir.path("reports/user_segments.svg").exists());
    let said = dir.refused(2, "report --since 2031-01-01");
    assert!(said.contains("no day to draw since 2031-01-01") && said.contains("the data cover"), "{said}");
    let said = dir.refused(2, "report --compare previous");
    assert!(said.contains("to compare with") && said.contains("--since 20"), "{said}");
    let said = dir.done(&format!("run {flags} --from generate --until ingest --data-dir other"));
    assert!(!dir.path("other/gold").exists());
    assert!(said.trim_end().ends_with("clickmill transform --data-dir other"), "{said}");
    dir.done("run --from transform --until transform --data-dir other");
    // The whole run takes the format of its charts apart from that of its raw files.
    dir.done(
        "run --from report --chart daily_trends --chart-format svg --data-dir other --reports-dir drawn",
    );
    assert_eq!(dir.files("drawn"), ["daily_trends.svg", "run.json"]);
    assert_eq!(dir.hashes("other/gold").len(), tables);
    let removed = dir.done("clean");
    assert!(removed.contains("removed data/raw"), "{removed}");
    assert_eq!(dir.files("data"), [".lock"]);
}

#[test]
fn raw_files_of_other_settings_are_kept_unless_told() {
    let dir = Workdir::new();
    dir.done(SMALL);
    dir.write(
        "guest.csv",
        "event_id,visitor_id,event_time,event_type\ng1,g,2026-01-05T12:00:00Z,page_view\n",
    );
    dir.done("ingest --input guest.csv --id-prefix guest:");
    let before = dir.hashes("data");
    let said = dir.refused(2, &SMALL.replace("--products 20", "--products 21"));
    assert!(said.contains("products 20") && said.contains("--overwrite"), "{said}");
    assert_eq!(dir.hashes("data"), before);
    dir.done(&format!("{} --overwrite", SMALL.replace("--products 20", "--products 21")));
    assert_eq!(
        dir.row("select count(*) from dim_products where not is_inferred and product_id <> '(unknown)'"),
        "21"
    );
    assert_eq!(dir.row("select count(*) from fact_sessions"), "61", "60 made anew, and the guest's own");
}

#[test]
fn one_run_at_a_time_per_data_folder() {
    let dir = Workdir::new();
    let lock = dir.lake().lock().unwrap();
    for line in [SMALL, "generate", "ingest", "transform", "load", "report", "clean"] {
        let said = dir.refused(2, line);
        assert!(said.contains("another clickmill run is using data"), "{said}");
    }
    drop(lock);
    dir.done(SMALL);
}

#[test]
fn quiet_is_quiet_and_json_is_json() {
    let dir = Workdir::new();
    let ran = dir.run(&format!("{SMALL} --quiet"));
    assert_eq!((ran.code, ran.stderr.as_str()), (Some(0), ""), "{ran:?}");
    let ran = dir.run(&format!("{SMALL} --data-dir other -v --log-format json"));
    for line in ran.stderr.lines() {
        serde_json::from_str::<serde_json::Value>(line).unwrap_or_else(|error| panic!("{line}: {error}"));
    }
    let mut child = dir.command(["config"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let _ = child.stdin.take().unwrap().write_all(b"nobody reads this");
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_profile_can_be_printed_changed_and_used() {
    let dir = Workdir::new();
    let list = dir.done("profile list");
    assert!(["fashion", "hardware", "marketplace"].iter().all(|name| list.contains(name)), "{list}");
    let text = dir.done("profile show hardware");
    assert!(text.starts_with("# hardware: ") && text.contains("\n[intent]\n"), "{text}");

    dir.write("mine.toml", text.replace("name = \"hardware\"", "name = \"mine\""));
    dir.done("generate --sessions 60 --days 3 --products 20 --profile mine.toml");
    assert!(fs::read_to_string(dir.path("data/raw/_manifest.json")).unwrap().contains("\"mine\""));
    let said = dir.refused(2, "generate --sessions 60 --days 3 --products 20");
    assert!(said.contains("made with profile mine, you asked for profile marketplace"), "{said}");

    let said = dir.refused(1, "generate --profile nowhere/mine.toml");
    assert!(said.contains("nowhere/mine.toml") && said.contains("No such file"), "{said}");
    for (right, wrong, says) in [
        ("stay = 0.75", "stay = 1.75", "account.stay is 1.75; a share lies between 0 and 1"),
        ("stay = 0.75", "stay = 0.75\nstaay = 0.5", "unknown key account.staay (did you mean stay?)"),
        ("stay = 0.75", "", "the key stay is missing"),
        ("sessions_per_user = 1.27", "sessions_per_user = \"many\"", "invalid type"),
    ] {
        assert!(text.contains(right), "{right}");
        dir.write("wrong.toml", text.replace(right, wrong));
        let said = dir.refused(2, "generate --data-dir other --profile wrong.toml");
        assert!(said.contains("wrong.toml") && said.contains(says), "{said}");
        assert!(!dir.path("other/raw").exists(), "nothing is written before a profile is checked");
    }
}

#[test]
fn a_run_that_fails_is_written_down() {
    let dir = Workdir::new();
    dir.write("empty.csv", "");
    dir.refused(1, "run --input empty.csv");
    let report: serde_json::Value =
        serde_json::from_slice(&fs::read(dir.path("reports/run.json")).unwrap()).unwrap();
    assert!(report["error"].as_str().unwrap().contains("empty.csv"), "{report}");
    let logs = dir.files("logs");
    assert_eq!(logs.len(), 1);
    assert!(fs::read_to_string(dir.path("logs").join(&logs[0])).unwrap().contains("empty.csv"));
    let ran = dir.run("ingest --input empty.csv --log-format json");
    let line: serde_json::Value = serde_json::from_str(ran.stderr.trim()).unwrap();
    assert_eq!((ran.code, line["level"].as_str()), (Some(1), Some("ERROR")));
    assert!(line["fields"]["message"].as_str().unwrap().contains("empty.csv"), "{line}");
}
