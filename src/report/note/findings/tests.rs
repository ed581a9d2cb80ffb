//! Each rule at both sides of each of its thresholds.
#![allow(clippy::unwrap_used)]

use super::super::days::tests::alike;
use super::*;

fn usd() -> Money {
    Money::new("USD")
}

#[test]
fn an_odd_day_is_held_against_its_weekday() {
    // Four Mondays; the last is off the other three.
    let with = |sessions: f64| {
        let mut days = alike(22);
        days[21].sessions = sessions;
        odd_day(&days)
    };
    assert_eq!(
        with(140.0).unwrap(),
        "Monday, 26 Jan 2026, had 140 sessions, 40% more than other Mondays (100 in the middle)."
    );
    assert_eq!(with(139.9), None);
    assert!(with(60.0).unwrap().contains("40% fewer"));
    assert_eq!(with(60.1), None);
    // Two other Mondays are too few; a partial Monday is none.
    let mut days = alike(15);
    days[14].sessions = 500.0;
    assert_eq!(odd_day(&days), None);
    let mut days = alike(22);
    days[21].sessions = 500.0;
    days[0].is_complete = false;
    assert_eq!(odd_day(&days), None);
    // 49 sessions in the middle are too few.
    let small = |usual: f64| {
        let mut days = alike(22);
        days.iter_mut().for_each(|day| day.sessions = usual);
        days[21].sessions = 5.0 * usual;
        odd_day(&days)
    };
    assert_eq!(small(49.0), None);
    assert!(small(50.0).is_some());
}

#[test]
fn a_lost_step_is_large_and_loses_half() {
    let with = |from: f64, to: f64| lost_step(&[("a product view", from), ("an order", to)]);
    assert_eq!(
        with(100.0, 50.0).unwrap(),
        "Most is lost between a product view and an order: 50% of 100 sessions go no further."
    );
    assert_eq!(with(100.0, 51.0), None);
    assert_eq!(with(99.0, 1.0), None);
    let most = lost_step(&[("a product view", 1_000.0), ("a cart", 400.0), ("an order", 100.0)]);
    assert!(most.unwrap().contains("between a cart and an order: 75% of 400"));
    assert_eq!(lost_step(&[("an order", 500.0)]), None);
}

#[test]
fn carts_must_be_many_and_half_left() {
    let with = |carts: f64, left: f64, worth: f64| {
        let totals = Totals {
            cart_sessions: carts,
            abandoned_sessions: left,
            potential_lost_revenue: worth,
            ..Totals::default()
        };
        left_carts(&totals, &usd())
    };
    assert_eq!(
        with(50.0, 25.0, 1_200.0).unwrap(),
        "25 of 50 sessions with a cart (50%) end without an order, with goods worth $1,200."
    );
    assert!(with(50.0, 25.0, 0.0).unwrap().ends_with("without an order."));
    assert_eq!(with(50.0, 24.0, 1_200.0), None);
    assert_eq!(with(49.0, 49.0, 1_200.0), None);
    assert_eq!(with(0.0, 0.0, 0.0), None);
}

fn group(name: &str, sessions: f64, converted_sessions: f64) -> Group {
    Group { name: name.to_owned(), sessions, converted_sessions }
}

#[test]
fn a_gap_is_large_wide_and_hardly_chance() {
    let with = |sessions: f64, converted: f64| {
        gap("device", &[group("mobile", sessions, converted), group("desktop", 9_000.0, 900.0)])
    };
    // 10% of the sessions; 80 of 1,000 against a tenth is 20% off but could be chance.
    assert_eq!(with(1_000.0, 80.0), None);
    assert_eq!(with(1_000.0, 75.0), None);
    let told = with(1_000.0, 73.0).unwrap();
    assert_eq!(
        told,
        "The device Mobile turns 7.3% of its 1,000 sessions into orders, all others 10%: at their rate it would \
         have 27 more."
    );
    // One session fewer is less than a tenth.
    assert!(with(999.0, 73.0).is_none_or(|told| !told.contains("Mobile")));
    // Sure, and 19% off: too narrow.
    let wide = |converted: f64| {
        gap("device", &[group("mobile", 10_000.0, converted), group("desktop", 90_000.0, 9_000.0)])
    };
    assert_eq!(wide(810.0), None);
    assert!(wide(799.0).is_some());
    assert!(wide(799.0).unwrap().contains("at their rate it would have 201 more"));
    // The worse of two is named, not the better, unless only the better is large.
    assert_eq!(wide(1_240.0), None);
    assert!(wide(1_260.0).unwrap().starts_with("The device Desktop turns 10%"));
    let better = [group("a", 1_000.0, 200.0), group("b", 90.0, 9.0), group("c", 90.0, 9.0)];
    assert!(gap("device", &better).unwrap().contains("all others 10%: that is 100 more than at their rate"));
    // Few sessions are no group, whatever their share.
    let few = |sessions: f64| {
        gap("device", &[group("mobile", sessions, 0.0), group("desktop", 100.0, 40.0)])
            .is_some_and(|told| told.contains("Mobile"))
    };
    assert!(!few(99.0));
    assert!(few(100.0));
    assert_eq!(gap("device", &[group("mobile", 500.0, 50.0)]), None);
    assert_eq!(gap("device", &[]), None);
}

#[test]
fn a_name_of_the_data_is_no_markup() {
    let told = gap("channel", &[group("a|b*", 1_000.0, 10.0), group("desktop", 1_000.0, 100.0)]).unwrap();
    assert!(told.starts_with("The channel A\\|b\\* turns"), "{told}");
}

fn product(name: &str, viewing_sessions: f64, buying_sessions: f64, revenue: f64) -> Product {
    Product { name: name.to_owned(), viewing_sessions, buying_sessions, revenue }
}

#[test]
fn a_top_product_brings_a_tenth_of_many_orders() {
    let with = |revenue: f64, orders: f64| {
        let mut products = vec![product("Kettle", 0.0, 0.0, revenue)];
        products.extend((0..90).map(|_| product("Tea", 0.0, 0.0, 10.0)));
        top_product(&products, orders)
    };
    assert_eq!(
        with(100.0, 50.0).unwrap(),
        "Kettle alone brings 10% of the revenue of 91 products: see that it is never out of stock."
    );
    assert_eq!(with(99.0, 50.0), None);
    assert_eq!(with(100.0, 49.0), None);
    assert_eq!(top_product(&[product("Kettle", 0.0, 0.0, 5.0)], 100.0), None);
    assert_eq!(top_product(&[], 100.0), None);
}

#[test]
fn an_unsold_product_is_viewed_often_and_far_short() {
    // All others: 990 of 9,900, so the rate is close to a tenth.
    let with = |viewing: f64, buying: f64| {
        unsold_product(&[product("Kettle", viewing, buying, 0.0), product("Tea", 9_900.0, 990.0, 0.0)])
    };
    // Of 100 views 9.9 sales are expected, with an error of 2.99: none sold is 3.3 errors short, one 2.98.
    let told = with(100.0, 0.0).unwrap();
    assert!(told.starts_with(
        "Kettle was viewed in 100 sessions and bought in 0; at the rate of all products it would be 10:"
    ));
    assert_eq!(with(100.0, 1.0), None);
    assert_eq!(with(99.0, 0.0), None);
    assert_eq!(unsold_product(&[product("Kettle", 500.0, 0.0, 0.0)]), None);
    assert_eq!(unsold_product(&[product("Kettle", 500.0, 500.0, 0.0)]), None);
    assert_eq!(unsold_product(&[]), None);
}

#[test]
fn quiet_customers_must_have_brought_a_tenth() {
    let as_of = NaiveDate::from_ymd_opt(2026, 2, 3);
    let with =
        |revenue: f64, buyers: f64| quiet_customers(&[(8.0, revenue), (buyers, 1_000.0)], as_of, &usd());
    assert!(with(100.0, 50.0).unwrap().starts_with(
        "8 customers who have bought well and not lately (At risk, Cannot lose them; as of 3 Feb 2026) stand for 10% of \
         all revenue up to then, $100: "
    ));
    assert_eq!(with(99.0, 50.0), None);
    assert_eq!(with(100.0, 49.0), None);
    assert_eq!(quiet_customers(&[(0.0, 0.0), (0.0, 0.0)], as_of, &usd()), None);
}

#[test]
fn refunds_are_told_from_a_twentieth_on() {
    let with = |refund_amount: f64, orders: f64| {
        refunds(&Totals { refund_amount, orders, revenue: 1_000.0, ..Totals::default() }, &usd())
    };
    assert_eq!(with(50.0, 30.0).unwrap(), "$50.00 were refunded, 5.0% of revenue.");
    assert_eq!(with(49.0, 30.0), None);
    assert_eq!(with(50.0, 29.0), None);
    assert_eq!(refunds(&Totals::default(), &usd()), None);
}

#[test]
fn orders_without_a_price_are_told_from_a_twentieth_on() {
    let with = |priced_orders: f64| unpriced(&Totals { orders: 100.0, priced_orders, ..Totals::default() });
    assert_eq!(with(95.0).unwrap(), "5 of 100 orders have no price (5.0%): revenue is short of them.");
    assert_eq!(with(96.0), None);
    assert_eq!(unpriced(&Totals::default()), None);
}

#[test]
fn unknown_devices_are_told_from_a_tenth_on() {
    let with = |unknown: f64| {
        unknown_devices(&[group("mobile", 100.0 - unknown, 0.0), group("(unknown)", unknown, 0.0)])
    };
    assert_eq!(
        with(10.0).unwrap(),
        "10% of 100 sessions have no device in the log: figures by device leave them aside."
    );
    assert_eq!(with(9.0), None);
    assert_eq!(unknown_devices(&[group("mobile", 100.0, 0.0)]), None);
}
