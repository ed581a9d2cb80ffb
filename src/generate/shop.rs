//! What happens in a shop, each switched on by its keys and measured in what is made.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, HashMap, HashSet};

use super::season::DAY_MS;
use super::*;

/// The default shop with other numbers.
fn plan(sessions: u64, days: u32, change: impl FnOnce(&mut Profile)) -> Arc<Plan> {
    let mut profile = Profile::default();
    change(&mut profile);
    let options = Options { profile, sessions, days, products: 200, ..Options::default() };
    Plan::new(&options).unwrap()
}

fn rows(plan: &Arc<Plan>) -> (Vec<Event>, Vec<TrueSession>) {
    let rows: Vec<_> = plan.shards().iter().map(Shard::rows).collect();
    let (events, sessions): (Vec<_>, Vec<_>) =
        rows.into_iter().map(|rows| (rows.events, rows.sessions)).unzip();
    (events.concat(), sessions.concat())
}

/// The same shop on days that are all alike.
fn even(profile: &mut Profile) {
    profile.season.month = [1.0; 12];
    profile.season.noise = 0.0;
    profile.season.holiday.clear();
    profile.season.payday_lift = 1.0;
    profile.campaign.clear();
}

fn day(plan: &Plan, time: i64) -> u32 {
    plan.calendar.day(time)
}

#[test]
fn a_shop_that_grows_has_more_visits_later_on() {
    let ratio = |per_month| {
        let plan = plan(12_000, 60, |profile| {
            even(profile);
            profile.growth.per_month = per_month;
        });
        let (_, sessions) = rows(&plan);
        let early = sessions.iter().filter(|session| day(&plan, session.session_start) < 30).count();
        (sessions.len() - early) as f64 / early as f64
    };
    // The same people come in each of these shops, so chance cancels out.
    let base = ratio(0.0);
    assert!((base - 1.0).abs() < 0.12, "{base}");
    assert!((ratio(0.5) / base - 1.5).abs() < 0.1, "{} to {base}", ratio(0.5));
    assert!((ratio(-0.3) / base - 0.7).abs() < 0.1, "{} to {base}", ratio(-0.3));
}

#[test]
fn who_leaves_comes_no_more_and_others_are_new() {
    // Of the people who come often and are there early: how many still come late; and how many come late only.
    let shares = |churn| {
        let plan = plan(12_000, 90, |profile| {
            even(profile);
            profile.growth.per_month = 0.0;
            profile.growth.churn_per_month = churn;
        });
        let (_, sessions) = rows(&plan);
        let mut days: HashMap<u64, Vec<u32>> = HashMap::new();
        for session in &sessions {
            if let Some(owner) = session.owner {
                days.entry(owner).or_default().push(day(&plan, session.session_start));
            }
        }
        let often: Vec<_> = days.values().filter(|days| days.len() >= 6).collect();
        let has = |days: &[u32], from, until| days.iter().any(|day| (from..until).contains(day));
        let early: Vec<_> = often.iter().filter(|days| has(days, 0, 30)).collect();
        let stayed = early.iter().filter(|days| has(days, 60, 90)).count();
        let late = often.iter().filter(|days| has(days, 60, 90)).count();
        (stayed as f64 / early.len() as f64, (late - stayed) as f64 / late as f64)
    };
    let (stayed, new) = shares(0.0);
    let (stayed_of_churning, new_of_churning) = shares(0.3);
    assert!(stayed > 0.85, "{stayed}");
    assert!(stayed_of_churning < stayed - 0.10, "{stayed_of_churning}, without churn {stayed}");
    assert!(new_of_churning > new + 0.05, "{new_of_churning}, without churn {new}");
}

#[test]
fn a_campaign_brings_visits_that_buy_more_while_it_runs() {
    let made = |runs: bool| {
        let plan = plan(30_000, 28, |profile| {
            let mut campaign = profile.campaign[0].clone();
            even(profile);
            (campaign.month, campaign.day, campaign.days) = (1, 12, 7);
            (campaign.traffic, campaign.buying) = (0.5, 3.0);
            if runs {
                profile.campaign.push(campaign);
            }
        });
        let (events, sessions) = rows(&plan);
        let running = |time| (7..14).contains(&day(&plan, time));
        let on = sessions.iter().filter(|session| running(session.session_start)).count() as f64;
        (events, on / (sessions.len() as f64 - on), plan)
    };
    let (_, before, _) = made(false);
    let (events, while_running, plan) = made(true);
    let lift = while_running / before;
    assert!((1.35..1.55).contains(&lift), "traffic is lifted by {lift}");

    // By session: whether it came by the campaign, and whether it bought.
    let mut sessions: HashMap<u128, (bool, bool)> = HashMap::new();
    let name = &plan.profile.campaign[0].name;
    let source = plan.profile.channel.iter().find(|channel| channel.name == plan.profile.campaign[0].channel);
    for event in events.iter().filter(|event| event.event_type != EventType::Refund) {
        let by_it = event.visit.utm_campaign.as_deref() == Some(name);
        if by_it {
            assert!((7..=14).contains(&day(&plan, event.event_time)), "it does not run yet, or any more");
            assert_eq!(event.visit.utm_source.as_deref(), source.unwrap().source.as_deref());
        }
        let (_, bought) = sessions.entry(event.visit.session_id.unwrap()).or_insert((by_it, false));
        *bought |= event.event_type == EventType::Purchase;
    }
    let conversion = |by_it| {
        let of: Vec<_> = sessions.values().filter(|session| session.0 == by_it).collect();
        of.iter().filter(|session| session.1).count() as f64 / of.len() as f64
    };
    let lift = conversion(true) / conversion(false);
    assert!((1.9..3.3).contains(&lift), "conversion is lifted by {lift}");
}

#[test]
fn what_is_sold_out_is_looked_at_but_not_taken_until_it_comes_again() {
    let plan = plan(20_000, 30, |profile| profile.stock.sold_out = 0.25);
    let (events, _) = rows(&plan);
    let (mut seen, mut taken_before, mut taken_after) = (0, 0, 0);
    for event in &events {
        let Some(product) = event.product else { continue };
        let supply = &plan.products()[product as usize].supply;
        let day = day(&plan, event.event_time);
        let is_out = supply.outages.iter().any(|(from, until)| (*from..*until).contains(&day));
        match event.event_type {
            EventType::ProductView => seen += u32::from(is_out),
            EventType::AddToCart | EventType::Purchase => {
                assert!(!is_out, "product {product} is sold out on day {day}");
                taken_before += u32::from(supply.outages.iter().any(|(from, _)| day < *from));
                taken_after += u32::from(supply.outages.iter().any(|(_, until)| *until <= day));
            }
            _ => {}
        }
    }
    assert!(seen > 1000 && taken_before > 100 && taken_after > 100, "{seen} {taken_before} {taken_after}");

    // Lost sales: not everyone takes something else instead.
    let orders = |sold_out| {
        let plan = self::plan(20_000, 30, |profile| profile.stock.sold_out = sold_out);
        rows(&plan).0.iter().filter(|event| event.event_type == EventType::Purchase).count() as f64
    };
    let kept = orders(0.25) / orders(0.0);
    assert!((0.60..0.95).contains(&kept), "{kept}");
}

#[test]
fn new_products_are_seen_from_their_launch_on_and_not_before() {
    let plan = plan(20_000, 30, |profile| profile.stock.new_per_month = 0.3);
    let (events, _) = rows(&plan);
    let mut first_seen: BTreeMap<u32, u32> = BTreeMap::new();
    for event in &events {
        if let Some(product) = event.product {
            let seen = first_seen.entry(product).or_insert(u32::MAX);
            *seen = day(&plan, event.event_time).min(*seen);
        }
    }
    let new: Vec<_> = plan.products().iter().filter(|product| product.supply.launch_day > 0).collect();
    assert!((30..65).contains(&new.len()), "{} of 200 are new", new.len());
    let mut seen = 0;
    for product in &new {
        let launch = product.supply.launch_day;
        assert!(product.updated_at >= plan.calendar.start + i64::from(launch) * DAY_MS);
        if let Some(day) = first_seen.get(&product.number) {
            assert!(*day >= launch, "{} was seen on day {day}, launched on {launch}", product.name);
            seen += 1;
        }
    }
    assert!(seen * 10 > new.len() * 8, "{seen} of {} were seen", new.len());
}

#[test]
fn the_evening_is_that_of_the_visitors_clock() {
    for name in ["marketplace", "hardware"] {
        let profile = Profile::named(name).unwrap();
        let options = Options { profile, sessions: 40_000, days: 14, products: 200, ..Options::default() };
        let plan = Plan::new(&options).unwrap();
        // Visits by zone and hour there.
        let mut hours: HashMap<usize, [u32; 24]> = HashMap::new();
        let (events, _) = rows(&plan);
        let mut visits = HashSet::new();
        for event in events.iter().filter(|event| event.visit.bot.is_none()) {
            let visit = &event.visit;
            if event.event_type == EventType::Refund || !visits.insert(visit.session_id) {
                continue;
            }
            let zone = COUNTRIES[visit.country].cities[visit.city].2;
            let date = plan.calendar.date(day(&plan, event.event_time));
            let clock = event.event_time / 3_600_000 + zone.hours_ahead(date);
            hours.entry(zone as usize).or_insert([0; 24])[clock.rem_euclid(24) as usize] += 1;
        }
        assert!(hours.len() >= 2, "{name} has one clock");
        for (zone, hours) in hours.iter().filter(|(_, hours)| hours.iter().sum::<u32>() > 1000) {
            let sum = |hours: &[u32]| f64::from(hours.iter().sum::<u32>());
            let (night, evening) = (sum(&hours[2..6]), sum(&hours[18..22]));
            assert!(evening > 4.0 * night, "{name}, zone {zone}: {hours:?}");
        }
    }
}

#[test]
fn phones_fit_the_country() {
    let plan = plan(20_000, 10, |_| {});
    let mut devices: HashMap<u64, (usize, bool)> = HashMap::new();
    for event in rows(&plan).0.iter().filter(|event| event.visit.bot.is_none()) {
        if let Some(device) = event.visit.device {
            let is_apple = plan.profile.device(device).is_apple();
            devices.insert(event.visit.visitor_id, (event.visit.country, is_apple));
        }
    }
    let share = |code: &str| {
        let there: Vec<_> =
            devices.values().filter(|(country, _)| COUNTRIES[*country].code == code).collect();
        there.iter().filter(|(_, is_apple)| *is_apple).count() as f64 / there.len() as f64
    };
    assert!(share("GB") > share("IT") + 0.05, "{} {}", share("GB"), share("IT"));
}

#[test]
fn promotions_are_cheaper_and_sell_more() {
    // The share of the units that are sold at a discount.
    let sold = |pull| {
        let mut profile = Profile::default();
        (profile.promotion.share, profile.promotion.pull) = (0.3, pull);
        let plan = Plan::new(&Options { profile, sessions: 40_000, products: 2000, ..Options::default() });
        let plan = plan.unwrap();
        let mut units = [0.0; 2];
        for event in rows(&plan).0.iter().filter(|event| event.event_type == EventType::Purchase) {
            let (product, day) = (event.product.unwrap(), day(&plan, event.event_time));
            let is_offered = plan.catalogue.is_offered(product, day);
            let list = product::list_price(&plan.products()[product as usize].prices, day);
            let discount = 1.0 - event.price.unwrap() as f64 / list as f64;
            assert_eq!(discount > 0.0, is_offered, "the price of product {product} on day {day}");
            units[usize::from(is_offered)] += f64::from(event.quantity.unwrap());
        }
        units[1] / (units[0] + units[1])
    };
    let (without, with) = (sold(0.0), sold(0.6));
    assert!(without > 0.01 && with > 1.3 * without, "{with}, without pull {without}");
}

#[test]
fn programs_make_their_share_of_the_visits_each_kind_in_its_way() {
    let plan = plan(30_000, 30, |profile| profile.bot.share = 0.05);
    let (events, sessions) = rows(&plan);
    assert_eq!(sessions.len(), 30_000);
    assert_eq!(sessions.iter().filter(|session| session.bot.is_some()).count(), 1500);
    assert!(sessions.iter().all(|session| session.bot.is_none() == session.owner.is_some()));
    let users: HashSet<_> = sessions.iter().filter_map(|session| session.owner).collect();
    assert!(users.iter().all(|user| *user < plan.users));
    let mut kinds: BTreeMap<usize, Vec<&Event>> = BTreeMap::new();
    for event in &events {
        if let Some(kind) = event.visit.bot {
            assert!(matches!(event.event_type, EventType::ProductView | EventType::PageView));
            assert!(event.user.is_none() && event.visit.referrer.is_none());
            kinds.entry(kind).or_default().push(event);
        }
    }
    assert_eq!(kinds.len(), plan.profile.bot.kind.len());
    for (kind, events) in kinds {
        let habits = &plan.profile.bot.kind[kind];
        let mut visits: HashMap<u128, Vec<i64>> = HashMap::new();
        for event in &events {
            let browser = &plan.profile.device(event.visit.device.unwrap()).browser;
            assert!(habits.browsers.contains(browser), "{} says it is {browser}", habits.name);
            visits.entry(event.visit.session_id.unwrap()).or_default().push(event.event_time);
        }
        let most = visits.values().map(Vec::len).max().unwrap();
        assert!(most <= habits.most_pages as usize, "{}: {most} pages", habits.name);
        let night = visits.values().filter(|times| times[0].rem_euclid(DAY_MS) < 6 * 3_600_000).count();
        let night = night as f64 / visits.len() as f64;
        assert!((night > 0.8) == (habits.night > 0.8), "{}: {night} at night", habits.name);
    }
}
