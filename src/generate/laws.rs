//! The laws of the generator, for any seed and size.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::Path;

use proptest::prelude::*;

use super::life::{Life, Presence};
use super::season::DAY_MS;
use super::*;

/// The session gap: a longer pause begins a new session.
const GAP_MS: i64 = 30 * 60 * 1000;

fn options(seed: u64, sessions: u64, days: u32) -> Options {
    Options { seed, sessions, days, products: 50, ..Options::default() }
}

fn all_rows(plan: &Arc<Plan>) -> (Vec<Event>, Vec<TrueSession>) {
    let (mut events, mut sessions) = (Vec::new(), Vec::new());
    for shard in plan.shards() {
        let rows = shard.rows();
        events.extend(rows.events);
        sessions.extend(rows.sessions);
    }
    (events, sessions)
}

/// Sessions by the gap rule: (visitor, start, end, events).
fn sessionize(events: &[Event]) -> Vec<(u64, i64, i64, u32)> {
    let mut times: BTreeMap<u64, Vec<i64>> = BTreeMap::new();
    for event in events.iter().filter(|event| event.event_type != EventType::Refund) {
        times.entry(event.visit.visitor_id).or_default().push(event.event_time);
    }
    let mut sessions = Vec::new();
    for (visitor, mut times) in times {
        times.sort_unstable();
        for time in times {
            match sessions.last_mut() {
                Some((last, _, end, count)) if *last == visitor && time - *end <= GAP_MS => {
                    *end = time;
                    *count += 1;
                }
                _ => sessions.push((visitor, time, time, 1)),
            }
        }
    }
    sessions
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn gap_sessionization_finds_exactly_the_true_sessions(
        seed in any::<u64>(), sessions in 1_u64..600, days in 1_u32..12,
    ) {
        let plan = Plan::new(&options(seed, sessions, days)).unwrap();
        let (events, truth) = all_rows(&plan);
        let mut truth: Vec<_> = truth
            .into_iter()
            .map(|session| (session.visitor_id, session.session_start, session.session_end, session.events))
            .collect();
        truth.sort_unstable();
        prop_assert_eq!(sessionize(&events), truth);
    }

    #[test]
    fn sessions_are_as_many_as_asked_for(seed in any::<u64>(), sessions in 1_u64..2000, users in 1_u64..900) {
        let options = Options { users: Some(users), ..options(seed, sessions, 20) };
        prop_assume!(options.validate().is_ok());
        let (_, truth) = all_rows(&Plan::new(&options).unwrap());
        prop_assert_eq!(truth.len() as u64, sessions);
    }

    #[test]
    fn events_lie_within_the_day_of_their_shard_in_order(seed in any::<u64>(), days in 1_u32..5) {
        let plan = Plan::new(&options(seed, 300, days)).unwrap();
        let start = plan.calendar.start;
        let mut ids = HashSet::new();
        for (day, shard) in (0..).zip(plan.shards()) {
            let events: Vec<_> = shard.events().collect();
            for event in &events {
                prop_assert_eq!((event.event_time - start).div_euclid(DAY_MS), day);
                prop_assert!(event.received_at >= event.event_time);
                prop_assert!(ids.insert(event.event_id), "an event id comes twice");
            }
            prop_assert!(events.is_sorted_by_key(|event| (event.event_time, event.event_id)));
        }
    }

    #[test]
    fn order_lines_are_in_stock_and_carry_the_price_of_their_day(seed in any::<u64>()) {
        let plan = Plan::new(&options(seed, 600, 20)).unwrap();
        let (events, _) = all_rows(&plan);
        let paid = |event: &&Event| event.event_type == EventType::Purchase;
        let mut lines = HashSet::new();
        for event in events.iter().filter(paid) {
            let day = plan.calendar.day(event.event_time);
            let product = event.product.unwrap();
            prop_assert_eq!(event.price, Some(plan.price(product, day)));
            let supply = &plan.products()[product as usize].supply;
            prop_assert!(supply.is_in_stock(day, day), "product {} is not there on day {}", product, day);
            prop_assert!(event.quantity.unwrap() >= 1);
            prop_assert!(event.payment.is_some() && event.outcome.is_some());
            lines.insert((event.order_id.unwrap(), event.product.unwrap(), event.price.unwrap()));
        }
        for event in events.iter().filter(|event| event.event_type == EventType::Refund) {
            let line = (event.order_id.unwrap(), event.product.unwrap(), event.price.unwrap());
            prop_assert!(lines.contains(&line), "a refund without its order line");
        }
    }

    #[test]
    fn products_are_touched_only_while_they_can_be(seed in any::<u64>(), days in 2_u32..40) {
        let plan = Plan::new(&options(seed, 600, days)).unwrap();
        for event in all_rows(&plan).0.iter().filter(|event| event.event_type != EventType::Refund) {
            let Some(product) = event.product else { continue };
            let (supply, day) = (&plan.products()[product as usize].supply, plan.calendar.day(event.event_time));
            prop_assert!(supply.launch_day <= day, "product {} is not launched on day {}", product, day);
            if event.event_type == EventType::AddToCart {
                prop_assert!(supply.is_in_stock(day, day), "product {} is sold out on day {}", product, day);
            }
        }
    }

    #[test]
    fn no_event_lies_outside_its_visitors_life(seed in any::<u64>(), churn in 0.0_f64..0.9, days in 1_u32..60) {
        let mut options = options(seed, 500, days);
        options.profile.growth.churn_per_month = churn;
        let plan = Plan::new(&options).unwrap();
        let (events, sessions) = all_rows(&plan);
        let owners: HashMap<_, _> =
            sessions.iter().map(|session| (session.session_id, session.owner)).collect();
        for event in &events {
            prop_assert!((plan.calendar.start..plan.calendar.end).contains(&event.event_time));
            let owner = event.visit.session_id.and_then(|session| owners[&session]);
            if let Some(user) = owner {
                let Presence { from, until, .. } = Life::of(&plan, user).presence;
                prop_assert!((from..until).contains(&event.event_time), "user {} is not there", user);
            }
        }
    }

    #[test]
    fn pauses_stay_below_the_gap_and_sessions_further_apart(seed in any::<u64>(), days in 1_u32..20) {
        let mut options = options(seed, 800, days);
        options.profile.bot.share = 0.05;
        let plan = Plan::new(&options).unwrap();
        let (events, sessions) = all_rows(&plan);
        let mut times: HashMap<u128, Vec<i64>> = HashMap::new();
        for event in &events {
            if let Some(session) = event.visit.session_id {
                times.entry(session).or_default().push(event.event_time);
            }
        }
        for times in times.values() {
            prop_assert!(times.windows(2).all(|pair| pair[1] - pair[0] <= GAP_MS));
        }
        let mut visits: BTreeMap<u64, Vec<(i64, i64)>> = BTreeMap::new();
        for session in &sessions {
            visits.entry(session.visitor_id).or_default().push((session.session_start, session.session_end));
        }
        for visits in visits.values_mut() {
            visits.sort_unstable();
            prop_assert!(visits.windows(2).all(|pair| pair[1].0 - pair[0].1 > GAP_MS));
        }
    }

    #[test]
    fn the_same_rows_come_in_any_order_of_shards(seed in any::<u64>(), shift in 0_usize..40, threads in 1_usize..4) {
        // Several blocks of users, made from the end, from the middle, and by several threads.
        let options = options(seed, 20_000, 2);
        let shards = Plan::new(&options).unwrap().shards();
        let rows: Vec<_> = shards.iter().map(Shard::rows).collect();
        prop_assert!(rows.len() > 2);
        let mut others: Vec<_> = Plan::new(&options).unwrap().shards().into_iter().enumerate().collect();
        others.rotate_left(shift % rows.len());
        let share = others.len().div_ceil(threads);
        let made: Vec<_> = std::thread::scope(|scope| {
            let makers: Vec<_> = others
                .chunks(share)
                .map(|shards| {
                    scope.spawn(|| shards.iter().map(|(place, shard)| (*place, shard.rows())).collect::<Vec<_>>())
                })
                .collect();
            makers.into_iter().flat_map(|maker| maker.join().unwrap()).collect()
        });
        for (place, made) in &made {
            prop_assert_eq!(made, &rows[*place]);
        }
    }

    #[test]
    fn a_shard_made_alone_is_the_same(seed in any::<u64>(), day in 0_usize..6) {
        let all = Plan::new(&options(seed, 200, 6)).unwrap().shards();
        all.iter().for_each(|shard| drop(shard.rows()));
        let alone = Plan::new(&options(seed, 200, 6)).unwrap().shards().swap_remove(day);
        prop_assert_eq!(alone.rows(), all[day].rows());
    }
}

#[test]
fn the_default_run_has_about_a_hundred_thousand_events() {
    let plan = Plan::new(&Options::default()).unwrap();
    let (events, sessions) = all_rows(&plan);
    assert!((90_000..110_000).contains(&events.len()), "{}", events.len());
    assert_eq!(sessions.len(), 10_000);
    let users = plan.users().count();
    assert!((2_900..3_500).contains(&users), "{users}");
}

#[test]
fn the_smallest_run_there_is_works() {
    let options = Options { sessions: 1, users: Some(1), products: 1, days: 1, ..Options::default() };
    for seed in 0..50 {
        let (events, sessions) = all_rows(&Plan::new(&Options { seed, ..options.clone() }).unwrap());
        assert_eq!(sessions.len(), 1);
        assert!(!events.is_empty());
    }
}

#[test]
fn visits_have_the_shape_the_profile_names_sources_for() {
    let plan = Plan::new(&Options { seed: 9, ..Options::default() }).unwrap();
    let (events, _) = all_rows(&plan);
    // Product events (views, cart, purchases) of each session, and its milestones.
    let mut sessions: BTreeMap<u128, (u32, bool, bool)> = BTreeMap::new();
    for event in &events {
        let Some(session) = event.visit.session_id else { continue };
        let (count, cart, bought) = sessions.entry(session).or_default();
        match event.event_type {
            EventType::ProductView => *count += 1,
            EventType::AddToCart => (*count, *cart) = (*count + 1, true),
            EventType::Purchase => (*count, *bought) = (*count + 1, true),
            _ => {}
        }
    }
    sessions.retain(|_, (count, ..)| *count > 0);
    let share = |holds: &dyn Fn(&(u32, bool, bool)) -> bool| {
        sessions.values().filter(|session| holds(session)).count() as f64 / sessions.len() as f64
    };
    // The bands are three times the sampling error around the published figures.
    let shares = [
        ("one event", share(&|session| session.0 == 1), 0.354, 0.04),
        ("bought", share(&|session| session.2), 0.068, 0.015),
        ("cart", share(&|session| session.1), 0.088, 0.015),
        ("cart without purchase", share(&|session| session.1 && !session.2), 0.049, 0.012),
        ("purchase without cart", share(&|session| session.2 && !session.1), 0.029, 0.010),
    ];
    for (name, found, published, band) in shares {
        assert!((found - published).abs() < band, "{name}: {found}, published {published}");
    }
}

#[test]
fn several_blocks_of_users_hold_every_user_once() {
    // More sessions than a shard should hold on its one day.
    let plan = Plan::new(&options(3, 20_000, 1)).unwrap();
    let shards = plan.shards();
    assert!(shards.len() > 1);
    let (_, truth) = all_rows(&plan);
    assert_eq!(truth.len(), 20_000);
}

#[test]
fn a_visit_keeps_its_device_and_campaign_and_a_login_stays() {
    let plan = Plan::new(&options(5, 2000, 10)).unwrap();
    let (events, _) = all_rows(&plan);
    let mut visits: BTreeMap<u128, (Arc<Visit>, Option<u64>)> = BTreeMap::new();
    let mut logins = 0;
    for event in &events {
        let Some(session) = event.visit.session_id else { continue };
        let (visit, user) = visits.entry(session).or_insert((event.visit.clone(), event.user));
        assert_eq!(*visit, event.visit);
        assert!(user.is_none() || *user == event.user, "an account vanished within a visit");
        if event.event_type == EventType::Login {
            assert!(user.is_none() && event.user.is_some());
            logins += 1;
        }
        *user = event.user;
    }
    assert!(logins > 50, "{logins}");
    let visitors: HashSet<_> =
        visits.values().filter_map(|(visit, user)| user.map(|user| (user, visit.visitor_id))).collect();
    let users: HashSet<_> = visitors.iter().map(|(user, _)| user).collect();
    assert!(visitors.len() > users.len(), "nobody was seen on two devices");
}

#[test]
fn what_goes_into_the_cart_and_is_searched_fits_the_catalogue() {
    let plan = Plan::new(&options(6, 3000, 10)).unwrap();
    let (events, _) = all_rows(&plan);
    let mut words = HashSet::new();
    for category in &plan.profile.category {
        words.insert(category.noun.to_lowercase());
        words.extend(category.brands.iter().cloned());
        words.extend(category.brands.iter().map(|brand| format!("{brand} {}", category.noun.to_lowercase())));
    }
    words.extend(plan.products().iter().map(|product| product.name.to_lowercase()));
    let mut carts: BTreeMap<(u128, u32), i64> = BTreeMap::new();
    let mut viewed = HashSet::new();
    for event in &events {
        let session = event.visit.session_id.unwrap_or_default();
        match (event.event_type, event.product) {
            (EventType::Search, None) => assert!(words.contains(event.search_query.as_deref().unwrap())),
            (EventType::ProductView, Some(product)) => drop(viewed.insert((session, product))),
            (EventType::AddToCart, Some(product)) => {
                assert!(viewed.contains(&(session, product)), "added unseen");
                *carts.entry((session, product)).or_default() += i64::from(event.quantity.unwrap());
            }
            (EventType::RemoveFromCart, Some(product)) => {
                let held = carts.get_mut(&(session, product)).expect("removed what was never added");
                *held -= i64::from(event.quantity.unwrap());
                assert!(*held >= 0);
            }
            (EventType::Purchase, Some(product)) => assert!(viewed.contains(&(session, product))),
            _ => {}
        }
    }
}

#[test]
fn a_user_who_signs_up_in_the_period_is_not_known_before() {
    let plan = Plan::new(&options(8, 3000, 20)).unwrap();
    let (events, _) = all_rows(&plan);
    let users: Vec<User> = plan.users().collect();
    let emails: HashSet<_> = users.iter().map(|user| &user.email).collect();
    assert_eq!(emails.len(), users.len());
    let mut new_users = 0;
    for event in events.iter().filter(|event| event.event_type != EventType::Refund) {
        if let Some(user) = event.user {
            let signed_up = users[user as usize].signup_date;
            assert!(plan.calendar.date(plan.calendar.day(event.event_time)) >= signed_up);
            new_users += u32::from(signed_up >= plan.calendar.start_date);
        }
    }
    assert!(new_users > 0);
}

#[test]
fn what_cannot_be_meant_is_refused_naming_key_and_range() {
    let message = |options: Options| options.validate().unwrap_err().to_string();
    let base = Options::default;
    assert_eq!(
        message(Options { sessions: 0, ..base() }),
        "sessions is 0; it must be between 1 and 10000000000"
    );
    assert_eq!(
        message(Options { users: Some(0), ..base() }),
        "users is 0; it must be between 1 and 10000000000"
    );
    assert_eq!(message(Options { products: 0, ..base() }), "products is 0; it must be between 1 and 5000000");
    assert_eq!(message(Options { days: 0, ..base() }), "days is 0; it must be between 1 and 3660");
    assert_eq!(
        message(Options { scale: -1.0, ..base() }),
        "scale is -1; it must be above 0 and at most 1000000"
    );
    assert!(message(Options { scale: f64::NAN, ..base() }).starts_with("scale is NaN"));
    assert_eq!(
        message(Options { users: Some(2), ..base() }),
        "users is 2; it must be at least 28 for 10000 sessions in 30 days \
         (12 visits a day are the most one user makes)"
    );
    assert!(message(Options { start_date: NaiveDate::MAX, ..base() }).starts_with("start-date is"));
    assert_eq!(Options { users: Some(2), ..base() }.validate().unwrap_err().exit_code(), 2);
}

#[test]
fn scale_multiplies_sessions_and_users() {
    let options = Options { scale: 2.5, users: Some(1000), ..Options::default() };
    assert_eq!((options.scaled_sessions(), options.scaled_users()), (25_000, 2500));
}

#[test]
fn this_room_knows_no_arrow_no_files_no_clock_and_no_threads() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/generate");
    let mut files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if ["laws.rs", "shape.rs", "shop.rs"].iter().any(|tests| path.ends_with(tests)) {
            continue;
        }
        files += 1;
        let text = std::fs::read_to_string(&path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let forbidden = [
            "arrow",
            "parquet",
            "std::fs",
            "std::io",
            "std::thread",
            "std::time",
            "Instant",
            "SystemTime",
            "Utc::now",
        ];
        for word in forbidden {
            let found = code.lines().find(|line| !line.trim_start().starts_with("//") && line.contains(word));
            assert_eq!(found, None, "{} knows {word}", path.display());
        }
    }
    assert!(files > 10);
}
