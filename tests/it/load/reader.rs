//! Readers at work while days are swapped.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clickmill::load::Options;

use super::database::Database;
use super::shop::Shop;
use super::{ROW_VERSIONS, gold};

/// What a query over facts, daily metrics and a view gives in one look.
const LOOK: &str = "
    select
        (select sum(revenue)::text from gold.fact_events),
        (select sum(revenue)::text from gold.fact_orders),
        (select sum(revenue)::text from gold.fact_daily_metrics),
        (select sum(revenue)::text from analytics.vw_tableau_session_analytics),
        (select count(*)::text from gold.fact_sessions),
        pg_sleep(0.05)";

/// What a transaction that looks more than once begins with.
const LOCK: &str = "lock table only gold.fact_events, only gold.fact_sessions in access share mode";

#[test]
fn a_reader_sees_the_old_or_the_new_warehouse_and_hardly_waits() {
    let Some(database) = Database::new("readers") else { return };
    let shops = [Shop::default(), Shop { dearer_day: Some(2), ..Shop::default() }];
    let engines = shops.map(gold);
    database.load(&engines[0].1).unwrap();
    let totals = shops.map(|shop| {
        let cents: i64 = (1..=shop.days).map(|day| shop.revenue_cents(day)).sum();
        format!("{}.{:02}", cents / 100, cents % 100)
    });
    let is_over = AtomicBool::new(false);
    let (looks, longest, loads) = std::thread::scope(|scope| {
        let readers: Vec<_> = (0..3)
            .map(|number| {
                let (database, is_over, totals) = (&database, &is_over, &totals);
                scope.spawn(move || {
                    let mut client = database.client();
                    let (mut looks, mut longest) = (0, Duration::ZERO);
                    while !is_over.load(Ordering::Relaxed) {
                        let level = match number {
                            0 => postgres::IsolationLevel::ReadCommitted,
                            _ => postgres::IsolationLevel::RepeatableRead,
                        };
                        let mut transaction =
                            client.build_transaction().isolation_level(level).start().unwrap();
                        let started = Instant::now();
                        let mut seen = Vec::new();
                        if number > 0 {
                            // Before its snapshot is taken: partitions are exchanged for everybody at once.
                            transaction.batch_execute(LOCK).unwrap();
                        }
                        for _ in 0..=number {
                            let row = transaction.query_one(LOOK, &[]).unwrap();
                            longest = longest.max(started.elapsed());
                            let figures: Vec<String> = (0..4).map(|column| row.get(column)).collect();
                            assert!(
                                figures.iter().all(|figure| figure == &figures[0]),
                                "a mixture: {figures:?}"
                            );
                            assert!(totals.contains(&figures[0]), "{figures:?}");
                            assert_eq!(row.get::<_, String>(4), "9");
                            seen.push(figures);
                            std::thread::sleep(Duration::from_millis(100) * number);
                        }
                        assert!(seen.iter().all(|figures| figures == &seen[0]), "it changed: {seen:?}");
                        transaction.commit().unwrap();
                        looks += 1;
                    }
                    (looks, longest)
                })
            })
            .collect();
        let mut loads = 0;
        for round in 1..=8 {
            database.load(&engines[round % 2].1).unwrap();
            loads += 1;
        }
        is_over.store(true, Ordering::Relaxed);
        let seen = readers.into_iter().map(|reader| reader.join().unwrap());
        let (looks, longest) = seen
            .fold((0, Duration::ZERO), |(looks, longest), (more, wait)| (looks + more, longest.max(wait)));
        (looks, longest, loads)
    });
    println!("{loads} swaps, {looks} reading transactions, the slowest first look took {longest:?}");
    assert!(looks > 3, "{looks}");
}

#[test]
fn a_reader_that_does_not_let_go_is_named_and_nothing_changes() {
    let Some(database) = Database::new("holder") else { return };
    database.load(&gold(Shop::default()).1).unwrap();
    let before = database.text(ROW_VERSIONS);
    let mut holder = database.client();
    let mut transaction = holder.transaction().unwrap();
    transaction.query_one("select count(*) from gold.fact_events", &[]).unwrap();
    let (_folder, changed) = gold(Shop { dearer_day: Some(2), ..Shop::default() });
    let hasty = Options { swap_patience: Duration::from_secs(1), ..Options::default() };
    let error = std::thread::scope(|scope| {
        let load = scope.spawn(|| database.load_with(&changed, &hasty).unwrap_err().to_string());
        // Other readers come and go meanwhile: none waits for the swap to have its turn.
        let (mut looks, mut longest) = (0, Duration::ZERO);
        while !load.is_finished() {
            let started = Instant::now();
            database.text("select count(*) from gold.fact_events");
            longest = longest.max(started.elapsed());
            looks += 1;
        }
        println!("{looks} looks while the swap waited, the longest took {longest:?}");
        assert!(looks > 0);
        load.join().unwrap()
    });
    assert!(error.contains("readers did not let go of the facts within 1 s"), "{error}");
    assert!(error.contains("process "), "{error}");
    transaction.commit().unwrap();
    assert_eq!(database.text(ROW_VERSIONS), before);
    assert_eq!(database.text("select count(*) from pg_class where relname like '%\\_new'"), "0");
    database.load(&changed).unwrap();
    assert_ne!(database.text(ROW_VERSIONS), before);
}
