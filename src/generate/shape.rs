//! The shapes of the built-in profiles: what their comments promise, measured.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, HashMap};

use super::*;

/// What a log of views, carts and purchases shows of itself.
struct Shape {
    view_share: f64,
    events_per_session: f64,
    single_session_share: f64,
    buyer_share: f64,
    cart_share: f64,
    conversion: f64,
    abandonment: f64,
    gap_mu: f64,
    gap_sigma: f64,
    refunds_per_order: f64,
}

/// Views, carts, purchases and times of a session.
#[derive(Default)]
struct Session {
    counts: [u32; 3],
    times: Vec<i64>,
}

fn shape(options: &Options) -> Shape {
    let mut sessions: BTreeMap<u128, (u64, Session)> = BTreeMap::new();
    let mut refunds = 0.0;
    for event in Plan::new(options).unwrap().shards().iter().flat_map(Shard::events) {
        let kind = match event.event_type {
            EventType::ProductView => 0,
            EventType::AddToCart => 1,
            EventType::Purchase => 2,
            EventType::Refund => {
                refunds += 1.0;
                continue;
            }
            _ => continue,
        };
        let session = event.visit.session_id.unwrap();
        let (_, session) = sessions.entry(session).or_insert((event.visit.visitor_id, Session::default()));
        session.counts[kind] += 1;
        session.times.push(event.event_time);
    }
    let mut visitors: HashMap<u64, (u32, bool)> = HashMap::new();
    for (visitor, session) in sessions.values() {
        let known = visitors.entry(*visitor).or_default();
        *known = (known.0 + 1, known.1 || session.counts[2] > 0);
    }
    let share = |part: usize, whole: usize| part as f64 / whole as f64;
    let count = |test: &dyn Fn(&[u32; 3]) -> bool| sessions.values().filter(|(_, s)| test(&s.counts)).count();
    let events: u32 = sessions.values().flat_map(|(_, session)| session.counts).sum();
    let views: u32 = sessions.values().map(|(_, session)| session.counts[0]).sum();
    let (carts, orders) = (count(&|counts| counts[1] > 0), count(&|counts| counts[2] > 0));
    let gaps: Vec<f64> = sessions
        .values()
        .flat_map(|(_, session)| session.times.windows(2))
        .filter(|pair| pair[1] > pair[0])
        .map(|pair| ((pair[1] - pair[0]) as f64 / 1000.0).ln())
        .collect();
    let gap_mu = gaps.iter().sum::<f64>() / gaps.len() as f64;
    let square = gaps.iter().map(|gap| (gap - gap_mu).powi(2)).sum::<f64>();
    Shape {
        view_share: f64::from(views) / f64::from(events),
        events_per_session: f64::from(events) / sessions.len() as f64,
        single_session_share: share(visitors.values().filter(|known| known.0 == 1).count(), visitors.len()),
        buyer_share: share(visitors.values().filter(|known| known.1).count(), visitors.len()),
        cart_share: share(carts, sessions.len()),
        conversion: share(orders, sessions.len()),
        abandonment: share(count(&|counts| counts[1] > 0 && counts[2] == 0), carts),
        gap_mu,
        gap_sigma: (square / gaps.len() as f64).sqrt(),
        refunds_per_order: refunds / orders as f64,
    }
}

#[track_caller]
fn near(what: &str, found: f64, published: f64, tolerance: f64) {
    assert!((found - published).abs() <= tolerance, "{what} is {found:.4}, published is {published}");
}

#[test]
fn hardware_looks_like_retailrocket() {
    let found = shape(&Options {
        profile: Profile::named("hardware").unwrap(),
        sessions: 60_000,
        days: 138,
        products: 2000,
        ..Options::default()
    });
    near("share of views", found.view_share, 0.97, 0.006);
    near("share of visitors that buy", found.buyer_share, 0.008, 0.0012);
    near("share of carts left", found.abandonment, 0.73, 0.04);
    near("events per session", found.events_per_session, 1.56, 0.05);
    near("share of visitors that come once", found.single_session_share, 0.87, 0.012);
    near("mu of the gaps", found.gap_mu, 4.14, 0.08);
    near("sigma of the gaps", found.gap_sigma, 1.62, 0.06);
}

#[test]
fn fashion_carts_orders_and_returns_are_those_of_its_sources() {
    let found = shape(&Options {
        profile: Profile::named("fashion").unwrap(),
        sessions: 40_000,
        days: 90,
        ..Options::default()
    });
    near("share of visits with a cart", found.cart_share, 0.123, 0.012);
    near("share of visits that buy", found.conversion, 0.025, 0.004);
    near("orders with a return", found.refunds_per_order, 0.40, 0.06);
}

#[test]
fn fashion_is_on_sale_in_january_rather_than_in_march() {
    let prices = |month| {
        let start_date = NaiveDate::from_ymd_opt(2026, month, 5).unwrap();
        let profile = Profile::named("fashion").unwrap();
        let plan = Plan::new(&Options { profile, start_date, days: 14, ..Options::default() }).unwrap();
        let cheaper = |product: &&Product| plan.price(product.number, 0) < product.list_price();
        plan.products().iter().filter(cheaper).count()
    };
    assert!(prices(1) > 2 * prices(3).max(10), "{} in January, {} in March", prices(1), prices(3));
}
