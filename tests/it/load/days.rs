//! Which days are loaded: late events, months of the past, `--since`, dry runs,
//! and schemas of other versions.

use clickmill::load::Options;
use refinery::{Migration, Runner};

use super::database::Database;
use super::shop::Shop;
use super::{ROW_VERSIONS, gold};
use crate::workdir::Workdir;

/// A day changes that lies in a month of the past, which is one partition.
#[test]
fn a_late_event_for_an_old_day_replaces_the_month_it_lies_in_and_nothing_else() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    let mut rows = "event_id,visitor_id,event_time,event_type\n".to_owned();
    for (number, day) in ["01-10", "01-20", "02-10", "03-10", "04-10", "04-11", "05-02"].iter().enumerate() {
        rows += &format!("a{number},v{number},2026-{day}T10:00:00Z,page_view\n");
    }
    dir.write("events.csv", rows);
    dir.done("run --until load --input events.csv");
    let partitions = "select relname from pg_class inner join pg_inherits on inhrelid = pg_class.oid \
        where inhparent = 'gold.fact_events'::regclass order by 1";
    assert_eq!(
        dir.psql(partitions).lines().collect::<Vec<_>>(),
        [
            "fact_events_2026_01",
            "fact_events_2026_02",
            "fact_events_2026_03_10",
            "fact_events_2026_04_10",
            "fact_events_2026_04_11",
            "fact_events_2026_05_02",
            "fact_events_default"
        ]
    );
    let versions = "select date_trunc('month', event_date)::date || ' ' || min(xmin::text) || ' ' || count(*) \
        from gold.fact_events group by date_trunc('month', event_date) order by 1";
    let before = dir.psql(versions);
    dir.write(
        "late.csv",
        "event_id,visitor_id,event_time,event_type\nlate,v0,2026-01-10T10:05:00Z,page_view\n",
    );
    let said = dir.done("run --until load --input late.csv");
    let after = dir.psql(versions);
    println!("before:\n{before}\nafter:\n{after}\n{said}");
    let same: Vec<_> = before.lines().zip(after.lines()).map(|(before, after)| before == after).collect();
    assert_eq!(same, [false, true, true, true, true]);
    assert!(after.lines().next().unwrap().ends_with(" 3"), "{after}");
    assert_eq!(dir.psql("select events from gold.fact_sessions where session_date = '2026-01-10'"), "2");
}

/// As time goes on, days of a month come together in one partition; no figure changes.
#[test]
fn days_become_a_month_when_they_are_old() {
    let dir = Workdir::new();
    if !dir.has_postgres() {
        return;
    }
    let head = "event_id,visitor_id,event_time,event_type\n";
    dir.write(
        "a.csv",
        format!("{head}a,v1,2026-01-10T10:00:00Z,page_view\nb,v1,2026-01-20T10:00:00Z,page_view\n"),
    );
    dir.done("run --until load --input a.csv");
    let partitions = "select string_agg(relname, ' ' order by relname) from pg_class inner join pg_inherits \
        on inhrelid = pg_class.oid where inhparent = 'gold.fact_sessions'::regclass";
    assert_eq!(
        dir.psql(partitions),
        "fact_sessions_2026_01_10 fact_sessions_2026_01_20 fact_sessions_default"
    );
    dir.write("b.csv", format!("{head}c,v1,2026-04-20T10:00:00Z,page_view\n"));
    dir.done("run --until load --input b.csv");
    assert_eq!(dir.psql(partitions), "fact_sessions_2026_01 fact_sessions_2026_04_20 fact_sessions_default");
    let days = "select string_agg(session_date || ' ' || events, ', ' order by session_date) from gold.fact_sessions";
    assert_eq!(dir.psql(days), "2026-01-10 1, 2026-01-20 1, 2026-04-20 1");
    assert!(dir.done("load").contains("gold.fact_sessions") && dir.psql(days).contains("2026-04-20"));
}

#[test]
fn days_before_since_are_left_alone() {
    let Some(database) = Database::new("since") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let before = database.text(ROW_VERSIONS);
    let (_folder, changed) = gold(Shop { dearer_day: Some(2), ..Shop::default() });
    let since = |day: &str| Options { since: Some(day.parse().unwrap()), ..Options::default() };
    let facts = "select event_date, sum(revenue) from gold.fact_events group by 1 order by 1";
    let old = database.text(facts);
    database.load_with(&changed, &since("2026-01-03")).unwrap();
    assert_eq!(database.text(facts), old, "day 2 is not looked at");
    database.load_with(&changed, &since("2026-01-02")).unwrap();
    assert_ne!(database.text(facts), old);
    assert_eq!(database.text("select count(*) from gold.etl_load"), "3");
    assert_eq!(database.text("select count(*) from gold.fact_events"), "27");
    assert_ne!(database.text(ROW_VERSIONS), before);
    let again = database.load(&changed).unwrap();
    assert!(again.iter().all(|summary| !summary.changed), "{again:?}");
}

#[test]
fn a_dry_run_says_what_would_be_loaded_and_changes_nothing() {
    let Some(database) = Database::new("dry") else { return };
    let dry = Options { dry_run: true, ..Options::default() };
    let (_folder, three) = gold(Shop::default());
    let notices = database.load_with(&three, &dry).unwrap().notices;
    assert_eq!(notices[0], "dry run: nothing was changed");
    assert!(notices[1].starts_with("the database holds no warehouse yet; up to "), "{notices:?}");
    assert_eq!(
        database.text("select count(*) from pg_namespace where nspname in ('gold', 'analytics')"),
        "0"
    );

    database.load(&three).unwrap();
    let before = database.text(ROW_VERSIONS);
    let said = |shop: Shop| database.load_with(&gold(shop).1, &dry).unwrap().notices;
    assert_eq!(
        said(Shop::default()),
        ["dry run: nothing was changed", "no day would be loaded", "no small table would be changed"]
    );
    let notices = said(Shop { days: 4, dearer_day: Some(2), ..Shop::default() });
    assert_eq!(notices[1], "2 days would be loaded: 2026-01-02, 2026-01-04");
    let notices = said(Shop { days: 1, ..Shop::default() });
    assert!(
        notices.last().unwrap().contains("2 days of the warehouse: 2026-01-02, 2026-01-03"),
        "{notices:?}"
    );
    assert_eq!(database.text(ROW_VERSIONS), before);
}

#[test]
fn a_full_refresh_replaces_every_row_and_changes_none() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("refresh") else { return };
    database.load(&engine).unwrap();
    let rows = "select md5(string_agg(f::text, ',' order by f::text)) from gold.fact_events as f";
    let versions = "select min(xmin::text::bigint) from gold.fact_events";
    let (same, version) = (database.text(rows), database.text(versions));
    let refresh = Options { full_refresh: true, ..Options::default() };
    database.load_with(&engine, &refresh).unwrap();
    assert_eq!(database.text(rows), same);
    assert!(database.text(versions).parse::<i64>().unwrap() > version.parse().unwrap());
}

/// A warehouse as the fifth migration left it, a day loaded.
#[test]
fn a_schema_of_an_older_version_is_migrated() {
    let Some(database) = Database::new("older") else { return };
    let mut client = database.client();
    client
        .batch_execute(
            "create schema gold; comment on schema gold is 'clickmill: x'; \
             create schema analytics; comment on schema analytics is 'clickmill: x'",
        )
        .unwrap();
    let mut files: Vec<_> =
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/sql/postgres/migrations"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
    files.sort();
    let first: Vec<_> = files
        .iter()
        .filter_map(|file| {
            let name = file.file_stem().unwrap().to_string_lossy().into_owned();
            let is_old = (1..=5).any(|version| name.starts_with(&format!("V{version}__")));
            is_old.then(|| Migration::unapplied(&name, &std::fs::read_to_string(file).unwrap()).unwrap())
        })
        .collect();
    assert_eq!(first.len(), 5);
    let mut runner = Runner::new(&first);
    runner.set_migration_table_name("gold.schema_history");
    runner.run(&mut client).unwrap();
    client
        .batch_execute(
            "create table gold.fact_events_2026_01_01 partition of gold.fact_events \
             for values from ('2026-01-01') to ('2026-01-02')",
        )
        .unwrap();
    database.load(&gold(Shop::default()).1).unwrap();
    assert_eq!(database.text("select count(*) from gold.fact_events"), "27");
    let migrated: usize = database.text("select count(*) from gold.schema_history").parse().unwrap();
    assert_eq!(migrated, files.len());
}

#[test]
fn a_schema_of_a_newer_version_is_refused() {
    let (_folder, engine) = gold(Shop::default());
    let Some(database) = Database::new("newer") else { return };
    database.load(&engine).unwrap();
    let newer = "insert into gold.schema_history select 999, 'from_the_future', applied_on, checksum \
        from gold.schema_history where version = 1";
    database.client().batch_execute(newer).unwrap();
    let before = database.text(ROW_VERSIONS);
    let (_folder, changed) = gold(Shop { dearer_day: Some(2), ..Shop::default() });
    let error = database.load(&changed).unwrap_err().to_string();
    assert!(error.contains("made by another version of clickmill"), "{error}");
    assert_eq!(database.text(ROW_VERSIONS), before);
}
