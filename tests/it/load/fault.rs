//! Loads that are killed, servers that die, lines that are cut, disks that are
//! full: the warehouse is what it was or what it was to be, table by table.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};

use crate::workdir::Workdir;

/// Rows of every table of gold, and money wherever it is; one line.
const STATE: &str = "
    select string_agg(format('%s %s', name, told), ', ' order by name) from (
        select 'events' as name, format('%s/%s', count(*), sum(revenue)) as told from gold.fact_events
        union all select 'sessions', format('%s/%s', count(*), sum(revenue)) from gold.fact_sessions
        union all select 'orders', format('%s/%s', count(*), sum(revenue)) from gold.fact_orders
        union all select 'daily', format('%s/%s', count(*), sum(revenue)) from gold.fact_daily_metrics
        union all select 'attribution', format('%s/%s', count(*), sum(last_credit)) from gold.fact_attribution
        union all select 'session_daily', format('%s/%s', count(*), sum(revenue)) from gold.agg_session_daily
        union all select 'product_daily', format('%s/%s', count(*), sum(revenue)) from gold.agg_product_daily
        union all select 'weekly', format('%s/%s', count(*), sum(revenue)) from gold.agg_user_weekly
        union all select 'users', format('%s/%s', count(*), sum(revenue)) from gold.dim_users
        union all select 'visitors', count(*)::text from gold.dim_visitors
        union all select 'products', count(*)::text from gold.dim_products
        union all select 'channels', count(*)::text from gold.dim_channel
        union all select 'days', format('%s/%s', count(*), sum(rows)) from gold.etl_load
        union all select 'tables', format('%s/%s', count(*), sum(rows)) from gold.etl_table
    ) as states";

/// Tables that a load staged and did not put in place.
const LEFT: &str = "select count(*) from pg_class where relname like 'fact\\_%\\_new' and relkind = 'r'";

/// A private server, and two lakes whose gold differs in every table.
struct Pair {
    server: Workdir,
    lakes: [Workdir; 2],
    states: [String; 2],
}

impl Pair {
    fn new() -> Option<Self> {
        let server = Workdir::new();
        if !server.has_postgres() {
            return None;
        }
        let lakes = [Workdir::new(), Workdir::new()];
        lakes[0].done("run --until transform --sessions 600 --days 6 --products 60");
        lakes[1].done("run --until transform --sessions 700 --days 8 --products 80 --seed 7");
        let mut pair = Self { server, lakes, states: Default::default() };
        for number in [0, 1] {
            pair.load(number);
            pair.states[number] = pair.state();
        }
        assert_ne!(pair.states[0], pair.states[1]);
        Some(pair)
    }

    fn url(&self) -> String {
        self.server.done("db url").trim().to_owned()
    }

    fn state(&self) -> String {
        self.server.psql(STATE)
    }

    fn command(&self, number: usize) -> Command {
        let mut command = self.lakes[number].command(["load", "--prune"]);
        command.env("DATABASE_URL", self.url()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn load(&self, number: usize) -> Duration {
        let started = Instant::now();
        let output = self.command(number).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        started.elapsed()
    }

    /// Where the server's cluster is.
    fn cluster(&self) -> String {
        let status = self.server.done("db status");
        let folder = status.lines().find_map(|line| line.strip_prefix("folder ")).unwrap();
        format!("{folder}/cluster")
    }

    fn postmaster(&self) -> String {
        let pid = std::fs::read_to_string(format!("{}/postmaster.pid", self.cluster())).unwrap();
        pid.lines().next().unwrap().to_owned()
    }

    /// No log, report or message tells the password.
    fn assert_secret(&self, said: &str) {
        let url = self.url();
        let password = url.split(':').nth(2).and_then(|rest| rest.split('@').next()).unwrap();
        assert!(!said.contains(password), "{said}");
        let server_log = std::fs::read_to_string(format!("{}/server.log", self.cluster())).unwrap();
        assert!(!server_log.contains(password), "the server's log tells the password");
        let mut logs = 0;
        for lake in &self.lakes {
            for file in lake.files("") {
                let bytes = std::fs::read(lake.path(&file)).unwrap();
                assert!(!String::from_utf8_lossy(&bytes).contains(password), "{file} tells the password");
                logs += i32::from(file.starts_with("logs/"));
            }
        }
        assert!(logs > 1, "{logs}");
    }

    /// The state is one of the two; which one.
    fn which(&self, context: &str) -> usize {
        let state = self.state();
        self.states.iter().position(|known| *known == state).unwrap_or_else(|| {
            panic!(
                "{context}: the warehouse is half this and half that\n{state}\n{}\n{}",
                self.states[0], self.states[1]
            )
        })
    }
}

/// The error in what a load said.
fn error_of(said: &str) -> &str {
    said.lines().find(|line| line.starts_with("error: ")).unwrap_or("(it was done)")
}

#[test]
fn a_client_killed_at_any_moment_leaves_the_old_or_the_new_warehouse() {
    let Some(pair) = Pair::new() else { return };
    let whole = pair.load(0).max(pair.load(1)).max(pair.load(0));
    let seed = std::process::id();
    let mut random = rand::rngs::SmallRng::seed_from_u64(seed.into());
    println!("a load takes {whole:?}; seed {seed}");
    let (mut now, mut old, mut left) = (0, 0, 0);
    for kill in 1..=20 {
        let moment = whole.mul_f64(random.random_range(0.0..1.0));
        let mut load = pair.command(1 - now).spawn().unwrap();
        std::thread::sleep(moment);
        load.kill().unwrap();
        load.wait().unwrap();
        let after = pair.which(&format!("killed after {moment:?}"));
        let staged: i32 = pair.server.psql(LEFT).parse().unwrap();
        println!("kill {kill:>2} after {moment:>9.2?}: {} -> {}, {staged} staged tables left", now, after);
        old += i32::from(after == now);
        left += i32::from(staged > 0);
        now = after;
    }
    println!("20 kills: {old} left the old warehouse, {} the new one; {left} left staged tables", 20 - old);
    assert!(old > 0, "no kill found a load at work");
    pair.load(1);
    assert_eq!(pair.state(), pair.states[1]);
    assert_eq!(pair.server.psql(LEFT), "0", "the next load clears away what the killed ones left");
}

#[test]
fn a_first_load_that_is_killed_shows_no_fact_and_no_figure() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    dir.done("run --until transform --sessions 700 --days 8 --products 60");
    let started = Instant::now();
    dir.done("load");
    let whole = started.elapsed();
    let mut killed = 0;
    for share in [0.2, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9] {
        dir.psql("drop schema if exists analytics, gold cascade");
        let mut load = dir.command(["load"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        let _ = load.kill();
        let ended = load.wait().unwrap();
        if dir.psql("select to_regclass('gold.etl_load') is not null") != "t" {
            continue;
        }
        let counts = dir.psql(
            "select (select count(*) from gold.fact_events) || ' ' || (select count(*) from gold.fact_sessions) \
             || ' ' || (select count(*) from gold.fact_orders) || ' ' || (select count(*) from gold.agg_user_weekly) \
             || ' ' || (select count(*) from gold.etl_load)",
        );
        println!("after {share} of a load: {counts}");
        let whole = dir.row(
            "select (select count(*) from fact_events) as a, (select count(*) from fact_sessions) as b, \
             (select count(*) from fact_orders) as c, (select count(*) from agg_user_weekly) as d, 8",
        );
        if !ended.success() {
            killed += 1;
            assert!(counts == "0 0 0 0 0" || counts == whole, "{counts} of {whole}");
        }
    }
    assert!(killed > 0);
    dir.done("load");
    assert_eq!(
        dir.psql("select count(*) from gold.fact_events"),
        dir.row("select count(*) from fact_events")
    );
}

#[test]
fn a_server_killed_in_mid_load_has_the_old_or_the_new_warehouse_when_it_is_back() {
    let Some(pair) = Pair::new() else { return };
    let whole = pair.load(0);
    let mut now = 0;
    for share in [0.2, 0.4, 0.6, 0.8] {
        let load = pair.command(1 - now).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        let killed = Command::new("kill").args(["-9", &pair.postmaster()]).status().unwrap();
        assert!(killed.success());
        let output = load.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        if !output.status.success() {
            assert!(said.contains("error: load: "), "{said}");
        }
        pair.server.done("db start");
        let after = pair.which(&format!("server killed after {share} of a load"));
        println!(
            "server killed after {:.2?}: {now} -> {after}; load said: {}",
            whole.mul_f64(share),
            error_of(&said)
        );
        now = after;
    }
    pair.load(1 - now);
    assert_eq!(pair.which("after all"), 1 - now);
    assert_eq!(pair.server.psql(LEFT), "0");
}

#[test]
fn a_line_that_is_cut_changes_nothing_and_is_said() {
    let Some(pair) = Pair::new() else { return };
    let whole = pair.load(0);
    let (mut now, mut cut) = (0, 0);
    for share in [0.3, 0.5, 0.7, 0.9] {
        let load = pair.command(1 - now).spawn().unwrap();
        std::thread::sleep(whole.mul_f64(share));
        let lines: i32 = pair
            .server
            .psql(
                "select count(pg_terminate_backend(pid)) from pg_stat_activity \
                 where application_name = 'clickmill'",
            )
            .parse()
            .unwrap();
        let output = load.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let after = pair.which(&format!("{lines} lines cut after {share} of a load"));
        println!("{lines} lines cut: {now} -> {after}; load said: {}", error_of(&said));
        if lines > 0 && !output.status.success() {
            cut += 1;
            assert!(said.contains("error: load: ") && !said.contains("panicked"), "{said}");
        }
        // Said at length, to a reader who keeps up.
        let aloud = pair.command(after).arg("-vv").output().unwrap();
        pair.assert_secret(&(said + &String::from_utf8_lossy(&aloud.stderr)));
        now = after;
    }
    assert!(cut > 0, "no cut found a load at work");
    pair.load(1 - now);
    assert_eq!(pair.which("after all"), 1 - now);
    assert_eq!(pair.server.psql(LEFT), "0");
}

#[test]
fn two_loads_of_different_gold_follow_one_another() {
    let Some(pair) = Pair::new() else { return };
    let loads: Vec<_> = [0, 1].map(|number| pair.command(number).spawn().unwrap()).into();
    let mut waited = 0;
    for load in loads {
        let output = load.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{said}");
        waited += i32::from(said.contains("another load into this database is running; waiting for it"));
    }
    println!("{waited} of 2 loads said that it waited");
    let which = pair.which("two at once");
    println!("the warehouse is that of lake {which}");
    assert_eq!(pair.server.psql(LEFT), "0");
}

/// A disk of the server that has room for one warehouse and not for another.
#[test]
#[cfg(target_os = "linux")]
fn a_full_disk_of_the_server_changes_nothing_and_is_said() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    let status = dir.done("db status");
    let home = status.lines().find_map(|line| line.strip_prefix("folder ")).unwrap().to_owned();
    let disk = format!("{home}/small");
    std::fs::create_dir_all(&disk).unwrap();
    let mount = Command::new("mount").args(["-t", "tmpfs", "-o", "size=40m", "tmpfs", &disk]).output();
    if !mount.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no right to mount a small file system");
        return;
    }
    struct Unmount(String);
    impl Drop for Unmount {
        fn drop(&mut self) {
            let _ = Command::new("umount").args(["-l", &self.0]).status();
        }
    }
    let unmount = Unmount(disk.clone());
    let script = format!("chown --reference={home}/cluster/PG_VERSION {disk} && chmod 700 {disk}");
    assert!(Command::new("sh").args(["-c", &script]).status().unwrap().success());
    dir.psql(&format!("create tablespace small location '{disk}'"));
    dir.psql("create database full_disk tablespace small");
    let url =
        dir.done("db url").trim().replace("/clickmill", "/full_disk").replace("full_disk:", "clickmill:");
    let (address, _) = url.rsplit_once('/').unwrap();
    let url = format!("{}/full_disk", address.replace("//full_disk", "//clickmill"));

    dir.done("run --until transform --sessions 300 --days 5 --products 40");
    dir.done(&format!("load --database-url {url}"));
    let psql = |sql: &str| {
        let ran = dir.run_args(&["db", "--database-url", &url, "psql", "--", "-Atc", sql]);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ran.stdout.trim().to_owned()
    };
    let before = psql(STATE);
    let more = Workdir::new();
    more.done("run --until transform --sessions 9000 --days 20 --products 40");
    let said = more.refused(1, &format!("load --prune --database-url {url}"));
    println!("{said}");
    assert!(said.contains("No space left on device") && said.contains("the server's disk is full"), "{said}");
    let after = psql(STATE);
    println!("before: {before}\nafter:  {after}");
    assert_eq!(after, before);
    dir.done(&format!("load --database-url {url}"));
    assert_eq!(psql(LEFT), "0");
    dir.psql("drop database full_disk with (force)");
    dir.psql("drop tablespace small");
    dir.done("db stop");
    drop(unmount);
}
